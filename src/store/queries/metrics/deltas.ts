import { groupedBy } from '../../../model/grouped-by.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { NEVER_DAY } from '../../days.ts'
import { groupParams, inGroups, metricSweep, type MetricSql, sweptTogether } from './sweep.ts'

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
    `${metricSweep([metric], scope.groups)} select day, ${sums} from state where ${moves} group by day having ${any} order by day`,
    { ...metric.params, ...groupParams(scope.groups), org_id: scope.org_id },
  )
}

/** A metric under the id that its answers are kept under; its parameters named as no other's. */
export interface NamedMetric {
  id: string
  sql: MetricSql
}

/** So many rows of findings, metrics times findings, are swept at once at most: what bounds the memory that a sweep takes. */
const ROWS_AT_ONCE = 4_000_000

/**
 * Writes what metrics answer for a whole organisation: their changes by day and cause into score_delta under score 'metric', and the runs of days in
 * which they find assets exposed while they are critical into metric_critical. Metrics that can share a sweep do. `since`: a day from which on what they answered is to
 * be made anew, what is kept of the days before stays; 0: nothing is kept.
 */
export async function writeMetricDeltas(transaction: Engine, org_id: number, metrics: readonly NamedMetric[], since = 0): Promise<void> {
  const [counted] = await transaction.query<{ findings: number }>(
    'select count(*) as findings from finding_history where org_id = $org_id',
    { org_id },
  )
  // From a day on, what is open is summed by asset as it is met.
  const most = since > 0 ? metrics.length : Math.max(1, Math.floor(ROWS_AT_ONCE / Math.max(counted!.findings, 1)))
  const alike = groupedBy(metrics, ({ sql }) => sweptTogether(sql))
  for (const list of alike.values())
    for (let start = 0; start < list.length; start += most) await writeTogether(transaction, org_id, list.slice(start, start + most), since)
}

/** Writes the answers of metrics that share one sweep. It is made once, into a temporary table. */
async function writeTogether(transaction: Engine, org_id: number, metrics: readonly NamedMetric[], since: number): Promise<void> {
  await transaction.query('drop table if exists metric_moved')
  await transaction.query(
    `create temporary table metric_moved (metric integer, asset_id bigint, day integer, cause integer, exposed integer, total integer, exposed_before integer, total_before integer)`,
  )
  await transaction.query(
    `insert into metric_moved ${metricSweep(
      metrics.map(({ sql }) => sql),
      null,
      since,
    )} select metric, asset_id, day, cause, exposed, total, exposed_before, total_before from state where ${moves}`,
    { ...Object.assign({}, ...metrics.map(({ sql }) => sql.params)), org_id },
  )
  const ids = metrics.map(({ id }) => id)
  const named = { org_id, since, places: metrics.map((_, place) => place), ids }
  await transaction.run(`delete from score_delta where org_id = $org_id and score = 'metric' and id = any($ids) and day >= $since`, {
    org_id,
    ids,
    since,
  })
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
    with name as (select unnest($places) as metric, unnest($ids) as id)
    select $org_id, 'metric', n.id, m.day, m.cause, ${sums} from metric_moved m join name n on n.metric = m.metric where m.day >= $since group by n.id, m.day, m.cause having ${any}`,
    named,
  )
  const runs = `with name as (select unnest($places) as metric, unnest($ids) as id),
    critical as materialized (
      select asset_id, from_day, to_day from asset_history where org_id = $org_id and criticality in ('high', 'very_high') and from_day < to_day and to_day >= $since),
    at_end as (
      select distinct on (m.metric, m.asset_id, m.day) m.metric, m.asset_id, m.day, m.exposed from metric_moved m
      where m.asset_id in (select asset_id from critical) order by m.metric, m.asset_id, m.day, m.cause desc),
    run as (select metric, asset_id, exposed, day as from_day, lead(day, 1, ${NEVER_DAY}) over (partition by metric, asset_id order by day) as to_day from at_end),
    named_run as (
      select n.id as metric_id, r.asset_id, greatest(r.from_day, c.from_day) as from_day, least(r.to_day, c.to_day) as to_day
      from run r join critical c on c.asset_id = r.asset_id and c.from_day < r.to_day and r.from_day < c.to_day join name n on n.metric = r.metric
      where r.exposed = 1 and r.to_day >= $since)`
  await transaction.run('delete from metric_critical where org_id = $org_id and metric_id = any($ids) and from_day >= $since', {
    org_id,
    ids,
    since,
  })
  if (since > 0) {
    await transaction.query('drop table if exists run_on')
    await transaction.query(
      `create temporary table run_on as ${runs} select metric_id, asset_id, to_day from named_run where from_day < $since`,
      named,
    )
    await transaction.run(
      `update metric_critical as c set to_day = r.to_day from run_on r
       where c.org_id = $org_id and c.metric_id = r.metric_id and c.asset_id = r.asset_id and c.from_day < $since and c.to_day >= $since`,
      { org_id, since },
    )
  }
  await transaction.query(
    `insert into metric_critical (org_id, metric_id, asset_id, from_day, to_day) ${runs} select $org_id, metric_id, asset_id, from_day, to_day from named_run where from_day >= $since`,
    named,
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

/** Removes the stored histories of all metrics but some. */
export async function keepMetricDeltas(transaction: Engine, org_id: number, ids: readonly string[]): Promise<void> {
  const kept = ids.length ? ids : [''] // no metric has an empty id
  await transaction.run(`delete from score_delta where org_id = $org_id and score = 'metric' and not id = any($kept)`, { org_id, kept })
  await transaction.run('delete from metric_critical where org_id = $org_id and not metric_id = any($kept)', { org_id, kept })
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

/** Removes what was written of a score: 'initiative', 'secure', 'control'. */
export async function clearDeltas(transaction: Engine, org_id: number, score: string): Promise<void> {
  await transaction.query('delete from score_delta where org_id = $org_id and score = $score', { org_id, score })
}
