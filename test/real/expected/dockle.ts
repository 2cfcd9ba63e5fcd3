import type { Expected } from '../expected.ts'

export default { folders: ['dockle'] } satisfies Expected
