import type { Expected } from '../expected.ts'

export default {
  folders: ['openvas'],
  // Two rows, counted by hand; both name the same Result ID.
  differences: { 'openvas/report_combine_v2.csv': { ours: 2, rule: 'each-row-counts' } },
} satisfies Expected
