import type { Expected } from '../expected.ts'

export default { folders: ['openreports'] } satisfies Expected
