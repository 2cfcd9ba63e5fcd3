import type { Expected } from '../expected.ts'

export default { folders: ['ossf-scorecard'] } satisfies Expected
