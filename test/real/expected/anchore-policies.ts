import type { Expected } from '../expected.ts'

export default { folders: ['anchore'] } satisfies Expected
