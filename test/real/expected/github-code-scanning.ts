import type { Expected } from '../expected.ts'

export default { folders: ['github-code-scanning'] } satisfies Expected
