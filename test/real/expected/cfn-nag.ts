import type { Expected } from '../expected.ts'

const input = { code: 'unknown_format', why: 'what the tool was run on, not its report' }

export default {
  folders: ['cfn-nag'],
  refused: {
    'cfn-nag/clean.yaml': input,
    'cfn-nag/single.yaml': input,
  },
} satisfies Expected
