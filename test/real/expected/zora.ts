import type { Expected } from '../expected.ts'

export default { folders: ['zora'] } satisfies Expected
