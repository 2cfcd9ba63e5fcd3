import type { Expected } from '../expected.ts'

export default { folders: ['veracode-sca'] } satisfies Expected
