import type { Expected } from '../expected.ts'

export default {
  folders: ['risk-recon'],
  refused: { 'risk-recon/bad_url.json': { code: 'unknown_format', why: 'settings for a call of the API, not its answer' } },
} satisfies Expected
