import { writeHazards } from '../../src/insights/hazard.ts'
import { computeSecureScore } from '../../src/insights/secure-score.ts'
import { deriveAssetDays, deriveExposure } from '../../src/store/derive/asset-days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { append, putWorld, type World } from './world.ts'

/** Puts the world, and works out its exposure and secure score with the product's own code. */
export async function putScored(engine: Engine, org_id: number, world: Partial<World>): Promise<void> {
  await putWorld(engine, org_id, world)
  await engine.transaction(async (transaction) => {
    await writeHazards(transaction)
    await transaction.query('delete from asset_key')
    await append(
      transaction,
      'asset_key',
      world.asset!.map(({ asset_id }) => ({ asset_id, org_id, created_in: 1 })),
    )
    await transaction.query('drop table if exists touched')
    await transaction.query('create temporary table touched as select org_id, asset_id from asset_key')
    await deriveAssetDays(transaction)
    await deriveExposure(transaction, org_id)
    await transaction.query('drop table touched')
    await computeSecureScore(transaction, org_id)
  })
}

/** Puts the world and tells the sums of its exposure and secure score at the end of `day`, in the units of score_delta. */
export async function measure(
  engine: Engine,
  org_id: number,
  world: Partial<World>,
  day: number,
): Promise<Record<'exposure' | 'secure', { numerator: number; denominator: number }>> {
  await putScored(engine, org_id, world)
  const sums = await engine.query<{ score: string; numerator: number; denominator: number }>(
    `select score, cast(sum(numerator_delta) as bigint) as numerator, cast(sum(denominator_delta) as bigint) as denominator from score_delta where day <= $day and score in ('exposure', 'secure') group by score`,
    { day },
  )
  const of = (score: string) => sums.find((row) => row.score === score) ?? { numerator: 0, denominator: 0 }
  return { exposure: of('exposure'), secure: of('secure') }
}
