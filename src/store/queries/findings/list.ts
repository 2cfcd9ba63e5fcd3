import { exploitStages, type ExploitStage } from '../../../model/exploit.ts'
import { severities, type Severity } from '../../../model/severity.ts'
import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { grouped } from '../grouped.ts'
import { type ExceptionInForce, exceptionsInForce } from '../exceptions/in-force.ts'
import { coveringCtes } from '../exceptions/list.ts'
import { assetListColumns } from '../assets/list.ts'
import { type AskedMoment, exposedAssets, knownAssets, momentParams, openFindings, standing } from '../moment.ts'
import { askPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
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
  /** Its part of the asset's hazard, 0–1; of several of one vulnerability or control only one counts, an excepted one never. Null when the asset has none. */
  share: number | null
  first_seen_at: string
  sources: string[]
  /** An exception that moves scores covers it: it is in none. */
  excepted: boolean
  /** The exception that covers it, whether it moves scores or not. */
  exception: ExceptionInForce | null
}

interface FindingRow {
  finding_id: number
  asset_id: number
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

/** CTE `weighed`: open findings with their hazard (1e-8): that of the table of exposure/1, 0 where a finding does not count. */
const weighed = `weighed as (
    select o.*, case when o.tool_severity = 0 and coalesce(o.tool_cvss, 0) = 0 then 0
      when o.internet_facing then coalesce(h.internet, 0) else coalesce(h.internal, 0) end as hazard
    from open o left join hazard h on h.stage = case when o.kind = 'control' then -1 else o.stage end
      and h.epss = case when o.kind = 'control' then -1 else coalesce(o.epss, -1) end
      and h.cvss_tenths = case when o.kind = 'control' then coalesce(o.tool_severity, 2) else o.hazard_cvss end)`

/**
 * Open findings of assets that have not left, the most hazardous first. `asset_id`: only of this one, also when it has left;
 * `exception_id`: only those that this exception covers at the moment.
 */
export async function listFindings(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
  asset_id: number | null = null,
  exception_id: number | null = null,
): Promise<PageAnswer<FindingItem>> {
  const params = {
    ...momentParams(scope, moment),
    ...(asset_id === null ? {} : { asset_id }),
    ...(exception_id === null ? {} : { exception_id }),
  }
  const assets =
    exception_id === null
      ? `${knownAssets(scope)}, a as (select * from known where ${asset_id === null ? `state <> 'left'` : 'asset_id = $asset_id'})`
      : coveringCtes(scope, 'and e.exception_id = $exception_id')
  const only =
    exception_id !== null ? 'and f.finding_id in (select finding_id from covering)' : asset_id === null ? '' : 'and f.asset_id = $asset_id'
  const answer = await askPage<FindingRow>(
    engine,
    {
      ctes: `${assets}, ${openFindings('a', only)}, ${weighed}`,
      select: `select w.finding_id, w.asset_id, a.name as asset_name, w.kind, w.subject, w.component, w.severity, w.cvss_tenths, w.epss, w.stage, w.hazard, w.excepted,
          a.type, a.os_family, a.os, a.criticality, a.internet_facing, a.owner, a.asset_group, a.environment, a.endpoint_agent, a.cloud_provider, a.cloud_account, a.region
        from weighed w join a on a.asset_id = w.asset_id`,
      params,
      columns: findingListColumns,
      key: [{ column: 'finding_id', type: 'number' }],
      search: ['x.asset_name', 'x.subject', 'x.component'],
      sort: '-hazard',
    },
    page,
  )
  return { ...answer, items: await completeFindings(engine, scope, moment, answer.items) }
}

/** Adds what is worked out only for the findings that are shown. */
async function completeFindings(engine: Engine, scope: Scope, moment: AskedMoment, rows: readonly FindingRow[]): Promise<FindingItem[]> {
  if (rows.length === 0) return []
  const params = {
    ...momentParams(scope, moment),
    finding_ids: rows.map((row) => row.finding_id),
    asset_ids: [...new Set(rows.map((row) => row.asset_id))],
  }
  const [stated, seen, counting, sums, controls, excepting] = await Promise.all([
    engine.query<{
      finding_id: number
      source: string
      title: string | null
      version: string | null
      fixed_version: string | null
      place: string | null
    }>(
      `select s.finding_id, s.source, s.title, s.version, s.fixed_version, s.place from sighting_history s
        where s.org_id = $org_id and s.finding_id = any($finding_ids) and ${standing('s')}
      union all
      select r.finding_id, r.source, null, null, null, r.place from control_result_history r
        where r.org_id = $org_id and r.finding_id = any($finding_ids) and r.status = 'fail' and ${standing('r')}
      order by finding_id, source`,
      params,
    ),
    engine.query<{ finding_id: number; first: number }>(
      'select finding_id, min(valid_from) as first from finding_history where org_id = $org_id and finding_id = any($finding_ids) and valid_from <= $at group by finding_id',
      params,
    ),
    engine.query<{ finding_id: number }>(
      `with a as (select asset_id, internet_facing from asset_history h where h.org_id = $org_id and h.asset_id = any($asset_ids) and h.valid_from <= $at and $at < h.valid_to),
      ${openFindings('a', 'and f.asset_id = any($asset_ids)')}, ${weighed},
      placed as (select finding_id, row_number() over (partition by asset_id, kind, subject order by hazard desc, finding_id) as place from weighed where not excepted)
      select finding_id from placed where place = 1 and finding_id = any($finding_ids)`,
      params,
    ),
    engine.query<{ asset_id: number; hazard: number }>(
      `with ${exposedAssets} select asset_id, hazard from exposed where asset_id = any($asset_ids)`,
      params,
    ),
    engine.query<{ control_id: string; title: string }>(
      `select distinct on (c.control_id) c.control_id, c.title from control_history c where c.org_id = $org_id and c.control_id = any($subjects) and ${standing('c')}
      order by c.control_id, c.source collate "C"`,
      { ...params, subjects: ['', ...rows.filter((row) => row.kind === 'control').map((row) => row.subject)] },
    ),
    exceptionsInForce(engine, scope, moment, params.finding_ids),
  ])
  const statedOf = grouped(stated, (row) => row.finding_id)
  const seenOf = new Map(seen.map((row) => [row.finding_id, row.first]))
  const counts = new Set(counting.map((row) => row.finding_id))
  const sumOf = new Map(sums.map((row) => [row.asset_id, row.hazard]))
  const controlOf = new Map(controls.map((row) => [row.control_id, row.title]))
  return rows.map(
    ({ finding_id, asset_id, asset_name, kind, subject, component, severity, cvss_tenths, epss, stage, hazard, excepted }) => {
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
        share: sum > 0 ? Math.min(1, counts.has(finding_id) ? hazard / sum : 0) : null,
        first_seen_at: formatInstant(seenOf.get(finding_id) ?? moment.at),
        sources: [...new Set(said.map((row) => row.source))].toSorted(),
        excepted,
        exception: excepting.get(finding_id) ?? null,
      }
    },
  )
}
