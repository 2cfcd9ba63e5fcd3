import { UserError } from '../../../errors.ts'
import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type ExceptionInForce, exceptedAssets, exceptionsInForce } from '../exceptions/in-force.ts'
import { type AskedMoment, momentParams, presentAssets, standing } from '../moment.ts'
import { readList } from '../words.ts'
import { objectivesOf } from './objectives.ts'
import { controlCtes, type ControlItem, controlItem } from './list.ts'

/** All about one control. */
export interface ControlAnswer extends ControlItem {
  description: string | null
  remediation: string | null
  url: string | null
  frameworks: { framework: string; requirement: string }[]
  /** What it gave on each asset, failed ones first; at most 1000. */
  results: {
    asset_id: number
    asset_name: string
    status: string
    evidence: string | null
    since: string
    /** What covers a failed one. */
    exception: ExceptionInForce | null
  }[]
}

/** One control. Throws UserError('unknown_control'). */
export async function getControl(engine: Engine, scope: Scope, moment: AskedMoment, control_id: string): Promise<ControlAnswer> {
  const params = { ...momentParams(scope, moment), control_id }
  const [[row], results, excepted, objectives] = await Promise.all([
    engine.query<
      Parameters<typeof controlItem>[0] & { description: string | null; remediation: string | null; url: string | null; frameworks: string }
    >(`with ${controlCtes(scope, 'and c.control_id = $control_id')} select * from control_row`, params),
    engine.query<{
      finding_id: number
      asset_id: number
      asset_name: string
      status: string
      evidence: string | null
      valid_from: number
    }>(
      `with ${presentAssets(scope)}
      select r.finding_id, r.asset_id, a.name as asset_name, r.status, r.evidence, r.valid_from from control_result_history r join a on a.asset_id = r.asset_id
      where r.org_id = $org_id and r.control_id = $control_id and ${standing('r')}
      order by case r.status when 'fail' then 0 when 'not_run' then 1 when 'pass' then 2 else 3 end, a.name collate "C", r.asset_id, r.finding_id limit 1000`,
      params,
    ),
    exceptedAssets(engine, scope, moment, 'control', [control_id]),
    objectivesOf(engine, scope, [control_id]),
  ])
  if (!row) throw new UserError('unknown_control', `there is no control "${control_id.slice(0, 100)}" here at that moment`, { status: 404 })
  const excepting = await exceptionsInForce(
    engine,
    scope,
    moment,
    results.filter((result) => result.status === 'fail').map((result) => result.finding_id),
  )
  return {
    ...controlItem(row, excepted.get(control_id) ?? 0, objectives.get(control_id) ?? []),
    description: row.description,
    remediation: row.remediation,
    url: row.url,
    frameworks: readList<{ framework: string; requirement: string }>(row.frameworks),
    results: results.map(({ valid_from, finding_id, ...rest }) => ({
      ...rest,
      since: formatInstant(valid_from),
      exception: excepting.get(finding_id) ?? null,
    })),
  }
}
