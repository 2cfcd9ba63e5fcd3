import { type Fields, fieldsOf, isFields, numberOf, objectsIn, textOf } from '../../readers/json-fields.ts'
import type { Certificate, Seen, Suite } from './checks.ts'

/** A server's answer in any JSON layout: where it is, and what was seen. */
export interface Server {
  host: string
  port: number | null
  /** Null: it could not be reached, `error` says why. */
  seen: Seen | null
  error: string
}

const flag = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null)

/** From version 5 on a command has a status and a result; before, the result stands there itself, and is missing where the command failed. */
function resultOf(commands: Fields, name: string): Fields | null {
  const command = commands[name]
  if (!isFields(command)) return null
  if (!('status' in command) || !('result' in command)) return command
  return textOf(command.status) === 'COMPLETED' && isFields(command.result) ? command.result : null
}

function suitesOf(commands: Fields, name: string): Suite[] | null {
  const result = resultOf(commands, name)
  if (!Array.isArray(result?.accepted_cipher_suites)) return null
  return objectsIn(result.accepted_cipher_suites).map((one) => {
    const suite = fieldsOf(one.cipher_suite)
    return { name: textOf(suite.name), anonymous: suite.is_anonymous === true, key_size: numberOf(suite.key_size) }
  })
}

/** Of several flags false wins, then true; null when none is known. */
const all = (flags: (boolean | null)[]): boolean | null => (flags.includes(false) ? false : flags.includes(true) ? true : null)
const some = (flags: (boolean | null)[]): boolean | null => (flags.includes(true) ? true : flags.includes(false) ? false : null)

function certificateOf(commands: Fields): Certificate | null {
  const result = resultOf(commands, 'certificate_info')
  const deployments = objectsIn(result?.certificate_deployments)
  if (deployments.length === 0) return null
  const stores = deployments.flatMap((deployment) =>
    objectsIn(deployment.path_validation_results).map((path) => ({
      name: [textOf(fieldsOf(path.trust_store).name), textOf(fieldsOf(path.trust_store).version)].filter(Boolean).join(' '),
      trusted: flag(path.was_validation_successful) ?? Array.isArray(path.verified_certificate_chain),
      error: textOf(path.validation_error) || textOf(path.openssl_error_string),
    })),
  )
  return {
    matches_hostname: all(deployments.map((one) => flag(one.leaf_certificate_subject_matches_hostname))),
    stores,
    sha1: some(deployments.map((one) => flag(one.verified_chain_has_sha1_signature))),
    valid_order: all(deployments.map((one) => flag(one.received_chain_has_valid_order))),
    ocsp_trusted: all(deployments.map((one) => flag(one.ocsp_response_is_trusted))),
  }
}

function robotOf(commands: Fields): boolean | null {
  const word = textOf(resultOf(commands, 'robot')?.robot_result)
  if (word.startsWith('VULNERABLE')) return true
  return word.startsWith('NOT_VULNERABLE') ? false : null
}

function hstsOf(commands: Fields): boolean | null {
  const headers = resultOf(commands, 'http_headers')
  if (headers === null || !('strict_transport_security_header' in headers) || textOf(headers.http_error_trace) !== '') return null
  return headers.strict_transport_security_header !== null
}

/** One member of `server_scan_results`: versions 3 and 4 name their parts otherwise than 5 and 6. */
export function serverOf(item: Fields): Server {
  const info = fieldsOf(item.server_info)
  const place = fieldsOf(item.server_location ?? info.server_location)
  const commands = isFields(item.scan_result) ? item.scan_result : isFields(item.scan_commands_results) ? item.scan_commands_results : null
  const status = textOf(item.scan_status)
  const server = { host: textOf(place.hostname), port: numberOf(place.port) }
  if (commands === null) return { ...server, seen: null, error: textOf(item.connectivity_status) || status || 'no results' }
  const renegotiation = resultOf(commands, 'session_renegotiation')
  return {
    ...server,
    error: '',
    seen: {
      suites: new Map([
        ['ssl-2', suitesOf(commands, 'ssl_2_0_cipher_suites')],
        ['ssl-3', suitesOf(commands, 'ssl_3_0_cipher_suites')],
        ['tls-1-0', suitesOf(commands, 'tls_1_0_cipher_suites')],
        ['tls-1-1', suitesOf(commands, 'tls_1_1_cipher_suites')],
        ['tls-1-2', suitesOf(commands, 'tls_1_2_cipher_suites')],
        ['tls-1-3', suitesOf(commands, 'tls_1_3_cipher_suites')],
      ]),
      certificate: certificateOf(commands),
      heartbleed: flag(resultOf(commands, 'heartbleed')?.is_vulnerable_to_heartbleed),
      ccs_injection: flag(resultOf(commands, 'openssl_ccs_injection')?.is_vulnerable_to_ccs_injection),
      robot: robotOf(commands),
      compression: flag(resultOf(commands, 'tls_compression')?.supports_compression),
      secure_renegotiation: flag(renegotiation?.supports_secure_renegotiation),
      client_renegotiation:
        flag(renegotiation?.is_vulnerable_to_client_renegotiation_dos) ?? flag(renegotiation?.accepts_client_renegotiation),
      fallback_scsv: flag(resultOf(commands, 'tls_fallback_scsv')?.supports_fallback_scsv),
      early_data: flag(resultOf(commands, 'tls_1_3_early_data')?.supports_early_data),
      hsts: hstsOf(commands),
    },
  }
}
