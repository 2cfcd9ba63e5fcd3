import { exploitStages, type ExploitStage } from '../../../model/exploit.ts'
import { severities, type Severity } from '../../../model/severity.ts'
import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { grouped } from '../grouped.ts'
import { type ExceptionInForce, exceptionsInForce } from '../exceptions/in-force.ts'
import { coveringCtes } from '../exceptions/list.ts'
import { assetListColumns } from '../assets/list.ts'
import { idOf, stageSql } from '../metrics/columns.ts'
import { among, type AskedMoment, findingSql, holds, knownAssets, momentParams, presentColumns, standing } from '../moment.ts'
import {
  askPage,
  checkSort,
  columnsRead,
  keptPage,
  type ListColumn,
  type ListColumns,
  type PageAnswer,
  type PageQuestion,
} from '../page.ts'
import { severityWord, stageWord } from '../words.ts'

/** An open finding: an asset has a vulnerability, or misses a control. */
export interface FindingItem {
  finding_id: number
  asset_id: number
  asset_name: string
  kind: 'vulnerability' | 'control'
  /** Id of the vulnerability or control. */
  subject: string
  title: string | null
  component: string | null
  version: string | null
  fixed_version: string | null
  place: string | null
  severity: Severity | null
  /** 0–10; null for controls and where nobody gives one. */
  cvss: number | null
  /** 0–1, on the fixed scale. */
  epss: number | null
  stage: ExploitStage
  /** h of exposure/1. */
  hazard: number
  /** Its part of the asset's hazard, 0–1; of several of one vulnerability or control only one counts. Null when the asset has none. */
  share: number | null
  first_seen_at: string
  sources: string[]
  /** An exception that moves scores covers it: it is in none. */
  excepted: boolean
  /** The exception that covers it, whether it moves scores or not. */
  exception: ExceptionInForce | null
}

/** A finding of a page, before what is asked for the page alone. */
interface FoundRow {
  finding_id: number
  asset_id: number
}

interface FindingRow extends FoundRow {
  asset_name: string
  kind: 'vulnerability' | 'control'
  subject: string
  component: string
  severity: number | null
  cvss_tenths: number | null
  epss: number | null
  stage: number
  hazard: number
  excepted: boolean
  /** Among the findings of one vulnerability or control on this asset, 1 is the one that counts; an excepted one never does. */
  place: number
  first_seen_at: number
}

const own: [string, ListColumn][] = [
  ['severity', { type: 'ordered', title: 'severity', values: severities, sql: 'x.severity' }],
  ['cvss', { type: 'number', title: 'CVSS', scale: 10, sql: 'x.cvss_tenths' }],
  ['epss', { type: 'number', title: 'EPSS', scale: 100_000, sql: 'x.epss' }],
]
const stage: ListColumn = { type: 'ordered', title: 'exploit stage', values: exploitStages, sql: 'x.stage' }
const component: ListColumn = { type: 'text', title: 'component', sql: `nullif(x.component, '')` }
const kind: ListColumn = { type: 'text', title: 'kind', values: ['vulnerability', 'control'], sql: 'x.kind' }

/** Fields of the list of findings, by their own name and by the name that conditions of metrics use. */
export const findingListColumns: ListColumns = new Map<string, ListColumn>([
  ['finding_id', { type: 'number', title: 'number', sql: 'x.finding_id' }],
  ['asset_id', { type: 'number', title: 'asset', sql: 'x.asset_id' }],
  ['asset_name', { type: 'text', title: 'asset name', sql: 'x.asset_name' }],
  ['kind', kind],
  ['subject', { type: 'text', title: 'vulnerability or control', sql: 'x.subject' }],
  ['component', component],
  ...own,
  ['stage', stage],
  ['excepted', { type: 'boolean', title: 'excepted', sql: 'x.excepted' }],
  ['hazard', { type: 'number', title: 'hazard', scale: 100_000_000, sql: 'x.hazard' }],
  ...own.map(([name, column]): [string, ListColumn] => [`vulnerability.${name}`, column]),
  ['vulnerability.exploit_stage', stage],
  ['finding.kind', kind],
  ['finding.component', component],
  ...[...assetListColumns].filter(([name]) => name.startsWith('asset.') && name !== 'asset.name'),
])

const hazardCvss = `coalesce(v.cvss_tenths, f.cvss_tenths, case f.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end)`

/** SQL: the world alone does not say how hazardous finding `f` is. */
const ownHazard = `(f.kind = 'control' or v.cvss_tenths is null or f.stage > v.stage)`

/** CTE `world`: the vulnerabilities at $at, with the hazard (1e-8) of a finding of which no tool says anything worse. */
const world = `world as materialized (
    select v.vulnerability_id, v.epss, v.stage, v.cvss_tenths, h.internet, h.internal from vulnerability_history v
    left join hazard h on h.stage = v.stage and h.epss = coalesce(v.epss, -1) and h.cvss_tenths = v.cvss_tenths where ${holds('v')})`

