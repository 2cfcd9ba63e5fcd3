import type { Expected } from '../expected.ts'

export default {
  folders: ['mend'],
  refused: {
    'mend/okhttp_no_vuln.json': {
      code: 'unknown_format',
      why: 'an empty list of vulnerabilities alone does not say which tool wrote it; with --format it is a report without findings',
    },
  },
} satisfies Expected
