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

/** SQL: the newest row of asset $asset_id that had begun at $at, also when the asset has left since. */
export const lastOfAsset = `a.asset_id = $asset_id and a.valid_from = (select max(x.valid_from) from asset_history x where x.asset_id = $asset_id and x.valid_from <= $at)`

/**
 * CTE `known`: the assets of the scope at $at with `state`: left (every source that listed it says it is gone), active (looked at for
 * vulnerabilities or controls within the staleness), stale, never_scanned. `rows`: which rows of asset_history `a`; those that hold
 * then, unless {@link lastOfAsset} is asked for.
 */
export const knownAssets = (scope: Scope, rows = holds('a')): string => `
  present as (
    select p.asset_id, max(case when $at < p.valid_to then 1 else 0 end) as here from presence_history p
    where p.org_id = $org_id and p.retracted_in = ${NEVER} and p.valid_from <= $at group by p.asset_id),
  fresh as (
    select f.asset_id, max(case when $at < f.valid_to then 1 else 0 end) as now from fresh_history f
    where f.org_id = $org_id and f.subject in ('vulnerability', 'control') and f.valid_from <= $at group by f.asset_id),
  known as (
    select a.*, case when p.here = 0 then 'left' when f.now = 1 then 'active' when f.now = 0 then 'stale' else 'never_scanned' end as state
    from asset_history a left join present p on p.asset_id = a.asset_id left join fresh f on f.asset_id = a.asset_id
    where a.org_id = $org_id and ${rows} ${inGroups('a.asset_id', scope.groups)})`

/** CTE `a` after {@link knownAssets}: those that have not left. */
export const presentAssets = (scope: Scope): string => `${knownAssets(scope)},
  a as (select * from known where state <> 'left')`

/** CTE `exposed`: hazard (1e-8), exposure (1e-9) and weight of each asset on $day; weight 0: not in the score. */
export const exposedAssets = `exposed as (
    select distinct on (d.asset_id) d.asset_id, d.hazard, d.exposure, d.weight from asset_day d
    where d.org_id = $org_id and d.day <= $day order by d.asset_id, d.day desc, d.cause desc)`

/**
 * CTE `open` after one that gives `assets` (rows with asset_id and internet_facing): the open findings of those assets at $at, with
 * severity, CVSS, EPSS (1e-5) and stage of the world where it knows, else of the tools.
 */
export const openFindings = (assets = 'a', only = ''): string => `open as (
    select f.finding_id, f.asset_id, f.kind, f.subject, f.component, f.excepted, f.valid_from, ${severitySql} as severity, coalesce(v.cvss_tenths, f.cvss_tenths) as cvss_tenths,
      v.epss, case when f.kind = 'vulnerability' then ${stageSql} else 0 end as stage,
      coalesce(v.cvss_tenths, f.cvss_tenths, case f.severity when 4 then 95 when 3 then 80 when 2 then 55 when 1 then 25 when 0 then 0 else 55 end) as hazard_cvss,
      f.severity as tool_severity, f.cvss_tenths as tool_cvss, o.internet_facing
    from finding_history f join ${assets} o on o.asset_id = f.asset_id
    left join vulnerability_history v on v.vulnerability_id = case when f.kind = 'vulnerability' then f.subject end and ${holds('v')}
    where f.org_id = $org_id and ${holds('f')} ${only})`

/** SQL: 1 where an open vulnerability `o` counts: all but those known to be merely informational. */
export const countsSql = `o.kind = 'vulnerability' and (o.severity is null or o.severity > 0)`
