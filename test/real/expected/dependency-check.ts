import type { Expected } from '../expected.ts'

export default {
  folders: ['dependency-check'],
  // zcat PR6439.xml.gz | grep -c '<vulnerability ' gives 26, and 8 for '<suppressedVulnerability '.
  differences: { 'dependency-check/PR6439.xml.gz': { ours: 26, rule: 'suppressed-items' } },
} satisfies Expected
