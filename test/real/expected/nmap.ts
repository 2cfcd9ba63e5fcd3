import type { Expected } from '../expected.ts'

export default {
  folders: ['nmap'],
  // grep: 25 ports with state "open"; of the 42 entries of vulners 34 have is_exploit true and 8 false.
  differences: { 'nmap/issue4406.xml': { ours: 33, rule: 'exploits-are-no-vulnerabilities' } },
} satisfies Expected
