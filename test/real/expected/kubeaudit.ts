import type { Expected } from '../expected.ts'

export default { folders: ['kubeaudit'] } satisfies Expected
