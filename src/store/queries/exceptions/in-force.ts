import { type Justification, scoreMoving } from '../../../model/exception.ts'
import { formatInstant, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { among, type AskedMoment, holds, momentParams, presentAssets } from '../moment.ts'
import { coveringCtes } from './list.ts'

const movingList = scoreMoving.map((each) => `'${each}'`).join(', ')

/** The exception that covers a finding at a moment. */
export interface ExceptionInForce {
  exception_id: number
  justification: Justification
  /** Null: until a person ends it. */
  ends_at: string | null
}

/** Whether any exception holds at the moment: in most organisations few do, and the question is answered at once. */
async function anyInForce(engine: Engine, scope: Scope, moment: AskedMoment): Promise<boolean> {
  const rows = await engine.query(
    `select e.exception_id from exception_history e where e.org_id = $org_id and e.retracted_in = ${NEVER} and ${holds('e')} limit 1`,
    { org_id: scope.org_id, at: moment.at },
  )
  return rows.length > 0
}

/** By finding the exception that covers it at the moment; of several one that moves scores before others, then the one that ends last. */
export async function exceptionsInForce(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  finding_ids: readonly number[],
): Promise<Map<number, ExceptionInForce>> {
  if (finding_ids.length === 0 || !(await anyInForce(engine, scope, moment))) return new Map()
  const rows = await engine.query<{ finding_id: number; exception_id: number; justification: Justification; ends_at: Instant }>(
    `with ${coveringCtes(scope, '', `and ${among('f.finding_id', 'finding_ids')}`)}
    select distinct on (c.finding_id) c.finding_id, h.exception_id, h.justification, h.valid_to as ends_at
    from covering c join (select distinct exception_id, justification, valid_to from held) h on h.exception_id = c.exception_id
    order by c.finding_id, case when h.justification in (${movingList}) then 0 else 1 end, h.valid_to desc, h.exception_id`,
    { ...momentParams(scope, moment), finding_ids },
  )
  return new Map(
    rows.map(({ finding_id, exception_id, justification, ends_at }) => [
      finding_id,
      { exception_id, justification, ends_at: ends_at === NEVER ? null : formatInstant(ends_at) },
    ]),
  )
}

/** The exceptions that cover open findings of an asset at the moment, and how many; those that move scores first. */
export async function exceptionsOnAsset(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  asset_id: number,
): Promise<(ExceptionInForce & { covered_findings: number })[]> {
  const rows = await engine.query<{ exception_id: number; justification: Justification; ends_at: Instant; covered_findings: number }>(
    `with ${coveringCtes(scope, '', 'and f.asset_id = $asset_id')}
    select h.exception_id, h.justification, h.valid_to as ends_at, cast(count(*) as bigint) as covered_findings
    from covering c join (select distinct exception_id, justification, valid_to from held) h on h.exception_id = c.exception_id
    group by h.exception_id, h.justification, h.valid_to
    order by case when h.justification in (${movingList}) then 0 else 1 end, h.valid_to desc, h.exception_id`,
    { ...momentParams(scope, moment), asset_id },
  )
  return rows.map((row) => ({ ...row, ends_at: row.ends_at === NEVER ? null : formatInstant(row.ends_at) }))
}

/** On how many assets each vulnerability or control of a kind is open and wholly taken out of the scores, by its id. */
export async function exceptedAssets(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  kind: 'vulnerability' | 'control',
  subjects: readonly string[],
): Promise<Map<string, number>> {
  if (subjects.length === 0 || !(await anyInForce(engine, scope, moment))) return new Map()
  const rows = await engine.query<{ subject: string; assets: number }>(
    `with ${presentAssets(scope)},
    each_asset as (
      select f.subject, f.asset_id, min(case when f.excepted then 1 else 0 end) as whole from finding_history f join a on a.asset_id = f.asset_id
      where f.org_id = $org_id and f.kind = $kind and ${among('f.subject', 'subjects')} and ${holds('f')} group by f.subject, f.asset_id)
    select subject, cast(sum(whole) as bigint) as assets from each_asset group by subject`,
    { ...momentParams(scope, moment), kind, subjects },
  )
  return new Map(rows.map((row) => [row.subject, row.assets]))
}
