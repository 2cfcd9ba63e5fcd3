import type { Expected } from '../expected.ts'

export default { folders: ['masscan'] } satisfies Expected