/** Joins of `v`, the world of finding `f`, and of `h`, the row of the table of exposure/1 for those few that the world does not settle. */
const joinWorld = `left join world v on v.vulnerability_id = ${idOf('vulnerability')}`
const joinHazard = `left join hazard h on h.stage = case when ${ownHazard} then case when f.kind = 'control' then -1 else ${stageSql} end end
      and h.epss = case when f.kind = 'control' then -1 else coalesce(v.epss, -1) end
      and h.cvss_tenths = case when f.kind = 'control' then coalesce(f.severity, 2) else ${hazardCvss} end`

/** SQL: hazard (1e-8) of finding `f` on asset `a`: that of the table of exposure/1, 0 where a finding does not count. */
const hazardSql = `case when f.severity = 0 and coalesce(f.cvss_tenths, 0) = 0 then 0
      when a.internet_facing then coalesce(h.internet, v.internet, 0) else coalesce(h.internal, v.internal, 0) end`

const ofAsset = [
  'type',
  'os_family',
  'os',
  'criticality',
  'internet_facing',
  'owner',
  'asset_group',
  'environment',
  'endpoint_agent',
  'cloud_provider',
  'cloud_account',
  'region',
]

/** What the list works out per finding, by the name of its column; only what is read is. */
const worked: Record<string, string> = {
  kind: 'f.kind',
  subject: 'f.subject',
  component: 'f.component',
  excepted: 'f.excepted',
  ...findingSql,
  hazard: hazardSql,
  asset_name: 'a.name',
  ...Object.fromEntries(ofAsset.map((column) => [column, `a.${column}`])),
}

/** Columns of asset_history that the list needs when it reads these of its own. */
const assetColumnsOf = (read: ReadonlySet<string>): string[] => [
  ...new Set([
    ...(read.has('hazard') ? ['internet_facing'] : []),
    ...(read.has('asset_name') ? ['name'] : []),
    ...ofAsset.filter((column) => read.has(column)),
  ]),
]

const list = { columns: findingListColumns, search: ['x.asset_name', 'x.subject', 'x.component'], sort: '-hazard' } as const

/**
 * Open findings of assets that have not left, the most hazardous first. `asset_id`: only of this one, also when it has left;
 * `exception_id`: only those that this exception covers at the moment.
 */
export const listFindings = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
  asset_id: number | null = null,
  exception_id: number | null = null,
): Promise<PageAnswer<FindingItem>> =>
  keptPage(engine, 'findings', [scope, moment, asset_id, exception_id], page, () =>
    askFindings(engine, scope, moment, page, asset_id, exception_id),
  )

async function askFindings(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
  asset_id: number | null,
  exception_id: number | null,
): Promise<PageAnswer<FindingItem>> {
  checkSort(findingListColumns, page.sort ?? list.sort)
  const read = columnsRead(page, list)
  const withHazard = read.has('hazard')
  const withWorld = withHazard || Object.keys(findingSql).some((column) => read.has(column))
  const assets =
    exception_id !== null
      ? coveringCtes(scope, 'and e.exception_id = $exception_id')
      : asset_id !== null
        ? `${knownAssets(scope)}, a as (select * from known where asset_id = $asset_id)`
        : presentColumns(scope, ['asset_id', ...assetColumnsOf(read)])
  const only =
    exception_id !== null ? 'and f.finding_id in (select finding_id from covering)' : asset_id === null ? '' : 'and f.asset_id = $asset_id'
  const answer = await askPage<FoundRow>(
    engine,
    {
      ...list,
      ctes: [assets, ...(withWorld ? [world] : [])].join(', '),
      select: `select f.finding_id, f.asset_id${[...read].map((column) => (worked[column] ? `, ${worked[column]} as ${column}` : '')).join('')}
        from finding_history f join a on a.asset_id = f.asset_id ${withWorld ? joinWorld : ''} ${withHazard ? joinHazard : ''}
        where f.org_id = $org_id and ${holds('f')} ${only}`,
      carry: ['asset_id'],
      params: {
        ...momentParams(scope, moment),
        ...(asset_id === null ? {} : { asset_id }),
        ...(exception_id === null ? {} : { exception_id }),
      },
      key: [{ column: 'finding_id', type: 'number' }],
    },
    page,
  )
  return { ...answer, items: await completeFindings(engine, scope, moment, answer.items) }
}

