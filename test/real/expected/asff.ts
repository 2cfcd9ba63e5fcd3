import type { Expected } from '../expected.ts'

export default {
  folders: ['asff', 'aws-security-hub'],
  also: [
    'ocsf/v1.0.0_rc.2_Security_Hub_samples_Security_Hub.raw',
    'ocsf/v1.1.0_Security_Hub_Detection_Finding_samples_sechub_guardduty.raw',
    'ocsf/v1.1.0_Security_Hub_Vulnerability_Finding_samples_inspector.raw',
  ],
  refused: { 'aws-security-hub/README.md': { code: 'unknown_format', why: 'a text about the other files' } },
  differences: {
    // Counted by grep: each of these controls says PASSED.
    'aws-security-hub/config_many_findings.json': { ours: 0, rule: 'passed-is-no-finding' },
    'aws-security-hub/config_one_finding.json': { ours: 0, rule: 'passed-is-no-finding' },
  },
} satisfies Expected
