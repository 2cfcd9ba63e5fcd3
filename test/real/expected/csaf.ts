import type { Expected } from '../expected.ts'

export default {
  folders: ['csaf'],
  differences: { 'csaf/csaf_many_vuln.json': { ours: 0, rule: 'statements-are-not-findings' } },
} satisfies Expected
