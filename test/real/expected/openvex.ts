import type { Expected } from '../expected.ts'

export default {
  folders: ['openvex'],
  also: ['csaf/ubuntu__CVE-2023-38545.vex.json'],
  differences: {
    'openvex/openvex_many_vuln.json': { ours: 0, rule: 'statements-are-not-findings' },
    'openvex/openvex_one_vuln.json': { ours: 0, rule: 'statements-are-not-findings' },
  },
} satisfies Expected
