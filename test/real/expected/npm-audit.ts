import type { Expected } from '../expected.ts'

export default { folders: ['npm-audit'], also: ['yarn-audit/issue_6495_multi_cwe_fabricated.json'] } satisfies Expected
