import type { Expected } from '../expected.ts'

export default {
  folders: ['jfrog-xray'],
  differences: {
    // Distinct names of components behind the last / of each issue's impact_path, summed.
    'jfrog-xray/jfrog_xray_api_summary_artifact__many_vulns.json.gz': { ours: 29, rule: 'one-per-component' },
  },
} satisfies Expected
