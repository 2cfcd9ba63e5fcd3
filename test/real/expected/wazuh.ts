import type { Expected } from '../expected.ts'

export default {
  folders: ['wazuh'],
  // grep -c '"cve":' gives 13.
  differences: { 'wazuh/v4-7_many_findings.json': { ours: 13, rule: 'peer-merges-equal-items' } },
} satisfies Expected
