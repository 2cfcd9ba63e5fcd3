import { UserError } from '../../../errors.ts'
import { endpointRecords, type ToldChecks } from '../../../model/endpoint-checks.ts'
import { endpointAsset } from '../../../model/endpoint.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { type Fields, isFields, numberOf, objectsIn, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'
import { answersOf } from './checks.ts'

/** Milliseconds since 1970. */
function instantOf(value: unknown): Instant | null {
  const milliseconds = numberOf(value)
  return milliseconds !== null && milliseconds > 1e11 && milliseconds < 1e13 ? Math.round(milliseconds) * 1000 : null
}

function* hostRecords(host: Fields, at: string, file: ToldChecks): Generator<FileRecord> {
  const observed_at = instantOf(host.testTime) ?? instantOf(host.startTime)
  const status = textOf(host.status)
  // SSL Labs looks from the internet, so what answered it can be reached from there.
  const asset = endpointAsset(textOf(host.host), numberOf(host.port) ?? 443, true)
  if (asset === null || (status !== 'READY' && status !== '')) {
    const what =
      asset === null
        ? 'expected a host and a port'
        : `${asset.name}: the test is not complete (${status}${textOf(host.statusMessage) && `: ${textOf(host.statusMessage)}`})`
    yield { kind: 'skipped', at, reason: what.slice(0, 300) }
    return
  }
  const certs = new Map(objectsIn(host.certs).map((cert) => [textOf(cert.id), cert]))
  for (const [index, endpoint] of objectsIn(host.endpoints).entries()) {
    if (!isFields(endpoint.details)) {
      const message = textOf(endpoint.statusMessage) || 'no details'
      yield {
        kind: 'skipped',
        at: `${at}.endpoints[${index}]`,
        reason: `${asset.name} at ${textOf(endpoint.ipAddress)}: ${message}`.slice(0, 300),
      }
      continue
    }
    // Several addresses behind one name and port are one endpoint: the gravest answer counts.
    const key = `${asset.asset}/${textOf(endpoint.ipAddress) || index}`
    yield { ...asset, asset: key, ...(observed_at !== null && { observed_at }) }
    yield* endpointRecords(key, answersOf(endpoint, certs), file)
  }
}

/**
 * SSL Labs' answers about hosts, as `ssllabs-scan` and its API (version 3) write them: a list of hosts, or one. Format:
 * https://github.com/ssllabs/ssllabs-scan/blob/master/ssllabs-api-docs-v3.md
 */
export const sslLabs: Importer = reads({
  id: 'ssl-labs',
  title: 'Qualys SSL Labs (JSON)',
  version: 1,
  detect({ text }: Head) {
    const members = jsonOutline(text)?.members
    return members !== undefined && ['host', 'port', 'status', 'engineVersion', 'criteriaVersion'].every((name) => members.has(name))
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const isList = text.trimStart().startsWith('[')
    const told: ToldChecks = { source: 'ssl-labs', product: 'SSL Labs', told: new Set() }
    let begun = false
    yield* readJson(bytes, [isList ? '$[*]' : '$']).tell(function* (matches) {
      for (const { value, at, document } of matches) {
        const place = isList ? at : `document ${document + 1}`
        if (!isFields(value) || textOf(value.host) === '') {
          if (!begun)
            throw new UserError(
              'unreadable_report',
              `${place}: expected a host as SSL Labs answers about it (host, port, status, endpoints)`,
            )
          yield { kind: 'skipped', at: place, reason: 'expected a host' }
          continue
        }
        if (!begun) {
          begun = true
          yield {
            kind: 'report',
            source: 'ssl-labs',
            tool: 'SSL Labs',
            tool_version: textOf(value.engineVersion) || null,
            observed_at: instantOf(value.testTime) ?? instantOf(value.startTime),
          }
        }
        yield* hostRecords(value, place, told)
      }
    })

    if (!begun) yield { kind: 'report', source: 'ssl-labs', tool: 'SSL Labs', tool_version: null, observed_at: null }
  },
})
