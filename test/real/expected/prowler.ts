import type { Expected } from '../expected.ts'

const empty = 'nothing in it says which tool wrote it'

export default {
  folders: ['prowler', 'prowler-app'],
  refused: {
    'prowler/aws_prowler__no_vuln.json': { code: 'empty_file', why: empty },
    'prowler/aws_prowler_v3plus__no_vuln.ocsf.json': { code: 'unknown_format', why: empty },
    'prowler-app/3_dev_scans.json': { code: 'unknown_format', why: 'scans alone name no account, resource or result' },
    'prowler-app/7_dev_compliance.json.gz': { code: 'unknown_format', why: 'sums per framework that name no account' },
  },
  // Rows that say FAIL, counted with cut and grep.
  differences: {
    'prowler/aws_prowler__many_vuln2.csv': { ours: 42, rule: 'peer-counts-info-and-pass' },
    'prowler/prowler__example_output_gcp.csv': { ours: 3, rule: 'peer-merges-equal-checks' },
    'prowler/prowler__example_output_aws.ocsf.json': { ours: 2, rule: 'manual-is-not-run' },
  },
} satisfies Expected
