import type { Expected } from '../expected.ts'

export default { folders: ['hadolint'] } satisfies Expected
