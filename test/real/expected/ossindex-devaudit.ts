import type { Expected } from '../expected.ts'

export default { folders: ['ossindex-devaudit'] } satisfies Expected
