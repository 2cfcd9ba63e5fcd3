import { exploitStages, type ExploitStage } from '../../../model/exploit.ts'
import { severities, type Severity } from '../../../model/severity.ts'
import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import { kept } from '../../kept.ts'
import type { Scope } from '../../scope.ts'
import { exceptedAssets } from '../exceptions/in-force.ts'
import { grouped } from '../grouped.ts'
import { severitySql, stageSql } from '../metrics/columns.ts'
import { among, type AskedMoment, holds, momentParams, presentColumns, standing } from '../moment.ts'
import { askPage, columnsRead, keptPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
import { readList, severityWord, stageWord } from '../words.ts'

/** A vulnerability that some asset has. */
export interface VulnerabilityItem {
  vulnerability_id: string
  title: string | null
  severity: Severity | null
  /** 0–10. */
  cvss: number | null
  /** 0–1, on the fixed scale of DESIGN 3. */
  epss: number | null
  stage: ExploitStage
  /** Assets that have it. */
  assets: number
  /** Of them, those on which exceptions keep it out of the scores. */
  excepted_assets: number
  published_at: string | null
  /** Other ids that tools know it by, for instance a placeholder from before its CVE id; sorted. */
  aliases: string[]
  /** What has it; at most 20. */
  components: string[]
  /** Some report names a version that fixes it. */
  fix_available: boolean
  /** When one of these assets had it for the first time. */
  first_seen_at: string
}

interface VulnerabilityRow {
  vulnerability_id: string
  severity: number | null
  cvss_tenths: number | null
  epss: number | null
  stage: number
}

const own: [string, ListColumn][] = [
  ['severity', { type: 'ordered', title: 'severity', values: severities, sql: 'x.severity' }],
  ['cvss', { type: 'number', title: 'CVSS', scale: 10, sql: 'x.cvss_tenths' }],
  ['epss', { type: 'number', title: 'EPSS', scale: 100_000, sql: 'x.epss' }],
]
const stage: ListColumn = { type: 'ordered', title: 'exploit stage', values: exploitStages, sql: 'x.stage' }

/** Fields of the vulnerability list, by their own name and by the name that conditions of metrics use. */
export const vulnerabilityColumns: ListColumns = new Map<string, ListColumn>([
  ['vulnerability_id', { type: 'text', title: 'id', sql: 'x.vulnerability_id' }],
  ['title', { type: 'text', title: 'title', sql: 'x.title' }],
  ...own,
  ['stage', stage],
  ['assets', { type: 'number', title: 'assets', sql: 'x.assets' }],
  ['fix_available', { type: 'boolean', title: 'fix available', sql: 'x.fix_available' }],
  ...own.map(([name, column]): [string, ListColumn] => [`vulnerability.${name}`, column]),
  ['vulnerability.exploit_stage', stage],
])

/** CTE `title` (vulnerability_id, title, published_at): by a CVE record where there is one, else as a tool says, else as its findings say. `which`: a select of ids. */
const titles = (which: string): string => `
  described as (
    select d.vulnerability_id, 0 as place, d.title, d.published_at, d.source from description_history d where d.vulnerability_id in (${which}) and ${standing('d')}
    union all
    select d.vulnerability_id, 1, d.title, d.published_at, d.source from advisory_history d where d.org_id = $org_id and d.vulnerability_id in (${which}) and ${standing('d')}),
  titled as (select distinct on (vulnerability_id) vulnerability_id, title from described where title is not null order by vulnerability_id, place, source collate "C"),
  published as (select distinct on (vulnerability_id) vulnerability_id, published_at from described where published_at is not null order by vulnerability_id, place, source collate "C")`

/**
 * CTEs down to `per_vulnerability`: a row per vulnerability that is open on an asset `a`. Grouped before the world is joined: a
 * vulnerability has thousands of findings and one world. `counted`: with the number of assets.
 */
const perVulnerability = (counted: boolean, only = ''): string => `world as (
    select v.vulnerability_id, v.epss, v.stage, v.cvss_tenths from vulnerability_history v where ${holds('v')}),
  by_subject as (
    select f.subject, max(f.severity) as severity, max(f.cvss_tenths) as cvss_tenths, max(f.stage) as stage ${counted ? ', count(distinct f.asset_id) as assets' : ''}
    from finding_history f join a on a.asset_id = f.asset_id
    where f.org_id = $org_id and f.kind = 'vulnerability' and ${holds('f')} ${only} group by f.subject),
  per_vulnerability as (
    select f.subject as vulnerability_id, ${severitySql} as severity, coalesce(v.cvss_tenths, f.cvss_tenths) as cvss_tenths, v.epss, ${stageSql} as stage ${counted ? ', f.assets' : ''}
    from by_subject f left join world v on v.vulnerability_id = f.subject)`

/** CTE `fixed` (subject): of open vulnerabilities, those of which some source states a version that fixes it. */
const fixed = `fixed as (
    select distinct f.subject from finding_history f join a on a.asset_id = f.asset_id
    join sighting_history s on s.finding_id = f.finding_id and s.asset_id = f.asset_id
    where f.org_id = $org_id and s.org_id = $org_id and f.kind = 'vulnerability' and ${holds('f')} and s.fixed_version is not null and ${standing('s')})`

/** CTE `aliased` (vulnerability_id, aliases): what tools call it otherwise, as one text to search in. */
const aliased = `aliased as (
    select d.vulnerability_id, string_agg(distinct translate(d.aliases, '[]",', '    ') collate "C", ' ') as aliases from advisory_history d
    where d.org_id = $org_id and d.aliases <> '[]' and ${standing('d')} group by d.vulnerability_id)`

/** What is worked out for the whole list only where a question reads it: CTE, column, join to `p`. */
const asked: readonly { column: string; cte: string; select: string; join: string }[] = [
  {
    column: 'title',
    cte: titles('select vulnerability_id from per_vulnerability'),
    select: 't.title',
    join: 'left join titled t on t.vulnerability_id = p.vulnerability_id',
  },
  {
    column: 'aliases',
    cte: aliased,
    select: 'l.aliases',
    join: 'left join aliased l on l.vulnerability_id = p.vulnerability_id',
  },
  {
    column: 'fix_available',
    cte: fixed,
    select: 'z.subject is not null as fix_available',
    join: 'left join fixed z on z.subject = p.vulnerability_id',
  },
]

const list = { columns: vulnerabilityColumns, search: ['x.vulnerability_id', 'x.title', 'x.aliases'], sort: '-stage' } as const

/** Vulnerabilities that are open on some asset that has not left, informational ones included; the furthest exploited first. */
export const listVulnerabilities = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
): Promise<PageAnswer<VulnerabilityItem>> =>
  keptPage(engine, 'vulnerabilities', [scope, moment], page, () => askVulnerabilities(engine, scope, moment, page))

