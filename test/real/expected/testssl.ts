import type { Expected } from '../expected.ts'

const info = (ours: number) => ({ ours, rule: 'info-is-no-finding' })

export default {
  folders: ['testssl'],
  // Rows whose severity is LOW, MEDIUM, HIGH or CRITICAL, counted with Python's csv; the other rows are OK, INFO, WARN or FATAL.
  differences: {
    'testssl/demo.csv': info(0),
    'testssl/demo2.csv': info(0),
    'testssl/defectdojo_one_vuln.csv': info(0),
    'testssl/failed_target.csv': info(0),
    'testssl/overall_critical.csv': info(58),
    'testssl/overall_medium.csv': info(1),
    'testssl/many_cves.csv': { ours: 1, rule: 'one-row-one-finding' },
  },
} satisfies Expected
