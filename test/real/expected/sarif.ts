import type { Expected } from '../expected.ts'

export default {
  folders: ['sarif'],
  also: ['govulncheck/issue_15033_sarif.json', 'trivy/golden__alpine-310.sarif.json'],
  differences: {
    'sarif/SuppressionTestCurrent.sarif': { ours: 1, rule: 'suppressed' },
    'sarif/appendix_k.sarif': { ours: 0, rule: 'suppressed' },
    'sarif/appendix_k4.sarif': { ours: 0, rule: 'suppressed' },
    'sarif/mobsfscan.json': { ours: 9, rule: 'places' },
    'sarif/njsscan.sarif': { ours: 2, rule: 'places' },
  },
} satisfies Expected
