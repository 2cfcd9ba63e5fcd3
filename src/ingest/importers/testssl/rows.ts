import { endpointAsset } from '../../../model/endpoint.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { cutText } from '../../readers/json-fields.ts'

const SOURCE = 'testssl'
const CVE = /^CVE-\d{4}-\d{4,}$/

/** One line of testssl.sh, in whatever layout it stood. */
export interface Row {
  at: string
  id: string
  /** `web-1.example.com/10.0.0.1`. */
  target: string
  port: string
  /** OK, INFO, LOW, MEDIUM, HIGH, CRITICAL; WARN and FATAL are about the scan itself. */
  severity: string
  finding: string
  /** CVE ids with blanks between. */
  cve: string
}

/** The vulnerability checks of a whole run (`-U`), all of which newer versions have. */
const ALL_VULNERABILITIES = [
  'heartbleed',
  'CCS',
  'ticketbleed',
  'ROBOT',
  'CRIME_TLS',
  'BREACH',
  'POODLE_SSL',
  'SWEET32',
  'FREAK',
  'DROWN',
  'LOGJAM',
  'BEAST',
  'LUCKY13',
  'RC4',
]

/** Rows that describe the server, the certificate or the scan and judge nothing, whatever they hold. */
const DESCRIPTIVE =
  /^(?:service|scanTime|engine_problem|optimal_proto|cipherorder_|clientsimulation-|rating_|.*_score(?:_weighted)?$|final_score|grade_cap_reason_|banner_|cookie_count|HTTP_(?:status_code|clock_skew|headerTime)|FS_(?:ciphers|KEMs|sig_algs)|TLS_extensions|cert(?: <.*>)?$|cert_(?:serialNumber|fingerprint|notBefore|caIssuers|crlDistributionPoints|ocspURL|subjectAltName|numbers|compression|keyUsage|extKeyUsage)|certs_countServer|intermediate_cert(?: <.*>)?$|host_certificate|DROWN_hint|cipher-)/

interface OpenEndpoint {
  asset: string
  controls: boolean
  vulnerabilities: Set<string>
  problem: boolean
}

/** Turns rows into records: endpoints as they come, what was looked for at the end. */
export function openReport(): { records(row: Row): Generator<FileRecord>; end(): Generator<FileRecord> } {
  const endpoints = new Map<string, OpenEndpoint | null>()
  const controls = new Set<string>()
  const described = new Set<string>()

  function* endpointOf(row: Row): Generator<FileRecord, OpenEndpoint | null> {
    const key = `${row.target}:${row.port}`
    const known = endpoints.get(key)
    if (known !== undefined) return known
    const [host = '', address = ''] = row.target.split('/')
    const asset = endpointAsset(host || address, row.port) ?? endpointAsset(address, row.port)
    if (asset === null) {
      endpoints.set(key, null)
      return null
    }
    // Several addresses behind one name and port are one endpoint: the gravest answer counts.
    const endpoint: OpenEndpoint = { asset: key, controls: false, vulnerabilities: new Set(), problem: false }
    endpoints.set(key, endpoint)
    yield { ...asset, asset: key }
    return endpoint
  }

  function* vulnerable(row: Row, asset: string, cves: string[]): Generator<FileRecord> {
    const severity = parseSeverity(row.severity)
    for (const vulnerability_id of cves) {
      if (described.has(vulnerability_id)) continue
      described.add(vulnerability_id)
      yield { kind: 'vulnerability', vulnerability_id, ...(cves.length === 1 && { title: row.id, ...(severity && { severity }) }) }
    }
    yield {
      kind: 'finding',
      asset,
      vulnerability_ids: cves,
      title: cutText(`${row.id}: ${row.finding}`, 500),
      ...(severity && { severity }),
      // What it is about tells two findings of one CVE apart (BEAST and BEAST_CBC_TLS1).
      place: row.id,
      access: 'remote',
    }
  }

  return {
    *records(row) {
      if (row.id === '' || row.severity === '') {
        yield { kind: 'skipped', at: row.at, reason: 'expected an id and a severity' }
        return
      }
      if (row.id === 'scanTime') return
      const endpoint = yield* endpointOf(row)
      if (endpoint === null) {
        yield {
          kind: 'skipped',
          at: row.at,
          reason: `${row.id}: expected a host and a port, found ${JSON.stringify(`${row.target}:${row.port}`.slice(0, 80))}`,
        }
        return
      }
      const { asset } = endpoint
      const word = row.severity.toUpperCase()
      if (word === 'FATAL') endpoint.problem = true
      if (word === 'WARN' || word === 'FATAL' || word === 'DEBUG') {
        yield { kind: 'skipped', at: row.at, reason: cutText(`${row.id}: ${row.finding}`, 300) ?? row.id }
        return
      }
      const cves = [...new Set(row.cve.toUpperCase().split(/[\s,]+/))].filter((id) => CVE.test(id))
      const failed = word !== 'OK' && word !== 'INFO'
      const severity = failed ? parseSeverity(word) : null
      if (failed && severity === null) {
        yield {
          kind: 'skipped',
          at: row.at,
          reason: `${row.id}: expected a severity of testssl.sh, found ${JSON.stringify(row.severity.slice(0, 40))}`,
        }
        return
      }
      if (cves.length > 0 && row.id !== 'DROWN_hint') {
        endpoint.vulnerabilities.add(row.id)
        if (failed) yield* vulnerable(row, asset, cves)
        return
      }
      if (!failed && DESCRIPTIVE.test(row.id)) return
      endpoint.controls = true
      const control_id = `${SOURCE}:${row.id}`
      if (!controls.has(control_id)) {
        controls.add(control_id)
        yield { kind: 'control', control_id, title: row.id, category: 'TLS', product: 'testssl.sh', partial: true }
      }
      const result: ControlResultRecord = { kind: 'control_result', asset, control_id, status: failed ? 'fail' : 'pass' }
      if (severity) result.severity = severity
      if (row.finding) result.evidence = cutText(row.finding, 2000)
      yield result
    },
    *end() {
      for (const endpoint of endpoints.values()) {
        if (endpoint === null || endpoint.problem) continue
        const { asset, vulnerabilities } = endpoint
        if (endpoint.controls) yield { kind: 'coverage', asset, subject: 'control', access: 'remote' }
        if (vulnerabilities.size === 0) continue
        const whole = ALL_VULNERABILITIES.every((id) => vulnerabilities.has(id))
        const checks = whole ? '' : [...vulnerabilities].sort().join(' ')
        yield { kind: 'coverage', asset, subject: 'vulnerability', access: 'remote', ...(checks && { checks }) }
      }
    },
  }
}
