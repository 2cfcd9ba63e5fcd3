import { parse } from 'yaml'
import { criticalities } from '../../src/model/asset.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { severities } from '../../src/model/severity.ts'
import { NEVER } from '../../src/model/time.ts'
import type { Catalog } from '../../src/insights/catalog.ts'

// What a metric answers, the plainest way: every asset and every finding of the exported history is looked at, one after the other, with the condition as it
// stands in the YAML file. Nothing of the program's own conditions, queries or sweeps is used; only what controls are for is asked of the catalog's objectives.

/** A row of an exported table: text, null where a cell is empty. */
export type ExportedRow = Record<string, string | null>

/** Reads CSV as `plimsoll export history` writes it: RFC 4180, an empty cell is null, a quoted one text. */
export function readExported(text: string): ExportedRow[] {
  const rows: (string | null)[][] = [[]]
  let place = 0
  while (place < text.length) {
    let value: string | null
    if (text[place] === '"') {
      let end = place + 1
      while (text[end] !== '"' || text[end + 1] === '"') end += text[end] === '"' ? 2 : 1
      value = text.slice(place + 1, end).replaceAll('""', '"')
      place = end + 1
    } else {
      const end = /[,\n]/.exec(text.slice(place))
      const stop = end ? place + end.index : text.length
      value = stop === place ? null : text.slice(place, stop)
      place = stop
    }
    rows.at(-1)!.push(value)
    if (text[place] === '\n') rows.push([])
    place++
  }
  const [header, ...body] = rows.filter((row) => row.length > 0)
  return body.map((row) => Object.fromEntries(header!.map((name, index) => [name!, row[index] ?? null])))
}

export type Exported = Record<string, ExportedRow[]>

type Truth = true | false | null
type Value = string | number | boolean | null | readonly string[]

const and = (parts: Truth[]): Truth => (parts.includes(false) ? false : parts.includes(null) ? null : true)
const or = (parts: Truth[]): Truth => (parts.includes(true) ? true : parts.includes(null) ? null : false)

const orders: Record<string, readonly string[]> = {
  'asset.criticality': criticalities,
  'vulnerability.severity': severities,
  'vulnerability.exploit_stage': exploitStages,
  'control.severity': severities,
  'finding.severity': severities,
}

/** Whether a condition of the YAML holds for an asset and one finding (null: none); null: not known. */
function holds(condition: unknown, read: (field: string) => Value): Truth {
  return and(
    Object.entries(condition as Record<string, unknown>).map(([key, wanted]): Truth => {
      if (key === 'all') return and((wanted as unknown[]).map((part) => holds(part, read)))
      if (key === 'any') return or((wanted as unknown[]).map((part) => holds(part, read)))
      if (key === 'not') {
        const inner = holds(wanted, read)
        return inner === null ? null : !inner
      }
      return compares(key, wanted, read(key))
    }),
  )
}

function compares(field: string, wanted: unknown, value: Value): Truth {
  if (Array.isArray(value)) return (Array.isArray(wanted) ? wanted : [wanted]).some((each) => value.includes(String(each)))
  if (wanted === null) return value === null
  if (Array.isArray(wanted)) return or(wanted.map((each) => compares(field, each, value)))
  if (value === null) return null
  const order = orders[field]
  const rank = (word: unknown): number => (order ? order.indexOf(String(word)) : Number(word))
  const sign = typeof wanted === 'string' ? /^(>=|<=|>|<) ?(.*)$/.exec(wanted) : null
  if (!sign) return order ? rank(wanted) === Number(value) : String(wanted as string | number | boolean) === String(value)
  const [one, other] = [Number(value), rank(sign[2])]
  return sign[1] === '>=' ? one >= other : sign[1] === '<=' ? one <= other : sign[1] === '>' ? one > other : one < other
}

const number = (text: string | null | undefined): number | null => (text === null || text === undefined ? null : Number(text))

/** State of the exported history at the end of one day. */
export class DayOf {
  private readonly end: number
  private readonly tables: Exported
  private readonly catalog: Catalog
  private readonly controls = new Map<string, ExportedRow>()
  private readonly objectives = new Map<string, string[]>()
  private readonly worlds: Map<string, ExportedRow>
  private readonly assets: ExportedRow[]
  private readonly findings: ExportedRow[]
  private readonly fixed: Set<string>

