import type { EndpointAnswer, EndpointCheck } from '../../../model/endpoint-checks.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Fields, fieldsOf, numberOf, objectsIn, textOf, textsIn } from '../../readers/json-fields.ts'

type Answer = Omit<EndpointAnswer, 'check'>

/** What the API writes for tests with several outcomes: -1 failed, 0 unknown, 1 not vulnerable, from 2 on as each test says. */
const outcome = (value: unknown, vulnerable: readonly number[]): Answer => {
  const number = numberOf(value)
  return { failed: number === null || number < 1 ? null : vulnerable.includes(number) }
}
const flag = (value: unknown): Answer => ({ failed: typeof value === 'boolean' ? value : null })

function protocol(name: string, version: string): (details: Fields) => Answer {
  return ({ protocols }) => ({
    failed: Array.isArray(protocols)
      ? objectsIn(protocols).some((one) => textOf(one.name) === name && textOf(one.version) === version)
      : null,
  })
}

const ISSUES = [
  'unused',
  'the chain is incomplete',
  'it holds certificates that do not belong to it',
  'its order is wrong',
  'it holds a self-signed root',
  'it could not be checked',
]

/** The chains that a client gets who says which name it asks for; one without SNI may get another site's. */
const chainsFor = (certChains: unknown): Fields[] => objectsIn(certChains).filter(({ noSni }) => noSni !== true)

/** Bits of `issues` of a chain: https://github.com/ssllabs/ssllabs-scan/blob/master/ssllabs-api-docs-v3.md */
function chainIssues({ certChains }: Fields): Answer {
  if (!Array.isArray(certChains)) return { failed: null }
  const bits = chainsFor(certChains).reduce((all, chain) => all | (numberOf(chain.issues) ?? 0), 0)
  const found = ISSUES.filter((_, bit) => bits & (1 << bit))
  // A root in the chain costs some bytes and no trust.
  return { failed: (bits & ~(1 << 4)) !== 0, ...(found.length > 0 && { evidence: found.join('; ') }) }
}

const CERT = [
  'no chain of trust',
  'not valid yet',
  'expired',
  'the name does not match',
  'revoked',
  'the common name is bad',
  'self-signed',
  'blacklisted',
  'insecure signature',
  'insecure key',
]

/** Bits of `issues` of the certificates that the endpoint shows first. */
function certificateIssues({ certChains }: Fields, certs: Map<string, Fields>): Answer {
  const leaves = chainsFor(certChains).map((chain) => certs.get(textsIn(chain.certIds)[0] ?? ''))
  const known = leaves.filter((cert) => cert !== undefined)
  if (known.length === 0) return { failed: null }
  const bits = known.reduce((all, cert) => all | (numberOf(cert.issues) ?? 0), 0)
  return { failed: bits !== 0, ...(bits !== 0 && { evidence: CERT.filter((_, bit) => bits & (1 << bit)).join('; ') }) }
}

interface Definition extends EndpointCheck {
  answer(details: Fields, certs: Map<string, Fields>): Answer
}

const cve = (id: string, title: string, severity: Severity, cves: string[], answer: Definition['answer']): Definition => ({
  id,
  title,
  severity,
  vulnerabilities: cves,
  answer,
})
const rule = (id: string, title: string, severity: Severity, answer: Definition['answer']): Definition => ({ id, title, severity, answer })

