import { suspendedAt } from '../../exceptions/cover.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { newestControl } from '../metrics/sweep.ts'
import { type AskedMoment, momentParams, presentAssets, standing } from '../moment.ts'

/** A control as the newest description gives it, with what it gave at a moment on the assets of the scope. */
export interface CheckRow {
  control_id: string
  source: string
  title: string
  category: string | null
  product: string | null
  severity: number | null
  description: string | null
  remediation: string | null
  url: string | null
  frameworks: string | null
  max_points: number | null
  /** Assets by what the check gave there; of several results of an asset the worst counts. */
  passed: number
  failed: number
  not_run: number
  not_applicable: number
  /** How many objects meet it, and of how many ("97 of 120 users"), summed over assets; null where no result counts any. */
  met: number | null
  counted: number | null
  /** The sentence of one result: of a failed one where there is any. */
  evidence: string | null
  /** The kind of its assets where all are of one kind. */
  asset_type: string | null
  /** When its results last were looked at. */
  synced_at: number | null
}

/** All checks of an organisation and what they gave at a moment. */
export function readChecks(engine: Engine, scope: Scope, moment: AskedMoment): Promise<CheckRow[]> {
  return engine.query<CheckRow>(
    `with ${newestControl}, ${presentAssets(scope)},
    result as (
      select r.control_id, r.asset_id, r.source, max(case r.status when 'fail' then 3 when 'not_run' then 2 when 'pass' then 1 else 0 end) as worst,
        cast(sum(r.passed) as bigint) as met, cast(sum(r.total) as bigint) as counted, max(case when r.status = 'fail' then r.evidence end) as bad, max(r.evidence) as any_evidence, min(a.type) as type
      from control_result_history r join a on a.asset_id = r.asset_id where r.org_id = $org_id and ${standing('r')} group by r.control_id, r.asset_id, r.source),
    looked as (
      select c.asset_id, c.source, max(c.observed_at) as observed_at from coverage_history c
      where c.org_id = $org_id and c.retracted_in = 9007199254740991 and c.subject = 'control' and c.access > 0 and c.observed_at <= $at group by c.asset_id, c.source),
    summed as (
      select r.control_id, count(case when worst = 1 then 1 end) as passed, count(case when worst = 3 then 1 end) as failed, count(case when worst = 2 then 1 end) as not_run, count(case when worst = 0 then 1 end) as not_applicable,
        cast(sum(met) as bigint) as met, cast(sum(counted) as bigint) as counted, coalesce(max(bad), max(any_evidence)) as evidence,
        case when min(type) = max(type) then min(type) end as asset_type, max(l.observed_at) as synced_at
      from result r left join looked l on l.asset_id = r.asset_id and l.source = r.source group by r.control_id)
    select c.control_id, c.source, c.title, c.category, c.product, c.severity, c.description, c.remediation, c.url, c.frameworks, c.max_points,
      coalesce(s.passed, 0) as passed, coalesce(s.failed, 0) as failed, coalesce(s.not_run, 0) as not_run, coalesce(s.not_applicable, 0) as not_applicable, s.met, s.counted, s.evidence, s.asset_type, s.synced_at
    from newest_control c left join summed s on s.control_id = c.control_id order by c.control_id collate "C"`,
    momentParams(scope, moment),
  )
}

/** An exception that holds at the moment and is about one control. */
export interface ControlException {
  control_id: string
  justification: string
  /** About every asset. */
  whole: boolean
}

/** Exceptions in force that name a control, those about every asset first. */
export async function readControlExceptions(engine: Engine, scope: Scope, moment: AskedMoment): Promise<ControlException[]> {
  const rows = await engine.query<{ control_id: string; justification: string; whole: number }>(
    `select distinct e.subject as control_id, e.justification, case when e.asset_id is null and e.asset_group is null then 1 else 0 end as whole
     from exception_history e where e.org_id = $org_id and e.kind = 'control' and ${standing('e')} and not ${suspendedAt} order by whole desc, control_id, justification`,
    { org_id: scope.org_id, at: moment.at },
  )
  return rows.map((row) => ({ ...row, whole: row.whole === 1 }))
}

/** Which action the controls of definitions belong to. */
export const readActionChecks = (engine: Engine, org_id: number): Promise<{ control_id: string; action_id: string; separate: boolean }[]> =>
  engine.query(
    'select control_id, action_id, separate from action_check where org_id = $org_id order by action_id collate "C", control_id collate "C"',
    { org_id },
  )
