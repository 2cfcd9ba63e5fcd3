import type { Expected } from '../expected.ts'

export default { folders: ['ms-defender', 'defender-tvm-api'] } satisfies Expected
