import type { Expected } from '../expected.ts'

export default {
  folders: ['tfsec'],
  refused: { 'tfsec/no_findings.json': { code: 'unknown_format', why: 'it is only {"results": null}: nothing tells the tool' } },
  // jq '.results | length'
  differences: { 'tfsec/many_findings_current.json': { ours: 19, rule: 'peer-merges-equal-results' } },
} satisfies Expected