  constructor(tables: Exported, catalog: Catalog, day: number) {
    this.tables = tables
    this.catalog = catalog
    this.end = Number(tables['day']!.find((row) => Number(row['day']) === day)!['ends_at'])
    // The newest description of each control, whole ones first.
    const described = tables['control_history']!.filter((row) => Number(row['retracted_in']) === NEVER)
    const newest = (row: ExportedRow) => [row['source']!.endsWith('/results') ? 1 : 0, -Number(row['valid_to']), -Number(row['valid_from'])]
    for (const row of described.toSorted((a, b) => {
      const [one, other] = [newest(a), newest(b)]
      return one[0]! - other[0]! || one[1]! - other[1]! || one[2]! - other[2]! || (a['source']! < b['source']! ? -1 : 1)
    }))
      if (!this.controls.has(row['control_id']!)) this.controls.set(row['control_id']!, row)
    for (const [id, row] of this.controls) {
      const control = {
        control_id: id,
        title: row['title']!,
        category: row['category']!,
        frameworks: JSON.parse(row['frameworks'] ?? '[]') as { framework: string; requirement: string }[],
      }
      this.objectives.set(
        id,
        [...catalog.objectives.values()].filter((objective) => objective.pursues(control)).map((objective) => objective.id),
      )
    }
    this.worlds = new Map(this.now('vulnerability_history').map((row) => [row['vulnerability_id']!, row]))
    this.assets = this.now('asset_history')
    this.findings = this.now('finding_history').filter((row) => row['excepted'] === 'false')
    this.fixed = new Set(this.standing('sighting_history').flatMap((row) => (row['fixed_version'] === null ? [] : [row['finding_id']!])))
  }

  private now(table: string): ExportedRow[] {
    return this.tables[table]!.filter((row) => Number(row['valid_from']) < this.end && this.end <= Number(row['valid_to']))
  }

  private standing(table: string): ExportedRow[] {
    return this.now(table).filter((row) => Number(row['retracted_in']) === NEVER)
  }

  private read(field: string, asset: ExportedRow, finding: ExportedRow | null): Value {
    const [about, name] = [field.slice(0, field.indexOf('.')), field.slice(field.indexOf('.') + 1)]
    if (about === 'asset') {
      if (name === 'criticality') return asset['criticality'] === null ? null : criticalities.indexOf(asset['criticality'] as 'low')
      return asset[name] ?? null
    }
    if (!finding) return null
    const vulnerability = finding['kind'] === 'vulnerability'
    if (about === 'finding') {
      if (name === 'fixable') return this.fixed.has(finding['finding_id']!)
      if (name === 'severity' || name === 'stage') return number(finding[name])
      return finding[name] === '' ? null : finding[name]!
    }
    if (about === 'vulnerability') {
      if (!vulnerability) return null
      const world = this.worlds.get(finding['subject']!)
      const cvss = number(world?.['cvss_tenths'])
      if (name === 'severity')
        return cvss === null ? number(finding['severity']) : cvss >= 90 ? 4 : cvss >= 70 ? 3 : cvss >= 40 ? 2 : cvss > 0 ? 1 : 0
      if (name === 'cvss') return (cvss ?? number(finding['cvss_tenths'])) === null ? null : (cvss ?? number(finding['cvss_tenths']))! / 10
      if (name === 'epss') return number(world?.['epss']) === null ? null : Number(world!['epss']) / 100_000
      if (name === 'exploit_stage') return Math.max(number(world?.['stage']) ?? 0, Number(finding['stage']))
    }
    if (about === 'control' && !vulnerability) {
      const control = this.controls.get(finding['subject']!)
      if (name === 'control_id') return finding['subject']!
      if (name === 'objective') return this.objectives.get(finding['subject']!) ?? []
      if (name === 'severity') return number(finding['severity']) ?? number(control?.['severity'])
      return control?.[name] ?? null
    }
    return about === 'control' && name === 'objective' ? [] : null
  }

