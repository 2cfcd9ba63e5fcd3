import type { Expected } from '../expected.ts'

export default {
  folders: ['cargo-audit'],
  // jq: 4 of vulnerabilities.list, 3 of warnings.unmaintained, 6 of warnings.yanked.
  differences: { 'cargo-audit/many_findings.json': { ours: 13, rule: 'warnings-are-findings' } },
} satisfies Expected