/** What is worked out only for the findings that are shown, in their order. */
async function completeFindings(engine: Engine, scope: Scope, moment: AskedMoment, found: readonly FoundRow[]): Promise<FindingItem[]> {
  if (found.length === 0) return []
  const params = {
    ...momentParams(scope, moment),
    finding_ids: found.map((row) => row.finding_id),
    asset_ids: [...new Set(found.map((row) => row.asset_id))],
  }
  const [all, stated, sums, excepting] = await Promise.all([
    engine.query<FindingRow>(
      `with own as materialized (
        select f.* from finding_history f where f.org_id = $org_id and ${among('f.asset_id', 'asset_ids')} and f.valid_from <= $at),
      seen as (select f.finding_id, min(f.valid_from) as first_seen_at from own f where ${among('f.finding_id', 'finding_ids')} group by f.finding_id),
      ${world},
      weighed as (
        select f.finding_id, f.asset_id, a.name as asset_name, f.kind, f.subject, f.component, f.excepted, ${Object.entries(findingSql)
          .map(([column, sql]) => `${sql} as ${column}`)
          .join(', ')}, ${hazardSql} as hazard
        from own f join asset_history a on a.asset_id = f.asset_id and a.org_id = $org_id and ${holds('a')} ${joinWorld} ${joinHazard}
        where $at < f.valid_to),
      placed as (select *, case when excepted then 0 else row_number() over (partition by asset_id, kind, subject, excepted order by hazard desc, finding_id) end as place from weighed)
      select p.*, s.first_seen_at from placed p join seen s on s.finding_id = p.finding_id`,
      params,
    ),
    engine.query<{
      finding_id: number
      source: string
      title: string | null
      version: string | null
      fixed_version: string | null
      place: string | null
    }>(
      `select s.finding_id, s.source, s.title, s.version, s.fixed_version, s.place from sighting_history s
        where s.org_id = $org_id and ${among('s.asset_id', 'asset_ids')} and ${among('s.finding_id', 'finding_ids')} and ${standing('s')}
      union all
      select r.finding_id, r.source, null, null, null, r.place from control_result_history r
        where r.org_id = $org_id and ${among('r.asset_id', 'asset_ids')} and ${among('r.finding_id', 'finding_ids')} and r.status = 'fail' and ${standing('r')}
      order by finding_id, source`,
      params,
    ),
    engine.query<{ asset_id: number; hazard: number }>(
      `select distinct on (d.asset_id) d.asset_id, d.hazard from asset_day d
      where d.org_id = $org_id and ${among('d.asset_id', 'asset_ids')} and d.day <= $day order by d.asset_id, d.day desc, d.cause desc`,
      params,
    ),
    exceptionsInForce(engine, scope, moment, params.finding_ids),
  ])
  const rowOf = new Map(all.map((row) => [row.finding_id, row]))
  const rows = found.flatMap(({ finding_id }) => rowOf.get(finding_id) ?? [])
  const subjects = rows.flatMap((row) => (row.kind === 'control' ? [row.subject] : []))
  const controls = subjects.length
    ? await engine.query<{ control_id: string; title: string }>(
        `select distinct on (c.control_id) c.control_id, c.title from control_history c where c.org_id = $org_id and ${among('c.control_id', 'subjects')} and ${standing('c')}
        order by c.control_id, c.source collate "C"`,
        { ...params, subjects },
      )
    : []
  const statedOf = grouped(stated, (row) => row.finding_id)
  const sumOf = new Map(sums.map((row) => [row.asset_id, row.hazard]))
  const controlOf = new Map(controls.map((row) => [row.control_id, row.title]))
  return rows.map(
    ({
      finding_id,
      asset_id,
      asset_name,
      kind,
      subject,
      component,
      severity,
      cvss_tenths,
      epss,
      stage,
      hazard,
      excepted,
      place,
      first_seen_at,
    }) => {
      const said = statedOf.get(finding_id) ?? []
      const first = <K extends 'title' | 'version' | 'fixed_version' | 'place'>(key: K) =>
        said.find((row) => row[key] !== null)?.[key] ?? null
      const sum = sumOf.get(asset_id) ?? 0
      return {
        finding_id,
        asset_id,
        asset_name,
        kind,
        subject,
        title: kind === 'control' ? (controlOf.get(subject) ?? first('title')) : first('title'),
        component: component || null,
        version: first('version'),
        fixed_version: first('fixed_version'),
        place: first('place'),
        severity: severityWord(severity),
        cvss: cvss_tenths === null ? null : cvss_tenths / 10,
        epss: epss === null ? null : epss / 100_000,
        stage: stageWord(stage),
        hazard: hazard / 100_000_000,
        share: sum > 0 ? Math.min(1, place === 1 ? hazard / sum : 0) : null,
        first_seen_at: formatInstant(first_seen_at),
        sources: [...new Set(said.map((row) => row.source))].toSorted(),
        excepted,
        exception: excepting.get(finding_id) ?? null,
      }
    },
  )
}
