import type { Expected } from '../expected.ts'

export default { folders: ['ssh-audit'] } satisfies Expected
