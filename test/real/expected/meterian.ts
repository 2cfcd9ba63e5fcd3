import type { Expected } from '../expected.ts'

export default { folders: ['meterian'] } satisfies Expected
