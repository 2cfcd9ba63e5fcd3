import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { osvFacts, osvFixes, osvIds, OsvRecord } from '../../readers/osv.ts'
import { peek } from '../../readers/peek.ts'
import { type Found, newScan, type Scan } from './found.ts'
import { Graph, readOldModule, readOldVulnerability } from './graph.ts'
import { readBill, readConfig, readMessage } from './messages.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'target'
const MOST_OSV = 50_000

type Layout = 'messages' | 'graph'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members, list } = outline
  const config = members.get('config')
  if (typeof config === 'object' && config !== null && jsonOutline(config.text)?.members.has('protocol_version')) return 'messages'
  const calls = members.get('Calls')
  return !list && typeof calls === 'object' && calls !== null && jsonOutline(calls.text)?.members.has('Functions') ? 'graph' : null
}

/** govulncheck's JSON. Format: https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck */
export const govulncheck: Importer = reads({
  id: 'govulncheck',
  title: 'govulncheck (JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected govulncheck’s JSON: messages that begin with "config", or (before 1.0) an object with "Calls" and "Vulns"',
      )
    const scan = newScan()
    if (layout === 'messages') await readMessages(bytes, scan)
    else await readGraph(bytes, scan)
    yield { kind: 'report', source: 'govulncheck', tool: 'govulncheck', tool_version: scan.version, observed_at: null }
    const asset = codeAsset(ASSET, scan.main)
    yield asset
    // A repository may hold several modules, each scanned on its own.
    const checks = asset.names.length > 0 ? scan.main : null
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability', ...(checks && { checks }) }
    yield scan.skipped
    const described = new Set<string>()
    for (const found of scan.found.values()) yield findingOf(found, scan, described)
  },
})

async function readMessages(bytes: AsyncIterable<Uint8Array>, scan: Scan): Promise<void> {
  const kinds = ['config', 'SBOM', 'osv', 'finding']
  const places = kinds.flatMap((kind) => [`$.${kind}`, `$[*].${kind}`])
  for await (const { path, at, value, document } of readJson(bytes, places)) {
    const place = document > 0 ? `message ${document + 1}, ${at}` : at
    if (path.endsWith('.osv')) addOsv(scan, value, place)
    else if (path.endsWith('.finding')) readMessage(scan, value, place)
    else if (path.endsWith('.config')) readConfig(scan, value)
    else readBill(scan, value)
  }
}

async function readGraph(bytes: AsyncIterable<Uint8Array>, scan: Scan): Promise<void> {
  const graph = new Graph()
  for await (const { path, at, value } of readJson(bytes, ['$.Vulns[*]', '$.Modules[*]'])) {
    if (path === '$.Modules[*]') readOldModule(scan, graph, value)
    else {
      const osv = readOldVulnerability(scan, value, at)
      if (osv !== undefined) addOsv(scan, osv, at)
    }
  }
  graph.nameVersions(scan)
}

function addOsv(scan: Scan, value: unknown, at: string): void {
  const record = safeParse(OsvRecord, value)
  if (!record.success) {
    scan.skipped.push({ kind: 'skipped', at, reason: 'Expected an OSV record with an id' })
    return
  }
  if (scan.osv.size >= MOST_OSV) throw new UserError('unreadable_report', `The report holds more than ${MOST_OSV} OSV records`)
  scan.osv.set(record.data.id, record.data)
}

const REACHED = { called: '', imported: 'imported, not called', required: 'required, not imported' }

function* findingOf(found: Found, scan: Scan, described: Set<string>): Generator<FileRecord> {
  const record = scan.osv.get(found.osv)
  const facts = record ? osvFacts(record) : { rating: null }
  const reached = REACHED[found.reach]
  // Only the level of symbols tells what is called: at the others nothing is known of it.
  const uncalled = found.reach !== 'called' && scan.level === 'symbol'
  yield* packageFinding(
    {
      asset: ASSET,
      about: vulnerabilityIds(record ? osvIds(record) : [found.osv], `govulncheck:${found.osv}`)!,
      ...facts,
      ...(uncalled && { severity_here: 'informational' as const }),
      component: { name: found.module, version: found.version, type: 'golang' },
      fixed_version: found.fixed ?? (record ? osvFixes(record, found.module) : undefined),
      place: uncalled ? `${found.place ?? found.module} (${reached})` : found.place,
    },
    described,
  )
}
