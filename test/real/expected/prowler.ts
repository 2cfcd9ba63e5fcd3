import type { Expected } from '../expected.ts'

export default { folders: ['prowler'] } satisfies Expected
