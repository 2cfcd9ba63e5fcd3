import { NEVER } from '../../../model/time.ts'
import { dayJoin, daySql } from '../../days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { inGroups, groupParams } from '../metrics/sweep.ts'
import { type AskedMoment, momentParams, presentColumns, standing } from '../moment.ts'
import { endOf, endsSql, feedSupport, supportJoin } from '../support.ts'

/** Days that are asked about: after `from_day`, up to `to_day`. */
export interface DaysAhead {
  from_day: number
  to_day: number
}

/** How many findings count again, or no longer, from a day on, and on how many assets. */
export interface FindingTurn {
  day: number
  counts_again: number
  left_out: number
  assets: number
}

/** The days on which open findings leave the scores or come back to them, in their order. */
export function findingTurns(engine: Engine, scope: Scope, { from_day, to_day }: DaysAhead): Promise<FindingTurn[]> {
  return engine.query<FindingTurn>(
    `with turn as (
      select asset_id, finding_id, from_day as day, excepted, lag(excepted) over (partition by finding_id order by from_day, to_day) as before
      from finding_history f where f.org_id = $org_id and f.from_day < f.to_day and f.to_day > $from_day ${inGroups('f.asset_id', scope.groups)})
    select day, count(case when before and not excepted then 1 end) as counts_again, count(case when excepted and not before then 1 end) as left_out,
      cast(count(distinct asset_id) as bigint) as assets
    from turn where before is not null and before <> excepted and day > $from_day and day <= $to_day group by day order by day`,
    { org_id: scope.org_id, from_day, to_day, ...groupParams(scope.groups) },
  )
}

/** The exceptions of people that begin or end on these days, with the day from which that counts. */
export function exceptionTurns(
  engine: Engine,
  org_id: number,
  { from_day, to_day }: DaysAhead,
): Promise<{ exception_id: number; day: number; begins: number }[]> {
  const edge = (column: string, begins: number) =>
    `select e.exception_id, ${daySql(`e.${column}`, 'd')} as day, ${begins} as begins from exception_history e
     left join day d on ${dayJoin(`e.${column}`, '$org_id', 'd')} where e.org_id = $org_id and e.retracted_in = ${NEVER} and e.${column} < ${NEVER}`
  return engine.query(
    `select distinct exception_id, day, begins from (${edge('valid_from', 1)} union all ${edge('valid_to', 0)}) edges
     where day > $from_day and day <= $to_day order by day, begins, exception_id`,
    { org_id, from_day, to_day },
  )
}

/** Software whose end of support comes on these days, as reports or feeds state it. */
export interface SupportEnd {
  day: number
  name: string
  version: string
  assets: number
}

/** What is installed on assets that are there and gets no fixes any more from one of these days on. */
export function supportEnds(engine: Engine, scope: Scope, moment: AskedMoment, { from_day, to_day }: DaysAhead): Promise<SupportEnd[]> {
  const { day: _, ...params } = momentParams(scope, moment)
  return engine.query<SupportEnd>(
    `with ${presentColumns(scope, ['asset_id'])}, ${feedSupport},
    installation as materialized (
      select s.name, s.version, s.asset_id, ${endOf(endsSql)} as ends_at from software_history s join a on a.asset_id = s.asset_id ${supportJoin}
      where s.org_id = $org_id and ${standing('s')} group by s.name, s.version, s.asset_id),
    ending as (
      select i.name, i.version, i.asset_id, ${daySql('i.ends_at', 'd')} as day from installation i left join day d on ${dayJoin('i.ends_at', '$org_id', 'd')} where i.ends_at is not null)
    select day, name, version, cast(count(distinct asset_id) as bigint) as assets from ending
    where day > $from_day and day <= $to_day group by day, name, version order by day, name collate "C", version collate "C"`,
    { ...params, from_day, to_day },
  )
}
