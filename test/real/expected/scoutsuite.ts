import type { Expected } from '../expected.ts'

export default { folders: ['scoutsuite'] } satisfies Expected
