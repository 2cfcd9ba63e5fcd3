import type { Expected } from '../expected.ts'

const checked = (ours: number) => ({ ours, rule: 'checks-beside-the-grade' })

export default {
  folders: ['ssl-labs'],
  // Counted with a script of its own over grade, protocols, flags and issues (chains without SNI left out): for each host of badssl.com the grade, TLS 1.0 and
  // 1.1, and BEAST; 3des also no forward secrecy and weak primes; revoked also its certificate (expired).
  differences: {
    'ssl-labs/ssl_labs_3des_v1.5.0.json': checked(6),
    'ssl-labs/ssl_labs_dh1024_v1.5.0.json': checked(4),
    'ssl-labs/ssl_labs_revoked_v1.5.0.json': checked(5),
    'ssl-labs/ssl_labs_multiple_v1.5.0.json.gz': checked(9),
  },
} satisfies Expected
