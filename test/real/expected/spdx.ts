import type { Expected } from '../expected.ts'

export default { folders: ['spdx', 'sbom-fleet'] } satisfies Expected
