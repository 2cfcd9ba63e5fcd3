import { epssSteps } from '../../src/model/epss.ts'
import { stageRank } from '../../src/model/exploit.ts'
import { type Severity, severityRank } from '../../src/model/severity.ts'
import { DAY_US, type Instant, NEVER } from '../../src/model/time.ts'
import { type Entry, type FeedStep, type Listed, type OrgIndex, type ReportStep, type Result, typeOf, type World } from './world.ts'

/** An interval of a line through time, with what held in it. */
export interface Held<V> {
  from: Instant
  to: Instant
  value: V
}

/** What one report had to say about one line: a value, or that it looked (`shows`: for which values it would have listed it). */
interface Said<V> {
  at: Instant
  value: V | null
  shows: (value: V) => boolean
}

/**
 * The naive history of one line: go through everything that was ever said about it in the order of time. A value holds from the report that
 * lists it until one that lists another, or that would have shown it and does not.
 */
function historyOf<V>(said: readonly Said<V>[]): Held<V>[] {
  const held: Held<V>[] = []
  let open: Held<V> | null = null
  for (const at of [...new Set(said.map((each) => each.at))].toSorted((a, b) => a - b)) {
    const now = said.filter((each) => each.at === at)
    // Of repeated reports of one instant, all say the same.
    const value = now.find((each) => each.value !== null)?.value ?? null
    if (value !== null) {
      if (open && JSON.stringify(open.value) === JSON.stringify(value)) continue
      if (open) open.to = at
      open = { from: at, to: NEVER, value }
      held.push(open)
    } else if (open && now.some((each) => each.shows(open!.value))) {
      open.to = at
      open = null
    }
  }
  return held
}

/** A sighting as a source states it, in the units of the store. */
export interface Sighting {
  severity: number | null
  cvss_tenths: number | null
  stage: number
  fixed_version: string | null
  access: number
  checks: string
}

/** The outcome of a check as a source states it. Points in thousandths. */
export interface Outcome {
  status: string
  severity: number | null
  points: number | null
  max_points: number | null
}

interface OfAsset {
  org: OrgIndex
  asset: string
  source: string
}
interface OfFinding extends OfAsset {
  kind: 'vulnerability' | 'control'
  subject: string
  component: string
}

/** Everything that is known: each line with its history. */
export interface Facts {
  sightings: (OfFinding & Held<Sighting>)[]
  results: (OfFinding & Held<Outcome>)[]
  presence: (OfAsset & Held<true>)[]
  attributes: (OfAsset & { attribute: string } & Held<string>)[]
  looks: (OfAsset & { subject: string; access: number; min_severity: number; checks: string; at: Instant })[]
  epss: ({ vulnerability_id: string; source: string } & Held<number>)[]
  exploits: ({ vulnerability_id: string; source: string; reference: string } & Held<number>)[]
  cvss: ({ vulnerability_id: string; source: string } & Held<number>)[]
  feeds: { source: string; at: Instant; complete: boolean }[]
}

const rankOf = { remote: 1, full: 2 } as const
const rank = (severity: Severity | null) => (severity === null ? null : severityRank(severity))

/** The steps that stand as known after the first `known` steps: those learned by then and not undone by then. */
function standing(world: World, known: number): { reports: ReportStep[]; feeds: FeedStep[] } {
  const learned = world.slice(0, known)
  const undone = new Set(learned.flatMap((step) => (step.kind === 'undo' ? [step.undone] : [])))
  const steps = learned.filter((_, place) => !undone.has(place))
  return { reports: steps.filter((step) => step.kind === 'report'), feeds: steps.filter((step) => step.kind === 'feed') }
}

/** The items of a list in groups of equal keys. */
function groupBy<T>(list: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>()
  for (const item of list) {
    const group = groups.get(key(item))
    if (group) group.push(item)
    else groups.set(key(item), [item])
  }
  return [...groups.values()]
}

