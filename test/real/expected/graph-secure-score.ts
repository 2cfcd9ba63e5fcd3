import type { Expected } from '../expected.ts'

export default { folders: ['ms-secure-score'] } satisfies Expected
