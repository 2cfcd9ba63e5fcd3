import type { Expected } from '../expected.ts'

export default { folders: ['ms-zero-trust-assessment'] } satisfies Expected
