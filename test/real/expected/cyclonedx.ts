import type { Expected } from '../expected.ts'

export default { folders: ['cyclonedx', 'vex-cyclonedx'] } satisfies Expected
