import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { NEVER_DAY } from '../../days.ts'
import { groupParams, inGroups, metricSweep, type MetricSql } from './sweep.ts'

export interface DayDelta {
  day: number
  numerator_delta: number
  denominator_delta: number
}

const sums = `cast(sum(exposed - exposed_before) as bigint) as numerator_delta, cast(sum(total - total_before) as bigint) as denominator_delta`
const moves = `exposed <> exposed_before or total <> total_before`
const any = `sum(exposed - exposed_before) <> 0 or sum(total - total_before) <> 0`

/** Days at whose end a metric's exposed (numerator) or asked (denominator) assets change, in order of days. */
export function metricDeltas(engine: Engine, scope: Scope, metric: MetricSql): Promise<DayDelta[]> {
  return engine.query<DayDelta>(
    `${metricSweep(metric, scope.groups)} select day, ${sums} from state where ${moves} group by day having ${any} order by day`,
    { ...metric.params, ...groupParams(scope.groups), org_id: scope.org_id },
  )
}

/**
 * Writes what a metric answers for a whole organisation: its changes by day and cause into score_delta under score 'metric', and the runs of days in which it
 * finds critical assets exposed into metric_critical. The sweep is made once, into a temporary table.
 */
export async function writeMetricDeltas(transaction: Engine, org_id: number, id: string, metric: MetricSql): Promise<void> {
  await transaction.query('drop table if exists metric_moved')
  await transaction.query(
    `create temporary table metric_moved (asset_id bigint, day integer, cause integer, exposed integer, total integer, exposed_before integer, total_before integer)`,
  )
  await transaction.query(
    `insert into metric_moved ${metricSweep(metric, null)} select asset_id, day, cause, exposed, total, exposed_before, total_before from state where ${moves}`,
    { ...metric.params, org_id },
  )
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
    select $org_id, 'metric', $id, day, cause, ${sums} from metric_moved group by day, cause having ${any}`,
    { org_id, id },
  )
  await transaction.query(
    `insert into metric_critical (org_id, metric_id, asset_id, from_day, to_day)
    with critical as materialized (select distinct asset_id from asset_history where org_id = $org_id and criticality in ('high', 'very_high')),
    at_end as (
      select distinct on (m.asset_id, m.day) m.asset_id, m.day, m.exposed from metric_moved m join critical c on c.asset_id = m.asset_id
      order by m.asset_id, m.day, m.cause desc),
    run as (select asset_id, exposed, day as from_day, lead(day, 1, ${NEVER_DAY}) over (partition by asset_id order by day) as to_day from at_end)
    select $org_id, $id, asset_id, from_day, to_day from run where exposed = 1`,
    { org_id, id },
  )
}

/** The digests of the definitions by which the stored histories of metrics were worked out, by metric. */
export async function computedDigests(engine: Engine, org_id: number): Promise<Map<string, string>> {
  const rows = await engine.query<{ id: string; digest: string }>('select id, digest from computed_metric where org_id = $org_id', {
    org_id,
  })
  return new Map(rows.map(({ id, digest }) => [id, digest]))
}

/** Keeps the digests of all definitions by which the stored histories of metrics were worked out. */
export async function writeComputedDigests(transaction: Engine, org_id: number, digests: ReadonlyMap<string, string>): Promise<void> {
  await transaction.run('delete from computed_metric where org_id = $org_id', { org_id })
  await transaction.append(
    'computed_metric',
    ['org_id', 'id', 'digest'],
    [...digests].map(([id, digest]) => [org_id, id, digest]),
  )
}

/** Removes the stored histories of some metrics. */
export async function clearMetricDeltas(transaction: Engine, org_id: number, ids: readonly string[]): Promise<void> {
  await transaction.run(`delete from score_delta where org_id = $org_id and score = 'metric' and id = any($ids)`, { org_id, ids })
  await transaction.run('delete from metric_critical where org_id = $org_id and metric_id = any($ids)', { org_id, ids })
}

/** Distinct assets of high or very high criticality that some of several metrics find exposed at the end of a day, by set of metrics. */
export async function countCriticalAssets(
  engine: Engine,
  scope: Scope,
  day: number,
  sets: readonly { id: string; metric_ids: readonly string[] }[],
): Promise<Map<string, number>> {
  const pairs = sets.flatMap(({ id, metric_ids }) => metric_ids.map((metric_id) => [id, metric_id] as const))
  if (pairs.length === 0) return new Map()
  const rows = await engine.query<{ id: string; assets: number }>(
    `with wanted as (select unnest($ids) as id, unnest($metrics) as metric_id),
    here as materialized (select a.asset_id from asset_history a where a.org_id = $org_id and a.from_day <= $day and $day < a.to_day
      and a.criticality in ('high', 'very_high') ${inGroups('a.asset_id', scope.groups)}),
    exposed as materialized (select c.metric_id, c.asset_id from metric_critical c join here h on h.asset_id = c.asset_id
      where c.org_id = $org_id and c.from_day <= $day and $day < c.to_day)
    select w.id, count(distinct e.asset_id) as assets from wanted w join exposed e on e.metric_id = w.metric_id group by w.id`,
    {
      org_id: scope.org_id,
      day,
      ...groupParams(scope.groups),
      ids: pairs.map(([id]) => id),
      metrics: pairs.map(([, metric_id]) => metric_id),
    },
  )
  return new Map(rows.map(({ id, assets }) => [id, assets]))
}

/** Removes what was written of a score: 'metric', 'initiative', 'secure', 'control'. */
export async function clearDeltas(transaction: Engine, org_id: number, score: string): Promise<void> {
  if (score === 'metric') await transaction.query('delete from metric_critical where org_id = $org_id', { org_id })
  await transaction.query('delete from score_delta where org_id = $org_id and score = $score', { org_id, score })
}
