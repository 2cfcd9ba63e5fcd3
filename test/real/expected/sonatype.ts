import type { Expected } from '../expected.ts'

export default {
  folders: ['sonatype'],
  // jq: one of the six has the status Not Applicable.
  differences: { 'sonatype/many_vulns.json': { ours: 5, rule: 'not-applicable-issues' } },
} satisfies Expected
