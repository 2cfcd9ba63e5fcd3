import type { Expected } from '../expected.ts'

export default { folders: ['scubagear'] } satisfies Expected
