import type { Expected } from '../expected.ts'

export default { folders: ['legitify'] } satisfies Expected
