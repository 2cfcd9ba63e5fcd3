import type { Expected } from '../expected.ts'

export default { folders: ['checkov'] } satisfies Expected
