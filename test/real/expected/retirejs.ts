import type { Expected } from '../expected.ts'

export default {
  folders: ['retirejs'],
  // jq '[.data[].results[].vulnerabilities|length]|add'
  differences: { 'retirejs/latest.json': { ours: 26, rule: 'peer-merges-equal-items' } },
} satisfies Expected
