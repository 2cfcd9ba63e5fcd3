import type { Expected } from '../expected.ts'

const input = { code: 'unknown_format', why: 'what the tool was run on, not its report' }

export default {
  folders: ['conftest'],
  refused: {
    'conftest/clean.yaml': input,
    'conftest/policy__deployment.rego': input,
    'conftest/single.yaml': input,
  },
} satisfies Expected
