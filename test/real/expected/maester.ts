import type { Expected } from '../expected.ts'

export default { folders: ['maester'] } satisfies Expected
