import type { Expected } from '../expected.ts'

// The three .raw files beside them are ASFF.
export default { folders: ['ocsf'] } satisfies Expected
