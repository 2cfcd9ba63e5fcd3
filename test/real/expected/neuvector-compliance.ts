import type { Expected } from '../expected.ts'

export default {
  folders: ['neuvector-compliance'],
  differences: {
    // grep -c '"level": "WARN"'
    'neuvector-compliance/many_vulns.json': { ours: 1, rule: 'passes-are-no-findings' },
  },
} satisfies Expected
