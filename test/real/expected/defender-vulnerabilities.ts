import type { Expected } from '../expected.ts'

export default {
  folders: ['ms-defender', 'defender-tvm-api'],
  refused: {
    'defender-tvm-api/exposure-score-by-machine-groups.json': {
      code: 'unknown_format',
      why: "a score of Microsoft's own model per group of devices, without the parts that it is made of",
    },
    'defender-tvm-api/remediation-tasks.json': {
      code: 'unknown_format',
      why: 'work that somebody asked for, with a count of devices and no names: it does not say that a device has something',
    },
  },
} satisfies Expected
