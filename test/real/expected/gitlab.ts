import type { Expected } from '../expected.ts'

export default {
  folders: ['gitlab'],
  refused: {
    'gitlab/gitlab_dast__gitlab_dast_zero_vul.json': {
      code: 'unknown_format',
      why: 'an empty list of vulnerabilities alone does not say which tool wrote it; with --format it is a report without findings',
    },
  },
  // jq '.vulnerabilities|length'
  differences: { 'gitlab/gitlab_sast__gl-sast-report-many-vuln_v14.json.gz': { ours: 467, rule: 'peer-merges-equal-items' } },
} satisfies Expected
