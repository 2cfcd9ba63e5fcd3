import { NEVER } from '../../src/model/time.ts'
import { severityRank, type Severity } from '../../src/model/severity.ts'

/** Everything that one source says of one asset at one instant. */
export interface Said {
  names: string[] // type:name
  type: 'device' | 'image'
  os: string | null
  access: 'remote' | 'full' | null // what was looked for: vulnerabilities so, software; null: nothing
  vulnerabilities: { id: string; severity: Severity }[]
  software: string[]
}
export interface Report {
  org: number
  source: string
  at: number
  complete: boolean
  assets: Said[]
}

export const DAY = 86_400_000_000
const WINDOW = 30 * DAY
const order = ['cloud_id', 'agent_id', 'serial', 'fqdn', 'hostname', 'ip']
const typeOf = (name: string) => name.slice(0, name.indexOf(':'))
const strong = (name: string) => order.indexOf(typeOf(name)) < order.indexOf('fqdn')
const useless = (name: string) => ['serial:0', 'hostname:localhost', 'ip:127.0.0.1'].includes(name)

/** The access that seeing it needs belongs to the vulnerability, as in a scanner's plugin. */
export const accessOf = (vulnerability: string): 'remote' | 'full' => (vulnerability === 'CVE-2024-1' ? 'remote' : 'full')

interface Visit {
  report: Report
  said: Said
  record: string
  at: number
}

interface Node {
  key: string
  names: string[]
  type: string
  source: string
  visits: Visit[]
}

const recordOf = (report: Report, said: Said) => [report.source, said.type, ...[...new Set(said.names)].toSorted()].join(' ')

/** The assets of one organisation, each as its visits: the rule of docs/decisions/0004-identity.md, read word by word. */
function assetsOf(reports: readonly Report[], merged: readonly [string, string][] = []): Visit[][] {
  const visits = reports.flatMap((report) =>
    report.assets.map((said): Visit => ({ report, said, record: recordOf(report, said), at: report.at })),
  )
  const nodes: Node[] = []
  for (const record of new Set(visits.map((visit) => visit.record))) {
    const own = visits.filter((visit) => visit.record === record).toSorted((a, b) => a.at - b.at)
    const names = own[0]!.said.names.filter((name) => !useless(name))
    const whole = names.length === 0 || names.some(strong)
    let node: Node | null = null
    for (const visit of own) {
      if (!node || (!whole && visit.at - node.visits.at(-1)!.at > WINDOW)) {
        node = { key: record, names, type: visit.said.type, source: visit.report.source, visits: [] }
        nodes.push(node)
      }
      node.visits.push(visit)
    }
  }
  nodes.sort((a, b) => a.visits[0]!.at - b.visits[0]!.at || (a.key < b.key ? -1 : 1))
  let assets = nodes.map((node) => [node])
  const assetOf = (node: Node) => assets.find((asset) => asset.includes(node))!
  const unite = (a: Node, b: Node) => {
    const [left, right] = [assetOf(a), assetOf(b)]
    if (left !== right) assets = [...assets.filter((asset) => asset !== left && asset !== right), [...left, ...right]]
  }
  for (const [left, right] of merged) {
    const bearers = nodes.filter((node) => node.names.includes(left) || node.names.includes(right))
    for (const node of bearers) unite(bearers[0]!, node)
  }
  for (const a of nodes) for (const b of nodes) if (a.names.some((name) => strong(name) && b.names.includes(name))) unite(a, b)
  const weak = [...new Set(nodes.flatMap((node) => node.names.filter((name) => !strong(name))))].toSorted(
    (a, b) => order.indexOf(typeOf(a)) - order.indexOf(typeOf(b)) || (a < b ? -1 : 1),
  )
  for (const name of weak) {
    const bearers = nodes.filter((node) => node.names.includes(name))
    for (const [place, b] of bearers.entries())
      for (const a of bearers.slice(0, place)) {
        if (a.type !== b.type || !a.visits.some((x) => b.visits.some((y) => Math.abs(x.at - y.at) <= WINDOW))) continue
        if (!disagree(assetOf(a), assetOf(b), order.indexOf(typeOf(name)))) unite(a, b)
      }
  }
  return assets.map((asset) => asset.flatMap((node) => node.visits))
}

