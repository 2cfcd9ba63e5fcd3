import { child, childrenNamed, type XmlNode } from '../../readers/xml.ts'
import type { Certificate, Seen, Suite } from './checks.ts'

/** `True`, `False`; null for anything else. */
function flag(node: XmlNode | null, attribute: string): boolean | null {
  const word = node?.attributes[attribute]?.toLowerCase()
  return word === 'true' ? true : word === 'false' ? false : null
}

const inside = (target: XmlNode, ...names: string[]): XmlNode | null =>
  names.reduce<XmlNode | null>((node, name) => (node ? child(node, name) : null), target)

function suitesOf(target: XmlNode, name: string): Suite[] | null {
  const command = child(target, name)
  const accepted = command && child(command, 'acceptedCipherSuites')
  if (!accepted || command.attributes['exception']) return null
  return childrenNamed(accepted, 'cipherSuite').map(({ attributes }) => ({
    name: attributes['name'] ?? '',
    anonymous: attributes['anonymous']?.toLowerCase() === 'true',
    key_size: /^\d{1,5}$/.test(attributes['keySize'] ?? '') ? Number(attributes['keySize']) : null,
  }))
}

function certificateOf(target: XmlNode): Certificate | null {
  const info = child(target, 'certinfo')
  const validation = info && child(info, 'certificateValidation')
  if (!validation) return null
  const chain = inside(validation, 'verifiedCertificateChain')
  const received = child(info, 'receivedCertificateChain')
  return {
    matches_hostname: flag(child(validation, 'hostnameValidation'), 'certificateMatchesServerHostname'),
    stores: childrenNamed(validation, 'pathValidation').map(({ attributes }) => ({
      name: [attributes['usingTrustStore'], attributes['trustStoreVersion']].filter(Boolean).join(' '),
      trusted: attributes['validationResult'] === 'ok',
      error: attributes['validationResult'] === 'ok' ? '' : (attributes['validationResult'] ?? ''),
    })),
    sha1: flag(chain, 'hasSha1SignedCertificate'),
    valid_order: flag(received, 'isChainOrderValid'),
    ocsp_trusted: flag(inside(info, 'ocspStapling', 'ocspResponse'), 'isTrusted'),
  }
}

/** What a `target` of the XML of version 1 and 2 says. */
export function seenIn(target: XmlNode): Seen {
  const robot = inside(target, 'robot', 'robotAttack')?.attributes['resultEnum'] ?? ''
  const renegotiation = inside(target, 'reneg', 'sessionRenegotiation')
  return {
    suites: new Map([
      ['ssl-2', suitesOf(target, 'sslv2')],
      ['ssl-3', suitesOf(target, 'sslv3')],
      ['tls-1-0', suitesOf(target, 'tlsv1')],
      ['tls-1-1', suitesOf(target, 'tlsv1_1')],
      ['tls-1-2', suitesOf(target, 'tlsv1_2')],
      ['tls-1-3', suitesOf(target, 'tlsv1_3')],
    ]),
    certificate: certificateOf(target),
    heartbleed: flag(inside(target, 'heartbleed', 'openSslHeartbleed'), 'isVulnerable'),
    ccs_injection: flag(inside(target, 'openssl_ccs', 'openSslCcsInjection'), 'isVulnerable'),
    robot: robot.startsWith('VULNERABLE') ? true : robot.startsWith('NOT_VULNERABLE') ? false : null,
    compression: flag(inside(target, 'compression', 'compressionMethod'), 'isSupported'),
    secure_renegotiation: flag(renegotiation, 'isSecure'),
    client_renegotiation: flag(renegotiation, 'canBeClientInitiated'),
    fallback_scsv: flag(inside(target, 'fallback', 'tlsFallbackScsv'), 'isSupported'),
    early_data: null,
    hsts: flag(inside(target, 'http_headers', 'httpStrictTransportSecurity'), 'isSupported'),
  }
}