/** All facts after the first `known` steps of a world, by keeping every report as it came. */
export function factsOf(world: World, known = world.length): Facts {
  const { reports, feeds } = standing(world, known)
  const entries = reports.flatMap((report) => report.entries)
  const facts: Facts = {
    sightings: [],
    results: [],
    presence: presenceOf(reports),
    attributes: [],
    looks: looksOf(reports),
    ...worldOf(feeds),
  }
  for (const said of groupBy(entries, ({ org, source, asset }) => `${org} ${source} ${asset}`)) {
    const { org, source, asset } = said[0]!
    const place = { org, asset, source }
    const lines = new Map(said.flatMap((entry) => entry.listed.map((each) => [`${each.kind} ${each.subject} ${each.component}`, each])))
    for (const { kind, subject, component } of lines.values())
      for (const held of historyOf(said.map((entry) => saidOf(entry, { kind, subject, component }))))
        facts.sightings.push({ ...place, kind, subject, component, ...held })
    for (const control_id of new Set(said.flatMap((entry) => entry.results.map((each) => each.control_id))))
      for (const held of historyOf(said.map((entry) => outcomeOf(entry, control_id))))
        facts.results.push({ ...place, kind: 'control', subject: control_id, component: '', ...held })
    const stated = said.map((entry) => ({
      at: entry.at,
      all: { type: typeOf(asset), name: asset, ...entry.attributes } as Record<string, unknown>,
    }))
    for (const attribute of new Set(stated.flatMap(({ all }) => Object.keys(all))))
      for (const held of historyOf(
        stated.map(({ at, all }) => ({ at, value: attribute in all ? String(all[attribute]) : null, shows: () => true })),
      ))
        facts.attributes.push({ ...place, attribute, ...held })
  }
  return facts
}

/** What an entry says about one possible sighting of its asset. */
function saidOf(entry: Entry, line: { kind: string; subject: string; component: string }): Said<Sighting> {
  const found = entry.listed.find((each) => each.kind === line.kind && each.subject === line.subject && each.component === line.component)
  return { at: entry.at, value: found ? sightingOf(entry, found) : null, shows: (value) => covers(entry, line.kind, value) }
}

const sightingOf = (entry: Entry, listed: Listed): Sighting => ({
  severity: rank(listed.severity),
  cvss_tenths: listed.cvss_tenths,
  stage: stageRank(listed.stage),
  fixed_version: listed.fixed_version,
  access: rankOf[listed.access],
  checks: listed.kind === 'vulnerability' ? (entry.vulnerability?.checks ?? '') : '',
})

/** Law 7: whether this look ran the check that showed a sighting, with at least the access that it needs, down to its severity. */
function covers(entry: Entry, kind: string, value: Sighting): boolean {
  if (kind === 'control') return entry.control !== null && rankOf[entry.control.access] >= value.access && value.checks === ''
  const look = entry.vulnerability
  if (!look || rankOf[look.access] < value.access) return false
  if (look.checks !== '' && look.checks !== value.checks) return false
  return look.min_severity === 'informational' || (value.severity !== null && value.severity >= severityRank(look.min_severity))
}

function outcomeOf(entry: Entry, control_id: string): Said<Outcome> {
  const found = entry.results.find((each) => each.control_id === control_id)
  const outcome = ({ status, severity, points }: Result): Outcome => ({
    status,
    severity: rank(severity),
    points: points === null ? null : points * 1000,
    max_points: points === null ? null : 10_000,
  })
  return { at: entry.at, value: found ? outcome(found) : null, shows: () => entry.control !== null }
}

/** A source lists an asset from its first report about it until an inventory that is complete omits it. */
function presenceOf(reports: readonly ReportStep[]): Facts['presence'] {
  return groupBy(reports, ({ org, source }) => `${org} ${source}`).flatMap((own) => {
    const { org, source } = own[0]!
    const assets = new Set(own.flatMap((report) => report.entries.map((entry) => entry.asset)))
    return [...assets].flatMap((asset) => {
      const said = own.flatMap((report): Said<true>[] => [
        ...report.entries
          .filter((entry) => entry.asset === asset)
          .map((entry) => ({ at: entry.at, value: true as const, shows: () => false })),
        ...(report.complete_at === null ? [] : [{ at: report.complete_at, value: null, shows: () => true }]),
      ])
      return historyOf(said).map((held) => ({ org, source, asset, ...held }))
    })
  })
}

