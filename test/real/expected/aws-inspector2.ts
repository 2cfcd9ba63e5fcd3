import type { Expected } from '../expected.ts'

export default {
  folders: ['aws-inspector2', 'aws-api'],
  refused: {
    'aws-api/api__guardduty__get-findings__foo_foo.json': {
      code: 'format_not_read',
      why: 'GuardDuty is read as Security Hub hands it out (asff)',
    },
    'aws-api/api__ssm__describe-instance-information.json': { code: 'format_not_read', why: 'a list of agents, without account or region' },
    'aws-api/api__ssm__list-resource-compliance-summaries__Status_NON_COMPLIANT_EQUAL.json': {
      code: 'format_not_read',
      why: 'counts by severity that name no rule, account or region',
    },
  },
  // One of the eight says "status": "CLOSED", counted by grep.
  differences: { 'aws-inspector2/aws_inspector2_many_vul.json': { ours: 7, rule: 'closed-is-no-finding' } },
} satisfies Expected
