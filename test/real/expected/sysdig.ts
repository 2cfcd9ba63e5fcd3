import type { Expected } from '../expected.ts'

export default { folders: ['sysdig'] } satisfies Expected
