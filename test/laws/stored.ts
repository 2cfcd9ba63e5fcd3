import type { Engine } from '../../src/store/engines/engine.ts'
import type { Sums } from './scores.ts'

/** The stored history of a score: its sums at the end of a day. Reads the whole numbers, before any division. */
export async function sumsOn(engine: Engine, org_id: number, score: string, id = ''): Promise<(day: number) => Sums> {
  const rows = await engine.query<{ day: number; numerator: number; denominator: number }>(
    `select day, cast(sum(numerator_delta) as bigint) as numerator, cast(sum(denominator_delta) as bigint) as denominator
     from score_delta where org_id = $org_id and score = $score and id = $id group by day order by day`,
    { org_id, score, id },
  )
  return (day) => {
    const until = rows.filter((row) => row.day <= day)
    return {
      numerator: until.reduce((sum, row) => sum + row.numerator, 0),
      denominator: until.reduce((sum, row) => sum + row.denominator, 0),
    }
  }
}
