import type { Expected } from '../expected.ts'

export default {
  folders: ['trivy'],
  refused: {
    'trivy/legacy_no_vuln.json': {
      code: 'unknown_format',
      why: 'only the word null: it does not say who wrote it; read with --format trivy',
    },
  },
  differences: {
    'trivy/all_statuses.json': { ours: 7, rule: 'not-affected-is-no-finding' },
  },
} satisfies Expected
