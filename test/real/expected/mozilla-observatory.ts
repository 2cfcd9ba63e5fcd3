import type { Expected } from '../expected.ts'

const failed = (ours: number) => ({ ours, rule: 'peer-counts-passed-tests' })

export default {
  folders: ['mozilla-observatory'],
  // grep -c '"pass": false'
  differences: {
    'mozilla-observatory/juicy.json': failed(5),
    'mozilla-observatory/nmap_scanme.json': failed(7),
    'mozilla-observatory/nmap_scanme_2022.json': failed(6),
  },
} satisfies Expected