async function askVulnerabilities(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
): Promise<PageAnswer<VulnerabilityItem>> {
  const read = columnsRead(page, list)
  const parts = asked.filter((part) => read.has(part.column))
  const answer = await askPage<VulnerabilityRow>(
    engine,
    {
      ...list,
      ctes: [presentColumns(scope, ['asset_id']), perVulnerability(read.has('assets')), ...parts.map((part) => part.cte)].join(', '),
      select: `select ${['p.*', ...parts.map((part) => part.select)].join(', ')} from per_vulnerability p ${parts.map((part) => part.join).join(' ')}`,
      carry: ['severity', 'cvss_tenths', 'epss', 'stage'],
      params: momentParams(scope, moment),
      key: [{ column: 'vulnerability_id', type: 'text' }],
    },
    page,
  )
  return { ...answer, items: await completeVulnerabilities(engine, scope, moment, answer.items) }
}

/** How many of the open vulnerabilities are of a kind; one may be of several. */
export interface VulnerabilityCounters {
  /** Open on some asset. */
  all: number
  /** An exploit is public, or further. */
  exploitable: number
  critical: number
  /** Known exploited, or used by ransomware. */
  known_exploited: number
  /** No source states a version that fixes it. */
  no_fix: number
  /** Known exploited while no source states a fix. */
  zero_day: number
}

/** Counts what {@link listVulnerabilities} lists without a filter. */
export const countVulnerabilities = (engine: Engine, scope: Scope, moment: AskedMoment): Promise<VulnerabilityCounters> =>
  kept(engine, ['vulnerability counters', scope, moment], async () => {
    const known = exploitStages.indexOf('known_exploited')
    const [counters] = await engine.query<VulnerabilityCounters>(
      `with ${presentColumns(scope, ['asset_id'])}, ${perVulnerability(false)}, ${fixed}
      select count(*) as "all", count(case when p.stage > 0 then 1 end) as exploitable,
        count(case when p.severity = ${severities.indexOf('critical')} then 1 end) as critical,
        count(case when p.stage >= ${known} then 1 end) as known_exploited, count(case when z.subject is null then 1 end) as no_fix,
        count(case when p.stage >= ${known} and z.subject is null then 1 end) as zero_day
      from per_vulnerability p left join fixed z on z.subject = p.vulnerability_id`,
      momentParams(scope, moment),
    )
    return counters!
  })

