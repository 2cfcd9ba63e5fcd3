import type { Expected } from '../expected.ts'

export default { folders: ['neuvector'] } satisfies Expected
