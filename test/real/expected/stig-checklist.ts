import type { Expected } from '../expected.ts'

export default { folders: ['stig-checklist'] } satisfies Expected
