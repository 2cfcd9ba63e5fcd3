import type { Expected } from '../expected.ts'

export default { folders: ['clair'] } satisfies Expected
