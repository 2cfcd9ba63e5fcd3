import type { Expected } from '../expected.ts'

export default {
  folders: ['naabu'],
  // wc -l: two lines, of the same port a second apart.
  differences: { 'naabu/naabu_one_vuln.json': { ours: 2, rule: 'peer-merges-equal-items' } },
} satisfies Expected
