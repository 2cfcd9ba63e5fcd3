import type { Expected } from '../expected.ts'

export default { folders: [] } satisfies Expected
