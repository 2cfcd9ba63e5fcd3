import type { Expected } from '../expected.ts'

export default { folders: ['alertlogic'] } satisfies Expected
