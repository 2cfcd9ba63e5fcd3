import type { Expected } from '../expected.ts'

const input = { code: 'unknown_format', why: 'what the tool was run on, not its report' }

export default {
  folders: ['kubelinter'],
  refused: {
    'kubelinter/clean.yaml': input,
    'kubelinter/many.yaml': input,
    'kubelinter/single.yaml': input,
  },
} satisfies Expected
