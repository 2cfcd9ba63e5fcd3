import type { Expected } from '../expected.ts'

export default {
  folders: ['orca-security'],
  // One of the five is closed in each file, counted by grep.
  differences: {
    'orca-security/many_vulns.csv': { ours: 4, rule: 'closed-is-no-finding' },
    'orca-security/many_vulns.json': { ours: 4, rule: 'closed-is-no-finding' },
  },
} satisfies Expected