function looksOf(reports: readonly ReportStep[]): Facts['looks'] {
  return reports.flatMap(({ org, source, complete_at, entries }) => [
    ...entries.flatMap(({ asset, at, vulnerability, control }) => [
      { org, source, asset, at, subject: 'asset', access: 0, min_severity: 0, checks: '' },
      ...(vulnerability
        ? [
            {
              org,
              source,
              asset,
              at,
              subject: 'vulnerability',
              checks: vulnerability.checks,
              access: rankOf[vulnerability.access],
              min_severity: severityRank(vulnerability.min_severity),
            },
          ]
        : []),
      ...(control ? [{ org, source, asset, at, subject: 'control', access: rankOf[control.access], min_severity: 0, checks: '' }] : []),
    ]),
    ...(complete_at === null
      ? []
      : [{ org, source, asset: '', at: complete_at, subject: 'presence', access: 2, min_severity: 0, checks: '' }]),
  ])
}

/** EPSS rounded down to the scale, never below its first step, in units of 1e-5. */
const scaled = (epss: number): number => epssSteps.findLast((step) => step <= Math.round(epss * 1e8) / 1e3) ?? epssSteps[0]!

function worldOf(feeds: readonly FeedStep[]): Pick<Facts, 'epss' | 'exploits' | 'cvss' | 'feeds'> {
  const facts: Pick<Facts, 'epss' | 'exploits' | 'cvss' | 'feeds'> = { epss: [], exploits: [], cvss: [], feeds: [] }
  facts.feeds = feeds.map(({ source, at, complete }) => ({ source, at, complete }))
  for (const own of groupBy(feeds, (feed) => feed.source)) {
    const { source } = own[0]!
    const lines = <V>(vulnerability_ids: readonly string[], valueOf: (feed: FeedStep, id: string) => V | undefined) =>
      [...new Set(vulnerability_ids)].flatMap((vulnerability_id) =>
        historyOf(own.map((feed) => ({ at: feed.at, value: valueOf(feed, vulnerability_id) ?? null, shows: () => feed.complete }))).map(
          (held) => ({
            vulnerability_id,
            source,
            ...held,
          }),
        ),
      )
    facts.epss.push(
      ...lines(
        own.flatMap((feed) => feed.epss.map((each) => each.vulnerability_id)),
        (feed, id) => feed.epss.filter((each) => each.vulnerability_id === id).map((each) => scaled(each.epss))[0],
      ),
    )
    facts.cvss.push(
      ...lines(
        own.flatMap((feed) => feed.cvss.map((each) => each.vulnerability_id)),
        (feed, id) => feed.cvss.find((each) => each.vulnerability_id === id)?.cvss_tenths,
      ),
    )
    const exploits = own.flatMap((feed) => feed.exploits)
    const found = lines(
      exploits.map((each) => each.vulnerability_id),
      (feed, id) => feed.exploits.filter((each) => each.vulnerability_id === id).map((each) => stageRank(each.stage))[0],
    )
    const first = new Set<string>()
    for (const each of found) {
      const stated = exploits.find((exploit) => exploit.vulnerability_id === each.vulnerability_id)!
      // The feed's own date counts for what it says first.
      const from = first.has(each.vulnerability_id) ? each.from : (stated.since ?? each.from)
      first.add(each.vulnerability_id)
      facts.exploits.push({ ...each, from, reference: stated.reference })
    }
  }
  return facts
}

/** Every instant at which some fact begins or ends, or a look can go stale. */
export function instantsOf(facts: Facts): Set<Instant> {
  const instants = new Set<Instant>()
  for (const held of [facts.sightings, facts.results, facts.presence, facts.attributes, facts.epss, facts.exploits, facts.cvss].flat())
    for (const at of [held.from, held.to]) instants.add(at)
  for (const { at } of facts.looks) for (const days of [0, 30, 31, 60, 90]) instants.add(at + days * DAY_US)
  return instants
}

