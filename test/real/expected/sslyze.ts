import type { Expected } from '../expected.ts'

const judged = (ours: number) => ({ ours, rule: 'peer-judges-suites-itself' })

export default {
  folders: ['sslyze'],
  refused: {
    'sslyze/scb__test-empty-report.json': {
      code: 'unknown_format',
      why: '[]: no server, and nothing that tells the tool; read with --format',
    },
  },
  // Counted from the raw members with a script of its own: Heartbleed, CCS, two of renegotiation, TLS 1.1, and a certificate that expired; TLS 1.0 and TLS 1.1 of
  // one server and 3DES of the other; 3DES of one of two servers.
  differences: {
    'sslyze/one_target_many_vuln_old.json.gz': judged(6),
    'sslyze/two_targets_many_vuln_new.json.gz': judged(3),
    'sslyze/two_targets_two_vuln_old.json.gz': judged(1),
  },
} satisfies Expected
