import type { Expected } from '../expected.ts'

export default {
  folders: ['govulncheck'],
  // jq -c '.finding//empty|[.osv,.trace[0].module]' | sort -u | wc -l gives 40; the peer counts the 201 osv messages.
  differences: { 'govulncheck/issue_14642.json.gz': { ours: 40, rule: 'one-per-vulnerability-and-module' } },
} satisfies Expected