/** The facts as rows of the store's tables, one text per row in order, with the columns that {@link rowColumns} names. */
export function rowsOf(facts: Facts, orgs: readonly number[]): Record<string, string[]> {
  const time = ({ from, to }: { from: Instant; to: Instant }) => ({ valid_from: from, valid_to: to })
  const of = (each: OfAsset) => ({ org_id: orgs[each.org]!, source: each.source, asset_id: each.asset })
  const finding = ({ subject, component }: OfFinding) => ({ finding_id: `${subject} in "${component}"` })
  const rows: Record<string, Record<string, unknown>[]> = {
    sighting_history: facts.sightings.map((each) => ({ ...of(each), ...finding(each), kind: each.kind, ...each.value, ...time(each) })),
    control_result_history: facts.results.map((each) => ({
      ...of(each),
      ...finding(each),
      control_id: each.subject,
      ...each.value,
      ...time(each),
    })),
    presence_history: facts.presence.map((each) => ({ ...of(each), ...time(each) })),
    attribute_history: facts.attributes.map((each) => ({ ...of(each), attribute: each.attribute, value: each.value, ...time(each) })),
    coverage_history: facts.looks.map(({ at, ...each }) => ({
      ...of(each),
      asset_id: each.asset || null,
      subject: each.subject,
      access: each.access,
      min_severity: each.min_severity,
      checks: each.checks,
      observed_at: at,
    })),
    epss_history: facts.epss.map(({ value, ...each }) => ({ ...line(each), epss: value, ...time(each) })),
    exploit_history: facts.exploits.map(({ value, ...each }) => ({
      ...line(each),
      reference: each.reference,
      stage: value,
      ...time(each),
    })),
    cvss_history: facts.cvss.map(({ value, ...each }) => ({ ...line(each), cvss_tenths: value, ...time(each) })),
    feed_coverage: facts.feeds.map(({ source, at, complete }) => ({ source, observed_at: at, complete })),
  }
  return Object.fromEntries(Object.entries(rows).map(([table, list]) => [table, list.map(textOf).toSorted()]))
}

const line = ({ vulnerability_id, source }: { vulnerability_id: string; source: string }) => ({ vulnerability_id, source })

const textOf = (row: Record<string, unknown>): string =>
  JSON.stringify(Object.fromEntries(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1))))

/** Rows of the store cut down to the tables and columns that the model speaks of. */
export function cutTo(model: Record<string, string[]>, facts: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(model).map(([table, rows]) => {
      const columns = columnsOfModel[table]!
      if (rows.length && JSON.stringify(Object.keys(JSON.parse(rows[0]!) as object)) !== JSON.stringify(columns))
        throw new Error(`columns of ${table}`)
      return [
        table,
        facts[table]!.map((text) => {
          const row = JSON.parse(text) as Record<string, unknown>
          return textOf(Object.fromEntries(columns.map((column) => [column, row[column]])))
        }).toSorted(),
      ]
    }),
  )
}

const time = ['valid_from', 'valid_to']
const columnsOfModel: Record<string, string[]> = Object.fromEntries(
  Object.entries({
    sighting_history: [
      'access',
      'asset_id',
      'checks',
      'cvss_tenths',
      'finding_id',
      'fixed_version',
      'kind',
      'org_id',
      'severity',
      'source',
      'stage',
      ...time,
    ],
    control_result_history: [
      'asset_id',
      'control_id',
      'finding_id',
      'max_points',
      'org_id',
      'points',
      'severity',
      'source',
      'status',
      ...time,
    ],
    presence_history: ['asset_id', 'org_id', 'source', ...time],
    attribute_history: ['asset_id', 'attribute', 'org_id', 'source', 'value', ...time],
    coverage_history: ['access', 'asset_id', 'checks', 'min_severity', 'observed_at', 'org_id', 'source', 'subject'],
    epss_history: ['epss', 'source', 'vulnerability_id', ...time],
    exploit_history: ['reference', 'source', 'stage', 'vulnerability_id', ...time],
    cvss_history: ['cvss_tenths', 'source', 'vulnerability_id', ...time],
    feed_coverage: ['complete', 'observed_at', 'source'],
  }).map(([table, columns]) => [table, columns.toSorted()]),
)
