import type { Expected } from '../expected.ts'

export default { folders: ['cycognito'] } satisfies Expected
