import type { Expected } from '../expected.ts'

export default {
  folders: ['pip-audit'],
  refused: {
    'pip-audit/empty.json': {
      code: 'unknown_format',
      why: 'an empty list does not say which tool wrote it; with --format it is a report without findings',
    },
  },
} satisfies Expected
