import type { Expected } from '../expected.ts'

export default { folders: ['kics'] } satisfies Expected
