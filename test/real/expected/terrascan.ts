import type { Expected } from '../expected.ts'

export default { folders: ['terrascan'] } satisfies Expected
