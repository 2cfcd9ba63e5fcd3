import type { Expected } from '../expected.ts'

const input = { code: 'unknown_format', why: 'what the tool was run on, not its report' }

export default {
  folders: ['polaris'],
  refused: { 'polaris/clean.yaml': input, 'polaris/single.yaml': input },
} satisfies Expected