/** Both have names of a stronger type, and none in common; agent ids are compared within their source only. */
function disagree(left: readonly Node[], right: readonly Node[], strength: number): boolean {
  for (const type of order.slice(0, strength))
    for (const source of type === 'agent_id' ? ['one', 'two'] : [null]) {
      const all = (nodes: readonly Node[]) =>
        nodes
          .filter((node) => source === null || node.source === source)
          .flatMap((node) => node.names.filter((name) => typeOf(name) === type))
      const [a, b] = [all(left), all(right)]
      if (a.length && b.length && !a.some((name) => b.includes(name))) return true
    }
  return false
}

export const labelOf = (visits: readonly { record: string; at: number }[]): string =>
  [...new Set(visits.map(({ record, at }) => `${record}@${at / DAY}`))].toSorted().join(' | ')

interface Statement {
  at: number
  /** Of a line: what it says; greater rank counts where two speak at once. */
  listed: Map<string, { value: string; rank: number | string }>
  /** Lines that this look would have shown. */
  shows: (line: string, value: string) => boolean
}

/** Intervals of all lines, from statements in any order. */
function fold(statements: readonly Statement[]): { line: string; value: string; from: number; to: number }[] {
  const rows: { line: string; value: string; from: number; to: number }[] = []
  for (const line of new Set(statements.flatMap((statement) => [...statement.listed.keys()]))) {
    let open: (typeof rows)[number] | null = null
    for (const at of [...new Set(statements.map((statement) => statement.at))].toSorted((a, b) => a - b)) {
      const here = statements.filter((statement) => statement.at === at)
      const best = here.flatMap((statement) => statement.listed.get(line) ?? []).toSorted((a, b) => (a.rank > b.rank ? -1 : 1))[0]
      const held = open as (typeof rows)[number] | null
      if (best) {
        if (held?.value === best.value) continue
        if (held) held.to = at
        rows.push((open = { line, value: best.value, from: at, to: NEVER }))
      } else if (held && here.some((statement) => statement.shows(line, held.value))) {
        held.to = at
        open = null
      }
    }
  }
  return rows
}

/** All history that reports give, one text per row: [org, table, asset, source, line, value, from, to]. */
export function historyOf(reports: readonly Report[], merged: readonly [string, string][] = []): string[] {
  const out: string[] = []
  for (const org of [1, 2]) {
    const own = reports.filter((report) => report.org === org)
    for (const visits of assetsOf(own, org === 1 ? merged : [])) {
      const label = labelOf(visits)
      for (const source of new Set(visits.map((visit) => visit.report.source))) {
        const mine = visits.filter((visit) => visit.report.source === source)
        const write = (table: string, statements: Statement[]) => {
          for (const row of fold(statements)) out.push([org, table, label, source, row.line, row.value, row.from, row.to].join(';'))
        }
        const one = (line: string, value = '', rank: number | string = value) => [line, { value, rank }] as const
        write(
          'name',
          mine.map((visit) => ({ at: visit.at, listed: new Map(visit.said.names.map((name) => one(name))), shows: () => true })),
        )
        write(
          'attribute',
          mine.map((visit) => ({
            at: visit.at,
            listed: new Map([
              one('type', visit.said.type),
              one('name', visit.said.names[0]!),
              ...(visit.said.os === null ? [] : [one('os', visit.said.os)]),
            ]),
            shows: () => true,
          })),
        )
        write(
          'software',
          mine.map((visit) => ({
            at: visit.at,
            listed: new Map(visit.said.software.map((name) => one(name))),
            shows: () => visit.said.access !== null,
          })),
        )
        write(
          'sighting',
          mine.map((visit) => ({
            at: visit.at,
            listed: new Map(
              visit.said.vulnerabilities.map(({ id, severity }) => one(id, String(severityRank(severity)), severityRank(severity))),
            ),
            shows: (line) => visit.said.access === 'full' || (visit.said.access === 'remote' && accessOf(line) === 'remote'),
          })),
        )
        write('presence', [
          ...mine.map((visit) => ({ at: visit.at, listed: new Map([one('')]), shows: () => true })),
          ...own
            .filter((report) => report.complete && report.source === source)
            .map((report) => ({ at: report.at, listed: new Map(), shows: () => true })),
        ])
      }
    }
  }
  return out.toSorted()
}
