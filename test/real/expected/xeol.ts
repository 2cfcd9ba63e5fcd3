import type { Expected } from '../expected.ts'

export default { folders: ['xeol'] } satisfies Expected
