import type { Expected } from '../expected.ts'

export default { folders: ['qualys'] } satisfies Expected
