import type { Expected } from '../expected.ts'

export default { folders: ['trivy-operator'] } satisfies Expected
