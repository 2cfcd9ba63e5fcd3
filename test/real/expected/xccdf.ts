import type { Expected } from '../expected.ts'

export default { folders: ['openscap', 'scc-xccdf'] } satisfies Expected
