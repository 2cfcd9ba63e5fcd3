import type { Expected } from '../expected.ts'

export default { folders: ['kube-bench'] } satisfies Expected
