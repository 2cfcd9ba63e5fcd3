import type { Expected } from '../expected.ts'

export default {
  folders: ['checkmarx-osa'],
  // jq: two of the 18, and the only one, have the state NOT_EXPLOITABLE.
  differences: {
    'checkmarx-osa/multiple_findings.json': { ours: 16, rule: 'not-exploitable-items' },
    'checkmarx-osa/single_finding_false_positive.json': { ours: 0, rule: 'not-exploitable-items' },
  },
} satisfies Expected
