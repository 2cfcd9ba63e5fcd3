import { type Instant, NEVER } from '../../model/time.ts'
import type { Params } from '../engines/engine.ts'
import type { Scope } from '../scope.ts'
import { severitySql, stageSql } from './metrics/columns.ts'
import { groupParams, inGroups } from './metrics/sweep.ts'

/** The moment that a question is about, as known now: `day` is the organisation's day that holds `at`. */
export interface AskedMoment {
  at: Instant
  day: number
  /** First day of which retention left the facts whole; left out: they are whole from the beginning. */
  first_day?: number
}

/** Parameters of every question here: $org_id, $at, $day, and $groups where the scope has groups. */
export const momentParams = (scope: Scope, moment: AskedMoment): Params => ({
  org_id: scope.org_id,
  at: moment.at,
  day: moment.day,
  ...groupParams(scope.groups),
})

/** SQL: an interval of `row` holds at $at. */
export const holds = (row: string): string => `${row}.valid_from <= $at and $at < ${row}.valid_to`

/** SQL: an interval of facts holds at $at, as known now. */
export const standing = (row: string): string => `${row}.retracted_in = ${NEVER} and ${holds(row)}`

/**
 * SQL: `column` is among the list `param`. A join finds a few rows among millions by the smallest and largest of the list; with
 * `= any(…)` DuckDB looks through the list for every row. The engine of PostgreSQL reads it as that, for the sake of its indexes.
 */
export const among = (column: string, param: string): string => `${column} in (select unnest($${param}))`

/** SQL: the newest row of asset $asset_id that had begun at $at, also when the asset has left since. */
export const lastOfAsset = `a.asset_id = $asset_id and a.valid_from = (select max(x.valid_from) from asset_history x where x.asset_id = $asset_id and x.valid_from <= $at)`

/** CTE `present`: every asset that a source had listed at $at, and whether one still lists it (here 1) or all say it is gone (0). */
const present = `present as (
    select p.asset_id, max(case when $at < p.valid_to then 1 else 0 end) as here from presence_history p
    where p.org_id = $org_id and p.retracted_in = ${NEVER} and p.valid_from <= $at group by p.asset_id)`

/**
 * CTE `known`: the assets of the scope at $at with `state`: left (every source that listed it says it is gone), active (looked at for
 * vulnerabilities or controls within the staleness), stale, never_scanned; and with `coverage`, the same of vulnerabilities alone, which the exposure score
 * needs: scanned, stale, never_scanned. `rows`: which rows of asset_history `a`; those that hold
 * then, unless {@link lastOfAsset} is asked for.
 */
export const knownAssets = (scope: Scope, rows = holds('a')): string => `
  ${present},
  fresh as (
    select f.asset_id, max(case when $at < f.valid_to then 1 else 0 end) as now,
      max(case when f.subject = 'vulnerability' then case when $at < f.valid_to then 1 else 0 end end) as scanned
    from fresh_history f
    where f.org_id = $org_id and f.subject in ('vulnerability', 'control') and f.valid_from <= $at group by f.asset_id),
  known as (
    select a.*, case when p.here = 0 then 'left' when f.now = 1 then 'active' when f.now = 0 then 'stale' else 'never_scanned' end as state,
      case when f.scanned = 1 then 'scanned' when f.scanned = 0 then 'stale' else 'never_scanned' end as coverage
    from asset_history a left join present p on p.asset_id = a.asset_id left join fresh f on f.asset_id = a.asset_id
    where a.org_id = $org_id and ${rows} ${inGroups('a.asset_id', scope.groups)})`

/** CTE `a` after {@link knownAssets}: those that have not left. */
export const presentAssets = (scope: Scope): string => `${knownAssets(scope)},
  a as (select * from known where state <> 'left')`

/** CTE `a` with `columns` of asset_history: as {@link presentAssets}, without working out who is fresh. */
export const presentColumns = (scope: Scope, columns: readonly string[]): string => `
  ${present},
  a as materialized (
    select ${columns.map((column) => `h.${column}`).join(', ')} from asset_history h left join present p on p.asset_id = h.asset_id
    where h.org_id = $org_id and ${holds('h')} and (p.here is null or p.here = 1) ${inGroups('h.asset_id', scope.groups)})`

/** CTE `exposed`: exposure (1e-9) and weight on $day of the assets that meet `only` (over asset_day `d`); weight 0: not in the score. */
export const exposedWhere = (only: string): string => `exposed as (
    select asset_id, last_exposure % 1073741824 as exposure, last_weight % 4294967296 as weight from (
      select d.asset_id, max((cast(d.day as bigint) * 32 + d.cause) * 1073741824 + d.exposure) as last_exposure,
        max((cast(d.day as bigint) * 32 + d.cause) * 4294967296 + d.weight) as last_weight
      from asset_day d where d.org_id = $org_id and d.day <= $day ${only} group by d.asset_id) last_of)`

/** {@link exposedWhere} of every asset. */
export const exposedAssets = exposedWhere('')

/** SQL of a finding `f` beside the world's `v` (null for a control): what a list shows of it, under the name of its column. */
export const findingSql = {
  severity: severitySql,
  cvss_tenths: 'coalesce(v.cvss_tenths, f.cvss_tenths)',
  epss: 'v.epss',
  stage: `case when f.kind = 'vulnerability' then ${stageSql} else 0 end`,
} as const

/**
 * CTE `open` after one that gives `assets` (rows with asset_id and internet_facing): the open findings of those assets at $at, with
 * severity, CVSS, EPSS (1e-5) and stage of the world where it knows, else of the tools.
 */
export const openFindings = (assets = 'a', only = ''): string => `open as (
    select f.finding_id, f.asset_id, f.kind, f.subject, f.component, f.excepted, f.valid_from, ${Object.entries(findingSql)
      .map(([column, sql]) => `${sql} as ${column}`)
      .join(', ')}, o.internet_facing
    from finding_history f join ${assets} o on o.asset_id = f.asset_id
    left join vulnerability_history v on v.vulnerability_id = case when f.kind = 'vulnerability' then f.subject end and ${holds('v')}
    where f.org_id = $org_id and ${holds('f')} ${only})`

/** SQL: 1 where an open vulnerability `o` counts: all but those known to be merely informational. */
export const countsSql = `o.kind = 'vulnerability' and (o.severity is null or o.severity > 0)`
