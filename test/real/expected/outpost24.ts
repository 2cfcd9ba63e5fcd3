import type { Expected } from '../expected.ts'

export default { folders: ['outpost24'] } satisfies Expected
