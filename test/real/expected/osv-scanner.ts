import type { Expected } from '../expected.ts'

export default {
  folders: ['osv-scanner'],
  refused: {
    'osv-scanner/no_findings.json': {
      code: 'empty_file',
      why: 'an empty file does not say which tool wrote it; with --format it is a report without findings',
    },
    'osv-scanner/own__vuln-grouped.json': {
      code: 'unknown_format',
      why: 'an inner structure of one vulnerability from the tool’s own tests, no report',
    },
  },
} satisfies Expected
