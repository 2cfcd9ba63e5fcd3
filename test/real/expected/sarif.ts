import type { Expected } from '../expected.ts'

export default { folders: ['sarif'] } satisfies Expected
