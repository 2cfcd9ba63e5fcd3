import { UserError } from '../../../errors.ts'
import { endpointRecords, type ToldChecks } from '../../../model/endpoint-checks.ts'
import { endpointAsset } from '../../../model/endpoint.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'
import { readXml, xmlRoot } from '../../readers/xml.ts'
import { answersOf } from './checks.ts'
import { serverOf, type Server } from './from-json.ts'
import { seenIn } from './from-xml.ts'

type Layout = 'json' | 'xml'

function layoutOf(text: string): Layout | null {
  if (xmlRoot(text) === 'document' && /\bSSLyzeVersion="/.test(text)) return 'xml'
  const outline = jsonOutline(text)
  if (!outline || outline.list) return null
  const first = outline.members.get('server_scan_results')
  // The results may be longer than the beginning that is seen; then the names behind them are not there.
  const named = /\bsslyze\b/.test(textOf(outline.members.get('sslyze_url')))
  return first !== undefined &&
    (named ||
      (typeof first === 'object' &&
        first !== null &&
        /"(?:scan_commands_results|scan_commands_errors|scan_result|connectivity_status|scan_commands)"/.test(first.text)))
    ? 'json'
    : null
}

function* serverRecords({ host, port, seen, error }: Server, at: string, file: ToldChecks): Generator<FileRecord> {
  const asset = endpointAsset(host, port ?? 0)
  if (asset === null || seen === null) {
    const reason =
      asset === null
        ? `expected a host and a port, found ${JSON.stringify(`${host}:${port}`.slice(0, 80))}`
        : `${asset.name}: could not be tested (${error})`
    yield { kind: 'skipped', at, reason: reason.slice(0, 300) }
    return
  }
  yield asset
  yield* endpointRecords(asset.asset, answersOf(seen), file)
}

const ABOUT = ['sslyze_version', 'date_scans_completed', 'date_scans_started']
const MOST_HELD = 5000

async function* readServers(bytes: AsyncIterable<Uint8Array>, file: ToldChecks): AsyncGenerator<Told> {
  const about = new Map<string, string>()
  // Time and version may stand behind the servers; what a server gives is small.
  const held: { server: Server; at: string }[] = []
  const unreached: FileRecord[] = []
  for await (const matches of readJson(bytes, [
    '$.server_scan_results[*]',
    '$.server_connectivity_errors[*]',
    '$.invalid_server_strings[*]',
    ...ABOUT.map((name) => `$.${name}`),
  ]).batches)
    for (const { path, value, at } of matches) {
      if (path === '$.server_scan_results[*]') {
        if (held.length >= MOST_HELD) throw new UserError('unreadable_report', `${at}: a file holds at most ${MOST_HELD} servers; split it`)
        held.push({ server: serverOf(fieldsOf(value)), at })
      } else if (path.endsWith('[*]'))
        unreached.push({ kind: 'skipped', at, reason: `could not be tested: ${unreachedName(value)}`.slice(0, 300) })
      else about.set(path.slice(2), textOf(value))
    }
  yield {
    kind: 'report',
    source: 'sslyze',
    tool: 'SSLyze',
    tool_version: about.get('sslyze_version') || null,
    observed_at: parseInstant(about.get('date_scans_completed') ?? '') ?? parseInstant(about.get('date_scans_started') ?? ''),
  }
  for (const { server, at } of held) yield serverRecords(server, at, file)
  yield unreached
}

function unreachedName(value: unknown): string {
  const item = fieldsOf(value)
  const place = fieldsOf(fieldsOf(item.server_info).server_location ?? item.server_location)
  return (
    [textOf(item.server_string) || textOf(place.hostname), textOf(item.error_message)].filter(Boolean).join(': ') ||
    'a server without a name'
  )
}

async function* readTargets(bytes: AsyncIterable<Uint8Array>, file: ToldChecks): AsyncGenerator<Told> {
  let begun = false
  yield* readXml(bytes, {
    elements: ['results/target', 'invalidTargets/invalidTarget'],
    opens: ['document'],
  }).tell(function* (events) {
    for (const { name, node, line } of events) {
      if (name === 'document') {
        begun = true
        yield {
          kind: 'report',
          source: 'sslyze',
          tool: 'SSLyze',
          tool_version: node.attributes['SSLyzeVersion'] || null,
          observed_at: null,
        }
      } else if (name === 'invalidTarget')
        yield {
          kind: 'skipped',
          at: `line ${line}`,
          reason: `could not be tested: ${node.text.trim()} ${node.attributes['error'] ?? ''}`.slice(0, 300),
        }
      else {
        const port = node.attributes['port'] ?? ''
        const server: Server = {
          host: node.attributes['host'] ?? '',
          port: /^\d{1,5}$/.test(port) ? +port : null,
          seen: seenIn(node),
          error: '',
        }
        yield* serverRecords(server, `line ${line}`, file)
      }
    }
  })

  if (!begun) throw new UserError('unreadable_report', 'Expected the XML of SSLyze, with <document SSLyzeVersion=…>')
}

/**
 * SSLyze: JSON of versions 3 to 6 (`--json_out`), XML of versions 1 and 2 (`--xml_out`). Format:
 * https://nabla-c0d3.github.io/sslyze/documentation/json-output.html
 */
export const sslyze: Importer = reads({
  id: 'sslyze',
  title: 'SSLyze (JSON, XML)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const told: ToldChecks = { source: 'sslyze', product: 'SSLyze', told: new Set() }
    const layout = layoutOf(text)
    if (layout === 'xml') yield* readTargets(bytes, told)
    else if (layout === 'json' || isEmptyList(text)) yield* readServers(bytes, told)
    else throw new UserError('unreadable_report', 'Expected the JSON of SSLyze with server_scan_results, or its XML')
  },
})

/** `[]`: what a wrapper writes when there was no server to test. */
