import type { Expected } from '../expected.ts'

export default { folders: ['lynis'] } satisfies Expected
