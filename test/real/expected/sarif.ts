import type { Expected } from '../expected.ts'

export default { folders: ['sarif'], also: ['govulncheck/issue_15033_sarif.json'] } satisfies Expected
