import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, metricSweep, type MetricSql } from './sweep.ts'

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

/** Writes the deltas of a whole organisation into score_delta under score 'metric', by day and cause. */
export async function writeMetricDeltas(transaction: Engine, org_id: number, id: string, metric: MetricSql): Promise<void> {
  await transaction.query(
    `insert into score_delta (org_id, score, id, day, cause, numerator_delta, denominator_delta)
    select $org_id, 'metric', $id, day, cause, numerator_delta, denominator_delta from (
      ${metricSweep(metric, null)} select day, cause, ${sums} from state where ${moves} group by day, cause having ${any}) deltas`,
    { ...metric.params, org_id, id },
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
}

/** Removes what was written of a score: 'metric', 'secure', 'control'. */
export async function clearDeltas(transaction: Engine, org_id: number, score: string): Promise<void> {
  await transaction.query('delete from score_delta where org_id = $org_id and score = $score', { org_id, score })
}
