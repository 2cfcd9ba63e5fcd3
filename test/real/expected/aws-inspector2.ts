import type { Expected } from '../expected.ts'

export default {
  folders: ['aws-inspector2'],
  also: ['aws-api/api__inspector2__list-findings__EQUALS_test_EQUALS_ACTIVE.json'],
  // One of the eight says "status": "CLOSED", counted by grep.
  differences: { 'aws-inspector2/aws_inspector2_many_vul.json': { ours: 7, rule: 'closed-is-no-finding' } },
} satisfies Expected
