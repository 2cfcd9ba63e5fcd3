import type { Expected } from '../expected.ts'

export default { folders: ['popeye'] } satisfies Expected
