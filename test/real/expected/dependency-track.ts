import type { Expected } from '../expected.ts'

export default { folders: ['dependency-track'] } satisfies Expected
