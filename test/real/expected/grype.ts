import type { Expected } from '../expected.ts'

export default { folders: ['grype'] } satisfies Expected
