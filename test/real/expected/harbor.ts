import type { Expected } from '../expected.ts'

export default { folders: ['harbor'] } satisfies Expected
