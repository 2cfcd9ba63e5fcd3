import { type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { DayDelta } from '../metrics/deltas.ts'

/** A comparison value that a source's own reports stated. */
export interface StatedBenchmark {
  source: string
  basis: string
  category: string
  /** Thousandths. */
  value: number
  /** JSON ComparisonAudience; null: nothing said. */
  details: string | null
  valid_from: Instant
  valid_to: Instant
}

/** Comparison values of the secure score that stand and held at some instant of [since, until). */
export function readStatedBenchmarks(engine: Engine, org_id: number, since: Instant, until: Instant): Promise<StatedBenchmark[]> {
  return engine.query<StatedBenchmark>(
    `select source, basis, category, value, details, valid_from, valid_to from benchmark_history
    where org_id = $org_id and score = 'secure_score' and retracted_in = ${NEVER} and valid_from < $until and valid_to > $since
    order by source collate "C", basis collate "C", category collate "C", valid_from`,
    { org_id, since, until },
  )
}

/** The organisations that take part in the comparison of this installation; the demo never does. */
export async function listSharing(engine: Engine): Promise<number[]> {
  const rows = await engine.query<{ org_id: number }>(
    `select d.org_id from definition_history d join org o on o.org_id = d.org_id
    where d.kind = 'benchmark_sharing' and d.valid_to = ${NEVER} and d.retracted_in = ${NEVER} and not o.demo order by d.org_id`,
  )
  return rows.map(({ org_id }) => org_id)
}

/** Changes of the secure scores of several organisations, in order of organisation and day. */
export async function secureDeltasOf(engine: Engine, orgs: readonly number[]): Promise<(DayDelta & { org_id: number })[]> {
  if (!orgs.length) return []
  return engine.query<DayDelta & { org_id: number }>(
    `select org_id, day, cast(sum(numerator_delta) as bigint) as numerator_delta, cast(sum(denominator_delta) as bigint) as denominator_delta
    from score_delta where score = 'secure' and org_id = any($orgs) group by org_id, day order by org_id, day`,
    { orgs: [...orgs] },
  )
}
