import type { Expected } from '../expected.ts'

const settings = {
  code: 'unknown_format',
  why: 'settings of the service: which plans are on, which scanner is used; no check with a verdict',
}

export default {
  folders: ['azure-defender-for-cloud'],
  refused: {
    'azure-defender-for-cloud/api__security__pricings.json': settings,
    'azure-defender-for-cloud/api__security__serverVulnerabilityAssessmentsSettings.json': settings,
  },
} satisfies Expected
