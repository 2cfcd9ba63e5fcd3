import type { Expected } from '../expected.ts'

export default {
  folders: ['cyclonedx', 'vex-cyclonedx'],
  also: ['trivy/golden__fluentd-multiple-lockfiles.cdx.json.gz', 'trivy/golden__npm-cyclonedx.json'],
  differences: {
    'cyclonedx/valid-vulnerability-1.4.json': { ours: 0, rule: 'closed' },
    'cyclonedx/valid-vulnerability-1.4.xml': { ours: 0, rule: 'closed' },
  },
} satisfies Expected
