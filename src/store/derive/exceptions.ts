import { scoreMoving } from '../../model/exception.ts'
import { NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'
import { coverCtes, inForceCtes } from '../exceptions/cover.ts'
import { statedCtes, statedRunCtes, statementMoves } from '../statements/cover.ts'
import { isTouchedFinding } from './touched.ts'

/**
 * Writes the temporary table `excepted_run` (finding_id, valid_from, valid_to): when exceptions or statements that move scores cover
 * the touched findings, overlaps united. Needs asset_history as it now is. Returns whether there is any; where not, there is no such table.
 */
export async function deriveExceptions(transaction: Engine): Promise<boolean> {
  await transaction.query('drop table if exists excepted_run')
  const moving = `e.retracted_in = ${NEVER} and e.justification in (${scoreMoving.map((each) => `'${each}'`).join(', ')})
       and e.org_id in (select org_id from touched)`
  const [any] = await transaction.query(`select 1 as any_row from exception_history e where ${moving} limit 1`)
  const standing = `s.retracted_in = ${NEVER} and s.org_id in (select org_id from touched)`
  const [anyStated] = await transaction.query(
    `select 1 as any_row from statement_history s where ${standing} and ${statementMoves('s')} limit 1`,
  )
  if (!any && !anyStated) return false
  const stated = anyStated
    ? {
        ctes: `, statement as materialized (select s.* from statement_history s where ${standing}),
     ${statedCtes('statement', isTouchedFinding('h'))}, ${statedRunCtes}`,
        rows: ' union all select finding_id, valid_from, valid_to from stated_run',
      }
    : { ctes: '', rows: '' }
  await transaction.query(
    `create temporary table excepted_run as
     with ${inForceCtes('moving', moving)},
     own as materialized (select k.org_id, k.asset_id, k.finding_id, k.kind, k.subject, k.component from finding_key k where ${isTouchedFinding('k')}),
     ${coverCtes('moving', 'own')}${stated.ctes},
     whole as (select finding_id, valid_from, valid_to from cover${stated.rows}),
     marked as (
       select *, case when valid_from <= max(valid_to) over (partition by finding_id order by valid_from, valid_to rows between unbounded preceding and 1 preceding) then 0 else 1 end as begins
       from whole),
     run as (select *, sum(begins) over (partition by finding_id order by valid_from, valid_to rows unbounded preceding) as run from marked)
     select finding_id, min(valid_from) as valid_from, max(valid_to) as valid_to from run group by finding_id, run`,
  )
  return true
}
