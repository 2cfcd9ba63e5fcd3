import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import { identifyingNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { type Severity, parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { child, childText, childrenNamed, readXml, type XmlNode } from '../../readers/xml.ts'
import { patchOf } from './patch.ts'

const HOST = 'host'
const MAX_DEFINITIONS = 500_000

/** A definition, as far as its result needs it. */
interface Definition {
  /** compliance, vulnerability, patch, inventory, miscellaneous */
  kind: string
  title: string
  description: string
  severity: Severity | null
  cves: string[]
}

/** A system's results so far; it is described behind them. */
interface System {
  results: { id: string; result: string; at: string }[]
  info: XmlNode | null
}

/**
 * OVAL results (`oscap oval eval --results`): of definitions of compliance true is what is asked for, of vulnerabilities and patches true means that they
 * are there or missing. Inventory is not read. Format: https://oval.mitre.org/language/version5.11/
 */
export async function* readOval(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const definitions = new Map<string, Definition>()
  const about = { product: '', version: '', time: '' }
  let system: System | null = null
  const elements = [
    'oval_results/generator/product_name',
    'oval_results/generator/product_version',
    'oval_results/generator/timestamp',
    'oval_definitions/definitions/definition',
    'results/system/definitions/definition',
    'oval_system_characteristics/system_info',
  ]
  const options = { elements, opens: ['results/system'], local_names: true, flat: ['title', 'description'] }
  yield* readXml(bytes, options).tell(function* (events) {
    for (const { event, name, path, line, node } of events) {
      if (event === 'open') {
        if (system) yield* records(system, definitions, about)
        system = { results: [], info: null }
      } else if (name === 'product_name') about.product = node.text.trim()
      else if (name === 'product_version') about.version = node.text.trim()
      else if (name === 'timestamp') about.time = node.text.trim()
      else if (name === 'system_info') {
        if (system) system.info = node
      } else if (path.includes('oval_definitions/')) {
        if (definitions.size >= MAX_DEFINITIONS)
          throw new UserError('unreadable_report', `Line ${line}: more than ${MAX_DEFINITIONS} definitions`)
        definitions.set(node.attributes['id'] ?? '', readDefinition(node))
      } else if (system) {
        if (system.results.length >= MAX_DEFINITIONS)
          throw new UserError('unreadable_report', `Line ${line}: more than ${MAX_DEFINITIONS} results`)
        system.results.push({ id: node.attributes['definition_id'] ?? '', result: node.attributes['result'] ?? '', at: `line ${line}` })
      }
    }
  })

  if (!system) throw new UserError('unreadable_report', 'Expected OVAL results with a system')
  yield records(system, definitions, about)
}

function readDefinition(node: XmlNode): Definition {
  const metadata = child(node, 'metadata')
  const advisory = metadata && child(metadata, 'advisory')
  const references = metadata ? childrenNamed(metadata, 'reference') : []
  const listed = [
    ...references.map((one) => one.attributes['ref_id'] ?? ''),
    ...(advisory ? childrenNamed(advisory, 'cve').map((one) => one.text) : []),
  ]
  const cves = listed.map((text) => text.trim().toUpperCase()).filter((text) => /^CVE-\d{4}-\d{4,12}$/.test(text))
  return {
    kind: node.attributes['class'] ?? '',
    title: (metadata && childText(metadata, 'title')?.slice(0, 500)) ?? '',
    description: (metadata && childText(metadata, 'description')?.slice(0, 4000)) ?? '',
    severity: parseSeverity(advisory && childText(advisory, 'severity')),
    cves: [...new Set(cves)],
  }
}

const complianceStatus = new Map<string, ControlResultRecord['status']>([
  ['true', 'pass'],
  ['false', 'fail'],
  ['not applicable', 'not_applicable'],
])

function* records(
  system: System,
  definitions: Map<string, Definition>,
  about: { product: string; version: string; time: string },
): Generator<FileRecord> {
  const isOpenScap = /open-?scap/i.test(about.product)
  yield {
    kind: 'report',
    source: isOpenScap ? 'openscap' : 'xccdf',
    tool: isOpenScap ? 'OpenSCAP' : about.product || null,
    tool_version: about.version || null,
    observed_at: parseInstant(about.time),
  }
  yield hostOf(system.info)
  const told = new Set<string>()
  const content = new Set<string>()
  let failed = false
  let controls = false
  for (const { id, result, at } of system.results) {
    const definition = definitions.get(id)
    if (!definition) {
      yield { kind: 'skipped', at, reason: `Expected a result of a definition in the file; found ${JSON.stringify(id.slice(0, 100))}` }
      continue
    }
    const { kind, title, description, severity, cves } = definition
    if (kind === 'compliance') {
      controls = true
      const control_id = `xccdf:${id}`.slice(0, 300)
      if (!told.has(control_id)) {
        told.add(control_id)
        yield { kind: 'control', control_id, title: title || id, ...(severity && { severity }), ...(description && { description }) }
      }
      const status = complianceStatus.get(result) ?? 'not_run'
      yield { kind: 'control_result', asset: HOST, control_id, status, ...(status === 'not_run' && { evidence: result }) }
    } else if (kind === 'vulnerability' || kind === 'patch') {
      content.add(id.split(':')[1] ?? '')
      if (result === 'true') {
        const patch = patchOf(title, cves) ?? { ids: [`xccdf:${id}`], advisory: '', component: '' }
        const [only] = patch.ids
        if (patch.ids.length === 1 && !told.has(only!)) {
          told.add(only!)
          yield {
            kind: 'vulnerability',
            vulnerability_id: only!,
            ...(title && { title }),
            ...(description && { description }),
            ...(severity && { severity }),
          }
        }
        yield {
          kind: 'finding',
          asset: HOST,
          vulnerability_ids: patch.ids,
          ...(severity && { severity }),
          ...(title && { title }),
          ...(patch.component && { component: { name: patch.component } }),
          ...(patch.advisory && { fixed_version: patch.advisory }),
        }
      } else if (result !== 'false' && result !== 'not applicable') {
        failed = true
        yield { kind: 'skipped', at, reason: `${title || id}: ${result}, so nothing is known of it` }
      }
    }
  }
  if (controls) yield { kind: 'coverage', asset: HOST, subject: 'control', checks: 'OVAL' }
  if (content.size > 0 && !failed)
    yield { kind: 'coverage', asset: HOST, subject: 'vulnerability', checks: `OVAL ${nameOfSet(content, 'sources')}` }
}

function hostOf(info: XmlNode | null): FileRecord {
  const interfaces = info && child(info, 'interfaces')
  const addresses = interfaces ? childrenNamed(interfaces, 'interface').map((one) => childText(one, 'ip_address')) : []
  const names = identifyingNames([info && childText(info, 'primary_host_name'), ...addresses.slice(0, 1000)])
  const os = info ? [childText(info, 'os_name'), childText(info, 'os_version')].filter(Boolean).join(' ') : ''
  const family = parseOsFamily(os)
  return {
    kind: 'asset',
    asset: HOST,
    type: 'device',
    name: names[0]?.name ?? '',
    names,
    ...(os && { attributes: { os, ...(family && { os_family: family }) } }),
  }
}
