import type { Engine } from '../../engines/engine.ts'
import type { DayDelta } from '../metrics/deltas.ts'

/** The stored changes of a score of small sums (metric, secure, control) in order of days. */
export function storedDeltas(engine: Engine, org_id: number, score: string, id: string): Promise<DayDelta[]> {
  return engine.query<DayDelta>(
    `select day, cast(sum(numerator_delta) as bigint) as numerator_delta, cast(sum(denominator_delta) as bigint) as denominator_delta
    from score_delta where org_id = $org_id and score = $score and id = $id group by day order by day`,
    { org_id, score, id },
  )
}
