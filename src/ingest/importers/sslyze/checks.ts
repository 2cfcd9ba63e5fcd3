import type { EndpointAnswer, EndpointCheck } from '../../../model/endpoint-checks.ts'
import type { Severity } from '../../../model/severity.ts'

/** What SSLyze saw at one server, in words common to its layouts. Null: it did not look, or the look failed. */
export interface Seen {
  /** Suites that the server accepts, by protocol: `ssl-2`, `ssl-3`, `tls-1-0`, `tls-1-1`, `tls-1-2`, `tls-1-3`. */
  suites: Map<string, Suite[] | null>
  certificate: Certificate | null
  heartbleed: boolean | null
  ccs_injection: boolean | null
  robot: boolean | null
  compression: boolean | null
  secure_renegotiation: boolean | null
  /** The client may ask for renegotiation (as often as it likes). */
  client_renegotiation: boolean | null
  fallback_scsv: boolean | null
  early_data: boolean | null
  hsts: boolean | null
}

export interface Suite {
  name: string
  anonymous: boolean
  /** In bits; null when not stated. */
  key_size: number | null
}

/** Over all certificates that the server showed, the worst. */
export interface Certificate {
  matches_hostname: boolean | null
  /** Trust stores by name, and whether the chain is trusted there. */
  stores: { name: string; trusted: boolean; error: string }[]
  sha1: boolean | null
  valid_order: boolean | null
  ocsp_trusted: boolean | null
}

const rule = (id: string, title: string, severity: Severity): EndpointCheck => ({ id, title, severity })
const cve = (id: string, title: string, severity: Severity, vulnerabilities: string[]): EndpointCheck => ({
  id,
  title,
  severity,
  vulnerabilities,
})

const protocols = [
  rule('ssl-2', 'SSL 2.0 is off', 'high'),
  rule('ssl-3', 'SSL 3.0 is off', 'high'),
  rule('tls-1-0', 'TLS 1.0 is off', 'medium'),
  rule('tls-1-1', 'TLS 1.1 is off', 'medium'),
]
const weakSuites = rule(
  'weak-cipher-suites',
  'No cipher suite without encryption or authentication, for export, with RC4, DES or 3DES',
  'high',
)
const trusted = rule('certificate-trust', 'All trust stores trust the certificate', 'high')
const hostname = rule('certificate-hostname', 'The certificate is for this name', 'high')
const sha1 = rule('certificate-sha1', 'No signature with SHA-1 in the chain', 'medium')
const order = rule('certificate-order', 'The chain of certificates is in order', 'low')
const ocsp = rule('certificate-ocsp', 'The stapled OCSP response is trusted', 'medium')
const fallback = rule('fallback-scsv', 'Downgrades are noticed (TLS_FALLBACK_SCSV)', 'low')
const early = rule('early-data', 'No early data (0-RTT)', 'low')
const hsts = rule('hsts', 'Strict-Transport-Security is sent', 'low')
const vulnerabilities = {
  heartbleed: cve('heartbleed', 'Heartbleed', 'high', ['CVE-2014-0160']),
  ccs_injection: cve('openssl-ccs', 'OpenSSL CCS injection', 'high', ['CVE-2014-0224']),
  robot: cve('robot', 'ROBOT (Bleichenbacher oracle)', 'high', []),
  compression: cve('crime', 'CRIME (TLS compression)', 'medium', ['CVE-2012-4929']),
  client_renegotiation: cve('client-renegotiation', 'Denial of service by renegotiation of the client', 'low', ['CVE-2011-1473']),
} as const
const insecure = cve('insecure-renegotiation', 'Insecure renegotiation', 'medium', ['CVE-2009-3555'])

const WEAK = /(?:_NULL_|WITH_NULL|_EXPORT_?|_anon_|_RC4_|_RC2_|_DES_|_3DES_|_DES40_)/i
export const isWeak = ({ name, anonymous, key_size }: Suite): boolean =>
  anonymous || WEAK.test(name) || (key_size !== null && key_size < 112)

const not = (value: boolean | null): boolean | null => (value === null ? null : !value)
const names = (suites: Suite[]) => suites.map(({ name }) => name).join(', ')

function certificateAnswers(certificate: Certificate | null): EndpointAnswer[] {
  const untrusted = certificate?.stores.filter((store) => !store.trusted) ?? []
  const none = certificate === null || certificate.stores.length === 0
  return [
    {
      check: trusted,
      failed: none ? null : untrusted.length > 0,
      ...(untrusted.length > 0 && { evidence: untrusted.map(({ name, error }) => (error ? `${name}: ${error}` : name)).join('; ') }),
      // One old store that does not know a root yet is less than a certificate that nobody trusts.
      ...(!none && untrusted.length > 0 && untrusted.length < certificate.stores.length && { severity: 'medium' as const }),
    },
    { check: hostname, failed: not(certificate?.matches_hostname ?? null) },
    { check: sha1, failed: certificate?.sha1 ?? null },
    { check: order, failed: not(certificate?.valid_order ?? null) },
    { check: ocsp, failed: not(certificate?.ocsp_trusted ?? null) },
  ]
}

/** The answers about one server. */
export function answersOf(seen: Seen): EndpointAnswer[] {
  const known = [...seen.suites.values()].filter((suites) => suites !== null)
  const weak = [...new Map(known.flat().map((suite) => [suite.name, suite])).values()].filter(isWeak)
  return [
    ...protocols.map((check): EndpointAnswer => {
      const suites = seen.suites.get(check.id) ?? null
      return {
        check,
        failed: suites === null ? null : suites.length > 0,
        ...(suites?.length && { evidence: `Accepted: ${names(suites)}` }),
      }
    }),
    { check: weakSuites, failed: known.length === 0 ? null : weak.length > 0, ...(weak.length > 0 && { evidence: names(weak) }) },
    ...certificateAnswers(seen.certificate),
    { check: fallback, failed: not(seen.fallback_scsv) },
    { check: early, failed: seen.early_data },
    { check: hsts, failed: not(seen.hsts) },
    ...(Object.keys(vulnerabilities) as (keyof typeof vulnerabilities)[]).map((key) => ({
      check: vulnerabilities[key],
      failed: seen[key],
    })),
    { check: insecure, failed: not(seen.secure_renegotiation) },
  ]
}
