import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, CoverageRecord, FileRecord, FindingRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { type Importer, reads, type Source, type Told } from '../../importer.ts'
import { child, childrenNamed, readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'
import { type Definition, describe, holds, readDefinition, readTime, textOf } from './definition.ts'

/** What a finding is, but for the definition of its check. */
interface Item {
  asset: string
  check: string
  access: 'full' | 'remote'
  place: string | undefined
  component: FindingRecord['component']
}

interface Scan {
  ended: Instant | null
  finished: boolean
}

/**
 * Reports of Rapid7 Nexpose and InsightVM in the formats "XML Export" and "XML Export 2.0". Format: https://docs.rapid7.com/insightvm/report-templates-and-sections/
 */
export const nexpose: Importer = reads({
  id: 'nexpose',
  title: 'Rapid7 Nexpose and InsightVM (XML Export)',
  version: 1,
  detect: ({ text }) => xmlRoot(text) === 'NexposeReport',
  parse: parseReport,
})

async function* parseReport(file: Source): AsyncGenerator<Told> {
  const scans = new Map<string, Scan>()
  const definitions = new Map<string, Definition>()
  // Findings wait for the definitions, which the format puts behind all nodes.
  const items = new Waiting<Item>('Nexpose')
  const coverage = new Waiting<CoverageRecord>('Nexpose')
  let nodes = 0
  let reported = false
  const begin = function* (): Generator<FileRecord> {
    if (reported) return
    reported = true
    yield { kind: 'report', source: 'nexpose', tool: 'Nexpose', tool_version: null, observed_at: latest([...scans.values()]) }
  }
  const elements = ['scans/scan', 'nodes/node', 'VulnerabilityDefinitions/vulnerability']
  yield* readXml(file.bytes(), { elements }).tell(function* (events) {
    for (const { name, node, line } of events) {
      if (name === 'scan') {
        const { id, endTime, startTime, status } = node.attributes
        scans.set(id ?? '', {
          ended: readTime(endTime) ?? readTime(startTime),
          finished: status === 'finished' && readTime(endTime) !== null,
        })
      } else if (name === 'vulnerability') {
        const id = node.attributes['id']?.trim().toLowerCase()
        if (id) definitions.set(id, readDefinition(node, id))
        else yield* skip(begin(), `line ${line}`, 'a definition has no id')
      } else {
        yield* begin()
        nodes++
        yield* readNode(node, `n${nodes}`, line, scans, items, coverage)
      }
    }
  })

  yield begin()
  yield findingsOf(items.take(), definitions)
  yield coverage.take()
}

function* findingsOf(items: Iterable<Item>, definitions: ReadonlyMap<string, Definition>): Generator<FileRecord> {
  const described = new Set<string>()
  for (const item of items) {
    const definition = definitions.get(item.check)
    if (definition && !described.has(item.check)) {
      described.add(item.check)
      yield* describe(definition)
    }
    yield findingOf(item, definition)
  }
}

function* skip(before: Generator<FileRecord>, at: string, reason: string): Generator<FileRecord> {
  yield* before
  yield { kind: 'skipped', at, reason }
}

/** A check that the definitions leave out is known by its name only. */
function findingOf(item: Item, definition: Definition | undefined): FindingRecord {
  const ids = definition?.ids ?? [`nexpose:${item.check}`]
  return {
    kind: 'finding',
    asset: item.asset,
    vulnerability_ids: ids,
    ...(definition?.severity && { severity: definition.severity }),
    ...(definition?.cvss !== undefined && { cvss: definition.cvss }),
    ...(ids.length === 1 && definition?.stage && { exploit_stage: definition.stage }),
    ...(definition?.title && { title: definition.title }),
    ...(item.component && { component: item.component }),
    ...(item.place && { place: item.place }),
    access: item.access,
  }
}

const latest = (scans: Scan[]): Instant | null => {
  const ends = scans.map(({ ended }) => ended).filter((ended) => ended !== null)
  return ends.length > 0 ? Math.max(...ends) : null
}

/** Vulnerable, also where a person has excepted it: the exception is not a fix. */
const VULNERABLE = /^(?:exception-)?vulnerable-/

function* readNode(
  node: XmlNode,
  key: string,
  line: number,
  scans: Map<string, Scan>,
  items: Waiting<Item>,
  coverage: Waiting<CoverageRecord>,
): Generator<FileRecord> {
  const asset = describeNode(node, key)
  const ran = new Set<string>()
  const skipped: FileRecord[] = []
  const read = (tests: XmlNode | null, port: string) => {
    for (const test of tests ? childrenNamed(tests, 'test') : []) {
      const scan = test.attributes['scan-id']
      if (scan) ran.add(scan)
      if (!VULNERABLE.test(test.attributes['status'] ?? '')) continue
      const check = test.attributes['id']?.trim().toLowerCase()
      if (!check) {
        skipped.push({ kind: 'skipped', at: `line ${line}, node ${asset.name}`, reason: 'a test has no id' })
        continue
      }
      const place = [port, test.attributes['key']?.trim()].filter((part) => part).join(' ')
      // Without an endpoint it was seen from inside, or of the host as such: only a look from inside may close it.
      items.add(
        withOwnTexts({
          asset: key,
          check,
          access: port ? 'remote' : 'full',
          place: place.slice(0, 500) || undefined,
          component: holds(test, 'installed:') ? readComponent(textOf(test)) : undefined,
        }),
      )
    }
  }
  read(child(node, 'tests'), '')
  for (const endpoint of childrenNamed(child(node, 'endpoints') ?? node, 'endpoint')) {
    const port = `${endpoint.attributes['port'] ?? ''}/${endpoint.attributes['protocol']?.toLowerCase() ?? ''}`
    read(child(endpoint, 'tests'), port)
    for (const service of childrenNamed(child(endpoint, 'services') ?? endpoint, 'service')) read(child(service, 'tests'), port)
  }
  // The report's own entries of scans; a node of a report over one scan need not name it.
  const of = [...(ran.size > 0 ? ran : scans.keys())].map((id) => scans.get(id))
  const known = of.filter((scan) => scan !== undefined)
  const ended = latest(known)
  yield { ...asset, ...(ended !== null && { observed_at: ended }) }
  yield* skipped
  yield* softwareOf(node, key)
  if (node.attributes['status'] === 'dead' || of.length === 0 || !of.every((scan) => scan?.finished)) return
  coverage.add({
    kind: 'coverage',
    asset: key,
    subject: 'vulnerability',
    access: loggedIn(node) ? 'full' : 'remote',
    checks: `template ${node.attributes['scan-template']?.trim() || 'without a name'}`,
  })
}

const operatingSystems = (node: XmlNode) => childrenNamed(child(node, 'fingerprints') ?? node, 'os')

/** "Scores of 1.0 are almost always produced by authenticated scans": https://docs.rapid7.com/nexpose/fingerprint-certainty */
const loggedIn = (node: XmlNode) => operatingSystems(node).some((os) => Number(os.attributes['certainty']) === 1)

const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/

/** By host names and address; `device-id` counts up in each console, so it identifies nothing beyond it. */
function describeNode(node: XmlNode, key: string): AssetRecord {
  const names: AssetRecord['names'] = []
  for (const one of childrenNamed(child(node, 'names') ?? node, 'name')) {
    const host = one.text.trim().toLowerCase().replace(/\.$/, '')
    if (DNS.test(host) && !IPV4.test(host) && !host.startsWith('localhost'))
      names.push({ type: host.includes('.') ? 'fqdn' : 'hostname', name: host })
  }
  const address = node.attributes['address']?.trim().toLowerCase() ?? ''
  if (IPV4.test(address) || /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(address)) names.push({ type: 'ip', name: address })
  if (names.length === 0) names.push({ type: 'label', name: address || key })
  const systems = operatingSystems(node).toSorted((a, b) => Number(b.attributes['certainty']) - Number(a.attributes['certainty']))
  const best = systems.filter((os) => os.attributes['certainty'] === systems[0]!.attributes['certainty'])
  const families = new Set(best.map((os) => parseOsFamily(wordsOf(os))))
  const [family] = families
  const os = best[0] && wordsOf(best[0])
  const site = node.attributes['site-name']?.trim()
  const attributes = {
    ...(families.size === 1 && family && { os_family: family }),
    ...(os && { os }),
    ...(site && { asset_group: site }),
  }
  const named = names.find(({ type }) => type === 'fqdn') ?? names[0]!
  return { kind: 'asset', asset: key, type: 'device', name: named.name, names, ...(Object.keys(attributes).length > 0 && { attributes }) }
}

/** Vendor, product and version, no word twice: "Ubuntu Linux 20.04", "Microsoft Windows Server 2016". */
function wordsOf(os: XmlNode): string {
  const { vendor, family, product, version } = os.attributes
  const told: string[] = []
  for (const part of [vendor, product || family, version]) {
    const text = part?.trim() ?? ''
    if (text && !told.some((one) => one.toLowerCase() === text.toLowerCase())) told.push(text)
  }
  return told.join(' ')
}

function* softwareOf(node: XmlNode, asset: string): Generator<FileRecord> {
  for (const one of childrenNamed(child(node, 'software') ?? node, 'fingerprint')) {
    const { product, vendor, version } = one.attributes
    if (product) yield { kind: 'software', asset, name: product, ...(vendor && { vendor }), ...(version && { version }) }
  }
}

/** "Vulnerable software installed: Ubuntu libssl1.1 1.1.1f-1ubuntu2": the last word with a digit in front is the version. */
export function readComponent(text: string): FindingRecord['component'] {
  const match = /Vulnerable software installed: ([^()]{1,150}?) (\d[\w.:+~-]{0,80})(?:$|[\s(])/.exec(text)
  return match ? { name: match[1]!.trim(), version: match[2]! } : undefined
}
