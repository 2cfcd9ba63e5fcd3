import type { Expected } from '../expected.ts'

export default {
  folders: ['semgrep'],
  refused: {
    'semgrep/empty.json': {
      code: 'unknown_format',
      why: 'two empty lists do not say which tool wrote them; with --format it is a report without findings',
    },
  },
  // jq '.results|length'
  differences: { 'semgrep/repeated_findings.json': { ours: 2, rule: 'peer-merges-equal-items' } },
} satisfies Expected
