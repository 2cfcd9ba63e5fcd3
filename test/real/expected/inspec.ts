import type { Expected } from '../expected.ts'

export default {
  folders: ['chefinspect'],
  refused: {
    'chefinspect/no_finding.log': { code: 'empty_file', why: 'zero bytes: nothing tells the tool' },
  },
  // The only control in it says "status": "passed", and so do both of its tests.
  differences: { 'chefinspect/one_finding.log': { ours: 0, rule: 'passed-is-no-finding' } },
} satisfies Expected
