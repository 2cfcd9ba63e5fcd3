import type { Expected } from '../expected.ts'

export default { folders: ['pingcastle'] } satisfies Expected