/** Fields: https://github.com/ssllabs/ssllabs-scan/blob/master/ssllabs-api-docs-v3.md */
const checks: Definition[] = [
  rule('ssl-2', 'SSL 2.0 is off', 'high', protocol('SSL', '2.0')),
  rule('ssl-3', 'SSL 3.0 is off', 'high', protocol('SSL', '3.0')),
  rule('tls-1-0', 'TLS 1.0 is off', 'medium', protocol('TLS', '1.0')),
  rule('tls-1-1', 'TLS 1.1 is off', 'medium', protocol('TLS', '1.1')),
  rule('rc4', 'RC4 is off', 'medium', ({ supportsRc4 }) => flag(supportsRc4)),
  rule('forward-secrecy', 'Forward secrecy with modern browsers', 'low', ({ forwardSecrecy }) => {
    const bits = numberOf(forwardSecrecy)
    return { failed: bits === null ? null : (bits & 6) === 0 }
  }),
  rule('insecure-renegotiation', 'No insecure renegotiation by the client', 'medium', ({ renegSupport }) => {
    const bits = numberOf(renegSupport)
    return { failed: bits === null ? null : (bits & 1) !== 0 }
  }),
  rule('weak-key-exchange', 'No primes of Diffie-Hellman that are known and weak', 'medium', ({ dhUsesKnownPrimes }) => {
    const number = numberOf(dhUsesKnownPrimes)
    return { failed: number === null ? null : number === 2 }
  }),
  rule('certificate', 'The certificate is valid, trusted and for this name', 'high', certificateIssues),
  rule('certificate-chain', 'The chain of certificates is complete and in order', 'medium', chainIssues),
  cve('heartbleed', 'Heartbleed', 'high', ['CVE-2014-0160'], ({ heartbleed }) => flag(heartbleed)),
  cve('openssl-ccs', 'OpenSSL CCS injection', 'high', ['CVE-2014-0224'], ({ openSslCcs }) => ({
    ...outcome(openSslCcs, [2, 3]),
    // "Possibly vulnerable, but not exploitable".
    ...(numberOf(openSslCcs) === 2 && { severity: 'low' as const }),
  })),
  cve('lucky-minus-20', 'OpenSSL padding oracle (LuckyMinus20)', 'medium', ['CVE-2016-2107'], ({ openSSLLuckyMinus20 }) =>
    outcome(openSSLLuckyMinus20, [2]),
  ),
  cve('ticketbleed', 'Ticketbleed', 'high', ['CVE-2016-9244'], ({ ticketbleed }) => outcome(ticketbleed, [2])),
  cve('robot', 'ROBOT (Bleichenbacher oracle)', 'high', [], ({ bleichenbacher }) => outcome(bleichenbacher, [2, 3])),
  cve('poodle', 'POODLE (SSL 3.0)', 'medium', ['CVE-2014-3566'], ({ poodle }) => flag(poodle)),
  cve('poodle-tls', 'POODLE over TLS', 'medium', [], ({ poodleTls }) => outcome(poodleTls, [2])),
  cve('freak', 'FREAK', 'medium', ['CVE-2015-0204'], ({ freak }) => flag(freak)),
  cve('logjam', 'Logjam', 'medium', ['CVE-2015-4000'], ({ logjam }) => flag(logjam)),
  cve('drown', 'DROWN', 'medium', ['CVE-2016-0800'], ({ drownVulnerable }) => flag(drownVulnerable)),
  cve('beast', 'BEAST', 'low', ['CVE-2011-3389'], ({ vulnBeast }) => flag(vulnBeast)),
  cve('crime', 'CRIME (TLS compression)', 'medium', ['CVE-2012-4929'], ({ compressionMethods }) => {
    const number = numberOf(compressionMethods)
    return { failed: number === null ? null : number !== 0 }
  }),
  cve('zombie-poodle', 'Zombie POODLE', 'medium', [], ({ zombiePoodle }) => outcome(zombiePoodle, [2, 3])),
  cve('golden-doodle', 'GOLDENDOODLE', 'medium', [], ({ goldenDoodle }) => outcome(goldenDoodle, [4, 5])),
  cve('zero-length-padding', 'OpenSSL 0-length padding oracle', 'medium', ['CVE-2019-1559'], ({ zeroLengthPaddingOracle }) =>
    outcome(zeroLengthPaddingOracle, [6, 7]),
  ),
  cve('sleeping-poodle', 'Sleeping POODLE', 'medium', [], ({ sleepingPoodle }) => outcome(sleepingPoodle, [10, 11])),
]

const grade: EndpointCheck = { id: 'grade', title: 'Graded A- or better', severity: 'medium' }
const grades: Record<string, Severity> = { B: 'low', C: 'medium', D: 'medium', E: 'medium', F: 'high', T: 'high', M: 'high' }

/** The answers about one endpoint; `certs` by their id. */
export function answersOf(endpoint: Fields, certs: Map<string, Fields>): EndpointAnswer[] {
  const details = fieldsOf(endpoint.details)
  const letter = textOf(endpoint.grade).toUpperCase()
  const failed = /^A[+-]?$/.test(letter) ? false : Object.hasOwn(grades, letter) ? true : null
  return [
    { check: grade, failed, ...(letter && { evidence: `Grade ${letter}` }), ...(failed && { severity: grades[letter]! }) },
    ...checks.map(({ answer, ...check }) => ({ check, ...answer(details, certs) })),
  ]
}
