import type { Expected } from '../expected.ts'

export default { folders: ['redhatsatellite'] } satisfies Expected