  /** Whether an asset has software that its report says is past the end of its support, or an operating system of which the feed says so. */
  private hasUnsupported(asset: ExportedRow): boolean {
    const past = (row: ExportedRow) => row['end_of_support_at'] !== null && Number(row['end_of_support_at']) < this.end
    if (this.standing('software_history').some((row) => row['asset_id'] === asset['asset_id'] && past(row))) return true
    const os = (asset['os'] ?? '').toLowerCase()
    const named: Record<string, (release: string) => string> = {
      'alpine-linux': (release) => `alpine ${release}`,
      debian: (release) => `debian ${release}`,
      ubuntu: (release) => `ubuntu ${release}`,
      windows: (release) => `windows ${release.replace('-', ' ')}`,
      'windows-server': (release) => `windows server ${release}`,
    }
    // The feed of the demo is one file, of its first day: what it says held before as well.
    return this.tables['end_of_life_history']!.some((row) => {
      const name = named[row['product']!]?.(row['release']!)
      return name !== undefined && os.startsWith(name) && !/^\d/.test(os.slice(name.length)) && Number(row['ends_at']) < this.end
    })
  }

  /** Assets on which some check for one of the objectives had an answer; of tools that state failures only, all that they ever looked at. */
  private answered(objectives: readonly string[]): Set<string> {
    const meant = (control_id: string) => (this.objectives.get(control_id) ?? []).some((each) => objectives.includes(each))
    const assets = new Set(
      this.standing('control_result_history').flatMap((row) =>
        ['pass', 'fail'].includes(row['status']!) && meant(row['control_id']!) ? [row['asset_id']!] : [],
      ),
    )
    const subjects = new Map(this.tables['finding_key']!.map((row) => [row['finding_id']!, row]))
    const stated = (row: ExportedRow) => Number(row['retracted_in']) === NEVER
    const withResults = new Set(
      this.tables['control_result_history']!.flatMap((row) => (stated(row) && meant(row['control_id']!) ? [row['source']!] : [])),
    )
    const failuresOnly = new Set(
      this.tables['sighting_history']!.flatMap((row) => {
        const key = subjects.get(row['finding_id']!)!
        return stated(row) && key['kind'] === 'control' && meant(key['subject']!) && !withResults.has(row['source']!)
          ? [row['source']!]
          : []
      }),
    )
    for (const look of this.tables['coverage_history']!)
      if (stated(look) && look['subject'] === 'control' && failuresOnly.has(look['source']!) && Number(look['observed_at']) < this.end)
        assets.add(look['asset_id']!)
    return assets
  }

  /** The assets that a metric asks and those that it finds exposed, from the text of its file. */
  answer(yaml: string): { total: number[]; exposed: number[] } {
    const metric = parse(yaml) as { population: unknown; exposed_when: Record<string, unknown>; needs: string[] }
    const subjects = { vulnerabilities: 'vulnerability', 'inventory.software': 'software', controls: 'control' }
    const subject = Object.entries(subjects).find(([need]) => metric.needs.includes(need))?.[1] ?? 'asset'
    const looked = new Set(this.now('fresh_history').flatMap((row) => (row['subject'] === subject ? [row['asset_id']!] : [])))
    const wanted = metric.exposed_when['control.objective']
    const answered = wanted === undefined ? null : this.answered([wanted].flat().map(String))
    const asked = this.assets.filter(
      (asset) =>
        looked.has(asset['asset_id']!) &&
        (answered === null || answered.has(asset['asset_id']!)) &&
        holds(metric.population, (field) => this.read(field, asset, null)) === true,
    )
    const about = Object.keys(metric.exposed_when).map((field) => field.split('.')[0])
    const exposed = asked.filter((asset) => {
      if (about.every((each) => each === 'asset')) return holds(metric.exposed_when, (field) => this.read(field, asset, null)) === true
      if (metric.exposed_when['software.support'] === 'ended') return this.hasUnsupported(asset)
      return this.findings.some(
        (finding) =>
          finding['asset_id'] === asset['asset_id'] && holds(metric.exposed_when, (field) => this.read(field, asset, finding)) === true,
      )
    })
    const ids = (rows: ExportedRow[]) => rows.map((row) => Number(row['asset_id'])).toSorted((a, b) => a - b)
    return { total: ids(asked), exposed: ids(exposed) }
  }

  /** Numbers of the assets of high or very high criticality. */
  critical(): Set<number> {
    return new Set(
      this.assets.flatMap((row) => (['high', 'very_high'].includes(row['criticality'] ?? '') ? [Number(row['asset_id'])] : [])),
    )
  }
}
