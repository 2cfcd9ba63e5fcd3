import type { Engine } from '../../engines/engine.ts'
import { lowerSql } from '../lower.ts'

/** What an activity is about, frozen at its request. */
export interface Target {
  id: number
  kind: 'vulnerability' | 'control'
  subjects: readonly string[]
  /** In lower case; null: any. */
  component: string | null
  assets: readonly number[]
  requested_day: number
}

/** On how many of its assets an activity was open from a day's end on. */
export interface Step {
  id: number
  day: number
  open: number
}

/** CTEs down to `run` (id, asset_id, from_day, to_day): when an activity's findings were open on its assets, of those that are still there on $day. */
const runCtes = `wanted as (select unnest($of) as id, unnest($subject) as subject),
  meant as (select unnest($ids) as id, unnest($kinds) as kind, unnest($components) as component, unnest($requested) as requested_day),
  target as (select unnest($target_of) as id, unnest($target) as asset_id),
  here as (select distinct a.asset_id from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day),
  asked as materialized (select t.id, t.asset_id, m.kind, m.component, m.requested_day from target t join meant m on m.id = t.id join here h on h.asset_id = t.asset_id),
  run as (
    select t.id, t.asset_id, greatest(f.from_day, t.requested_day) as from_day, f.to_day
    from asked t join finding_history f on f.asset_id = t.asset_id and f.kind = t.kind join wanted w on w.id = t.id and w.subject = f.subject
    where f.org_id = $org_id and f.from_day < f.to_day and t.requested_day < f.to_day and f.from_day <= $day
      and (t.component = '' or ${lowerSql(`case when f.component = '' then f.subject else f.component end`)} = t.component)
  )`

const paramsOf = (org_id: number, targets: readonly Target[], day: number) => ({
  org_id,
  day,
  of: targets.flatMap(({ id, subjects }) => subjects.map(() => id)),
  subject: targets.flatMap(({ subjects }) => [...subjects]),
  ids: targets.map(({ id }) => id),
  kinds: targets.map(({ kind }) => kind),
  components: targets.map(({ component }) => component ?? ''),
  requested: targets.map(({ requested_day }) => requested_day),
  target_of: targets.flatMap(({ id, assets }) => assets.map(() => id)),
  target: targets.flatMap(({ assets }) => [...assets]),
})

/** How activities went, day by day from their request to `day`: a row wherever the number of open assets changed. Exceptions fix nothing. */
export async function remediationSteps(engine: Engine, org_id: number, targets: readonly Target[], day: number): Promise<Step[]> {
  if (targets.length === 0) return []
  return engine.query<Step>(
    `with ${runCtes},
    step as (
      select id, asset_id, day, cast(sum(sign) as bigint) as sign from (
        select id, asset_id, from_day as day, 1 as sign from run union all select id, asset_id, to_day, -1 from run where to_day <= $day) moves
      group by id, asset_id, day),
    running as (select *, sum(sign) over (partition by id, asset_id order by day rows between unbounded preceding and current row) as held from step),
    by_day as (
      select id, day, cast(sum(case when held > 0 and held - sign = 0 then 1 when held = 0 and held - sign > 0 then -1 else 0 end) as bigint) as change
      from running group by id, day)
    select id, day, cast(sum(change) over (partition by id order by day rows between unbounded preceding and current row) as bigint) as open from by_day order by id, day`,
    paramsOf(org_id, targets, day),
  )
}

/** An asset of an activity. */
export interface TargetAsset {
  asset_id: number
  name: string
  type: string
  criticality: string | null
  asset_group: string | null
  owner: string | null
  state: 'open' | 'fixed' | 'left'
  /** Day of the last time that it was fixed; null: it never was, or it has left. */
  fixed_day: number | null
}

/** The assets of one activity on a day, those that are open first. */
export function targetAssets(engine: Engine, org_id: number, target: Target, day: number): Promise<TargetAsset[]> {
  return engine.query<TargetAsset>(
    `with ${runCtes},
    held as (select asset_id, max(to_day) as until from run group by asset_id),
    last as (select distinct on (a.asset_id) a.asset_id, a.name, a.type, a.criticality, a.asset_group, a.owner from asset_history a
      where a.org_id = $org_id and a.asset_id in (select asset_id from target) order by a.asset_id, a.valid_to desc)
    select l.*, case when k.asset_id is null then 'left' when h.until > $day then 'open' else 'fixed' end as state,
      case when k.asset_id is not null and h.until <= $day then h.until end as fixed_day
    from last l left join here k on k.asset_id = l.asset_id left join held h on h.asset_id = l.asset_id
    order by case when k.asset_id is null then 2 when h.until > $day then 0 else 1 end, l.name collate "C", l.asset_id`,
    paramsOf(org_id, [target], day),
  )
}

/** How many of these assets have left by a day. */
export async function leftAssets(engine: Engine, org_id: number, targets: readonly Target[], day: number): Promise<Map<number, number>> {
  if (targets.length === 0) return new Map()
  const { target_of, target } = paramsOf(org_id, targets, day)
  const rows = await engine.query<{ id: number; assets: number }>(
    `with target as (select unnest($target_of) as id, unnest($target) as asset_id)
    select t.id, count(*) as assets from target t where t.asset_id not in (
      select a.asset_id from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day) group by t.id`,
    { org_id, day, target_of, target },
  )
  return new Map(rows.map(({ id, assets }) => [id, assets]))
}
