import type { Expected } from '../expected.ts'

export default {
  folders: ['wiz'],
  // By Python's csv module: 95 of the 98 are OPEN or IN_PROGRESS, 2 IGNORED, 1 RESOLVED; all three of the other file are RESOLVED.
  differences: {
    'wiz/wiz__multiple_findings.csv.gz': { ours: 95, rule: 'resolved-is-no-finding' },
    'wiz/wiz__resolved_findings.csv': { ours: 0, rule: 'resolved-is-no-finding' },
  },
} satisfies Expected
