import type { Expected } from '../expected.ts'

export default { folders: ['tenable', 'tenable-io'] } satisfies Expected
