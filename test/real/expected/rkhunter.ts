import type { Expected } from '../expected.ts'

export default { folders: ['rkhunter'] } satisfies Expected