/** One row per id that is open on some asset of the scope. */
export async function findVulnerabilities(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  ids: readonly string[],
): Promise<VulnerabilityItem[]> {
  if (ids.length === 0) return []
  const rows = await engine.query<VulnerabilityRow>(
    `with ${presentColumns(scope, ['asset_id'])}, ${perVulnerability(true, `and ${among('f.subject', 'ids')}`)}
    select * from per_vulnerability order by stage desc, severity desc nulls last, assets desc, vulnerability_id collate "C"`,
    { ...momentParams(scope, moment), ids },
  )
  return completeVulnerabilities(engine, scope, moment, rows)
}

/** The other ids of a vulnerability, each once, of what several tools say. */
export const aliasesOf = (vulnerability_id: string, said: readonly { aliases: string }[]): string[] =>
  [...new Set(said.flatMap((row) => readList(row.aliases)))].filter((alias) => alias !== vulnerability_id).toSorted()

/** Adds what is worked out only for the vulnerabilities that are shown. */
async function completeVulnerabilities(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  rows: readonly VulnerabilityRow[],
): Promise<VulnerabilityItem[]> {
  if (rows.length === 0) return []
  const params = { ...momentParams(scope, moment), ids: rows.map((row) => row.vulnerability_id) }
  const [told, named, where, excepted] = await Promise.all([
    engine.query<{ vulnerability_id: string; title: string | null; published_at: number | null }>(
      `with ${titles('select unnest($ids)')}
      select coalesce(t.vulnerability_id, p.vulnerability_id) as vulnerability_id, t.title, p.published_at
      from titled t full outer join published p on p.vulnerability_id = t.vulnerability_id`,
      params,
    ),
    engine.query<{ vulnerability_id: string; aliases: string }>(
      `select d.vulnerability_id, d.aliases from advisory_history d
      where d.org_id = $org_id and ${among('d.vulnerability_id', 'ids')} and d.aliases <> '[]' and ${standing('d')}`,
      params,
    ),
    engine.query<{ subject: string; component: string; fixed: boolean; title: string | null; assets: number; first_seen_at: number }>(
      `with ${presentColumns(scope, ['asset_id'])},
      shown as materialized (
        select f.subject, f.component, f.finding_id, f.asset_id, f.valid_from, f.valid_to from finding_history f
        where f.org_id = $org_id and f.kind = 'vulnerability' and ${among('f.subject', 'ids')} and f.valid_from <= $at),
      had as materialized (select s.* from shown s join a on a.asset_id = s.asset_id),
      seen as (select subject, min(valid_from) as first_seen_at, count(distinct case when $at < valid_to then asset_id end) as assets from had group by subject),
      said as (
        select h.subject, h.component, count(s.fixed_version) > 0 as fixed, min(s.title collate "C") as title
        from had h left join sighting_history s on s.finding_id = h.finding_id and s.asset_id = h.asset_id and ${standing('s')}
        where $at < h.valid_to group by h.subject, h.component)
      select t.*, e.assets, e.first_seen_at from said t join seen e on e.subject = t.subject order by t.subject, t.component collate "C"`,
      params,
    ),
    exceptedAssets(engine, scope, moment, 'vulnerability', params.ids),
  ])
  const toldOf = new Map(told.map((row) => [row.vulnerability_id, row]))
  const namedOf = grouped(named, (row) => row.vulnerability_id)
  const whereOf = grouped(where, (row) => row.subject)
  return rows.map(({ vulnerability_id, severity, cvss_tenths, epss, stage }) => {
    const components = whereOf.get(vulnerability_id) ?? []
    return {
      vulnerability_id,
      title: toldOf.get(vulnerability_id)?.title ?? components.find((row) => row.title !== null)?.title ?? null,
      severity: severityWord(severity),
      cvss: cvss_tenths === null ? null : cvss_tenths / 10,
      epss: epss === null ? null : epss / 100_000,
      stage: stageWord(stage),
      assets: components[0]?.assets ?? 0,
      excepted_assets: excepted.get(vulnerability_id) ?? 0,
      published_at: formatInstant(toldOf.get(vulnerability_id)?.published_at ?? null),
      aliases: aliasesOf(vulnerability_id, namedOf.get(vulnerability_id) ?? []),
      components: components
        .map((row) => row.component)
        .filter(Boolean)
        .slice(0, 20),
      fix_available: components.some((row) => row.fixed),
      first_seen_at: formatInstant(components[0]?.first_seen_at ?? moment.at),
    }
  })
}
