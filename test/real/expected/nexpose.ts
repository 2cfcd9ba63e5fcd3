import type { Expected } from '../expected.ts'

export default {
  folders: ['nexpose'],
  // grep -c 'status="vulnerable-' of each file, unpacked (the attributes of one test may stand on several lines).
  differences: {
    'nexpose/dns.xml': { ours: 5, rule: 'each-vulnerable-test-counts' },
    'nexpose/many_vulns.xml.gz': { ours: 162, rule: 'each-vulnerable-test-counts' },
    'nexpose/report_auth.xml': { ours: 26, rule: 'each-vulnerable-test-counts' },
  },
} satisfies Expected
