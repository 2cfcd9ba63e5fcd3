import type { Expected } from '../expected.ts'

export default {
  folders: ['clamav'],
  refused: { 'clamav/custom.ndb': { code: 'unknown_format', why: 'signatures for the scanner, no report' } },
} satisfies Expected
