import type { Expected } from '../expected.ts'

export default {
  folders: ['blackduck', 'blackduck-component-risk'],
  // Rows of the CSVs by their remediation status, counted with a CSV reader.
  differences: {
    'blackduck-component-risk/blackduck_hub_component_risk.zip': { ours: 37, rule: 'row-of-security' },
    'blackduck/many_vulns.csv': { ours: 23, rule: 'ended-remediation' },
    'blackduck/many_vulns_new_format.csv': { ours: 7, rule: 'ended-remediation' },
  },
} satisfies Expected
