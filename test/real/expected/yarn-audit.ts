import type { Expected } from '../expected.ts'

const rule = 'one-line-per-path'

export default {
  folders: ['yarn-audit'],
  // grep -c auditAdvisory; the same as the sum in auditSummary (6 moderate + 5 high).
  differences: { 'yarn-audit/yarn_audit_multiple_cwes.json': { ours: 11, rule } },
} satisfies Expected
