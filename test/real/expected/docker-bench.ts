import type { Expected } from '../expected.ts'

export default {
  folders: ['dockerbench'],
  differences: {
    // grep -c '"result": "WARN"'
    'dockerbench/docker-bench-report-many-vulns.json': { ours: 33, rule: 'info-is-not-run' },
  },
} satisfies Expected
