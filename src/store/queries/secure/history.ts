import { NEVER } from '../../../model/time.ts'
import { dayJoin, daySql } from '../../days.ts'
import type { Engine } from '../../engines/engine.ts'

/** Days on which the number of objects that a control counts changed with its result ("of 120 users"). */
export const readCountChanges = (
  engine: Engine,
  org_id: number,
  from_day: number,
  to_day: number,
): Promise<{ control_id: string; day: number }[]> =>
  engine.query(
    `with line as (
      select r.control_id, r.total, ${daySql('r.valid_from', 'd')} as day, lag(r.total) over (partition by r.source, r.asset_id, r.finding_id order by r.valid_from) as total_before
      from control_result_history r left join day d on ${dayJoin('r.valid_from', '$org_id', 'd')} where r.org_id = $org_id and r.retracted_in = ${NEVER} and r.total is not null)
    select distinct control_id, day from line where total_before is not null and total_before <> total and day > $from_day and day <= $to_day`,
    { org_id, from_day, to_day },
  )

/** Days on which some source looked at the configuration of an asset. */
export const readLookedDays = async (engine: Engine, org_id: number, from_day: number, to_day: number): Promise<Set<number>> => {
  const rows = await engine.query<{ day: number }>(
    `select distinct d.day from day d join (
       select distinct observed_at from coverage_history where org_id = $org_id and retracted_in = ${NEVER} and subject = 'control' and access > 0
     ) c on d.starts_at <= c.observed_at and c.observed_at < d.ends_at where d.org_id = $org_id and d.day between $from_day and $to_day`,
    { org_id, from_day, to_day },
  )
  return new Set(rows.map((row) => row.day))
}

/** A look of a source of controls: the newest ones of each, newest first. */
export interface SourceLook {
  source: string
  looked_at: number
}

/** The newest looks of each source of controls until an instant, at most eleven of each. */
export const readSourceLooks = (engine: Engine, org_id: number, at: number): Promise<SourceLook[]> =>
  engine.query<SourceLook>(
    `select source, looked_at from (
       select source, observed_at as looked_at, row_number() over (partition by source order by observed_at desc) as place from (
         select distinct source, observed_at from coverage_history
         where org_id = $org_id and retracted_in = ${NEVER} and subject = 'control' and access > 0 and observed_at <= $at) looks) numbered
     where place <= 11 order by source collate "C", looked_at desc`,
    { org_id, at },
  )

/** Who made or ended an exception of a control, by when it did. */
export const readExceptionAuthors = (
  engine: Engine,
  org_id: number,
): Promise<{ control_id: string; author: string; valid_from: number; valid_to: number }[]> =>
  engine.query(
    `select distinct subject as control_id, author, valid_from, valid_to from exception_history where org_id = $org_id and retracted_in = ${NEVER} and kind = 'control'`,
    { org_id },
  )

/** What sources changed in describing a control: its category or its title, and on which instant. */
export interface Redescribed {
  control_id: string
  at: number
  what: 'category' | 'title' | 'points'
  before: string
  after: string
}

/** Changes of what sources say of controls, for content that moves no points too: a new category moves points between categories. */
export async function readRedescribed(engine: Engine, org_id: number, from: number, to: number): Promise<Redescribed[]> {
  const rows = await engine.query<{
    control_id: string
    told_at: number
    category: string | null
    category_before: string | null
    points: number | null
    points_before: number | null
  }>(
    `with line as (
      select control_id, source, valid_from as told_at, category, max_points as points, lag(category) over w as category_before, lag(max_points) over w as points_before, lag(valid_to) over w as before_to
      from control_history where org_id = $org_id and retracted_in = ${NEVER} window w as (partition by source, control_id order by valid_from))
    select control_id, told_at, category, category_before, points, points_before from line where before_to = told_at and told_at > $from and told_at <= $to and (category <> category_before or points <> points_before) order by told_at, control_id`,
    { org_id, from, to },
  )
  return rows.flatMap(({ control_id, told_at: at, category, category_before, points, points_before }): Redescribed[] => [
    ...(category !== category_before && category !== null && category_before !== null
      ? [{ control_id, at, what: 'category' as const, before: category_before, after: category }]
      : []),
    ...(points !== points_before && points !== null && points_before !== null
      ? [{ control_id, at, what: 'points' as const, before: String(points_before / 1000), after: String(points / 1000) }]
      : []),
  ])
}
