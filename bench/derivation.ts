import { writeHazards } from '../src/insights/hazard.ts'
import { deriveAssetDays, deriveExposure } from '../src/store/derive/asset-days.ts'
import { deriveAssets } from '../src/store/derive/assets.ts'
import { deriveFindings } from '../src/store/derive/findings.ts'
import { deriveFresh, deriveStaleness } from '../src/store/derive/fresh.ts'
import { settleTouched, takeTouched, touchAll } from '../src/store/derive/touched.ts'
import { deriveVulnerabilities } from '../src/store/derive/vulnerabilities.ts'
import type { Engine } from '../src/store/engines/engine.ts'
import { noteTaken } from '../src/store/known/taken.ts'
import { processorTime, timed } from './measure.ts'
import { handWritten } from './questions.ts'

/** The exposure score of every organisation. */
async function exposureOfAll(transaction: Engine): Promise<void> {
  for (const { org_id } of await transaction.query<{ org_id: number }>('select org_id from org order by org_id'))
    await deriveExposure(transaction, org_id)
}

/** The steps of the product's derivation from facts, as insights/compute.ts takes them. */
const steps: readonly [string, (transaction: Engine) => Promise<unknown>][] = [
  ['touch everything', touchAll],
  ['hazard table', writeHazards],
  ['take what was touched', takeTouched],
  ['staleness of sources', deriveStaleness],
  ['settle what was touched', settleTouched],
  ['vulnerability_history', deriveVulnerabilities],
  ['asset_history', deriveAssets],
  ['fresh_history', deriveFresh],
  ['finding_history', deriveFindings],
  ['asset_day', deriveAssetDays],
  ['daily exposure', exposureOfAll],
  ['note what was taken in', noteTaken],
]

/** How long a step of the derivation took, in milliseconds; `processor_ms` is that of this process, all threads together. */
export interface TakenStep {
  step: string
  ms: number
  processor_ms: number
}

/** Makes all that the scores are read from, in one transaction as the product does. */
export function derive(engine: Engine, onStep: (taken: TakenStep) => void): Promise<TakenStep[]> {
  return engine.transaction((transaction) =>
    transaction.inBulk(async () => {
      const taken: TakenStep[] = []
      for (const [step, work] of steps) {
        const before = processorTime()
        const { ms } = await timed(() => work(transaction))
        taken.push({ step, ms, processor_ms: processorTime() - before })
        onStep(taken.at(-1)!)
      }
      return taken
    }),
  )
}

/**
 * Derived tables that are made by hand too: the columns that the hand-written SQL gives, in its order; what of the product's table they are compared with; and the
 * columns whose sums tell whether both are the same.
 */
const made: readonly { table: string; sql: string; columns: readonly string[]; product: string; sums: readonly string[] }[] = [
  {
    table: 'finding_history',
    sql: 'derive-finding-history',
    columns: [
      'org_id',
      'asset_id',
      'finding_id',
      'kind',
      'subject',
      'component',
      'severity',
      'cvss_tenths',
      'stage',
      'valid_from',
      'valid_to',
      'from_day',
      'to_day',
    ],
    product: 'finding_history',
    sums: [
      'finding_id',
      'asset_id',
      'severity',
      'cvss_tenths',
      'stage',
      'from_day',
      'to_day',
      'valid_from % 1000003',
      'valid_to % 1000003',
    ],
  },
  {
    table: 'asset_day',
    sql: 'derive-asset-day',
    columns: ['org_id', 'asset_id', 'day', 'hazard', 'exposure', 'weight', 'weighted_delta', 'weight_delta'],
    // By hand a day's changes are told as one; the product tells each cause of a day apart.
    product: `(
      with at_end as (select *, row_number() over (partition by asset_id, day order by cause desc) as place from asset_day),
      beside as (
        select *, lag(hazard) over w as hazard_before, lag(weight, 1, 0) over w as weight_before, lag(exposure, 1, cast(0 as bigint)) over w as exposure_before
        from at_end where place = 1 window w as (partition by asset_id order by day))
      select asset_id, day, hazard, exposure, weight, weight * exposure - weight_before * exposure_before as weighted_delta, weight - weight_before as weight_delta
      from beside where hazard_before is null or hazard_before <> hazard or weight_before <> weight) at_ends`,
    sums: ['asset_id', 'day', 'hazard % 1000003', 'exposure % 1000003', 'weight', 'weight_delta', 'weighted_delta % 1000003'],
  },
]

/** Makes the heavy derived tables by hand-written SQL into tables of their own, compares them with the product's, and drops them. */
export async function deriveByHand(
  engine: Engine,
  org_id: number,
): Promise<{ table: string; ms: number; processor_ms: number; rows: number; same: boolean }[]> {
  const answers: Awaited<ReturnType<typeof deriveByHand>> = []
  for (const { table, sql, columns, product, sums } of made) {
    const digest = async (relation: string) =>
      JSON.stringify(
        await engine.query(
          `select count(*) as rows, ${sums.map((sum, index) => `cast(sum(${sum}) as bigint) as sum_${index}`).join(', ')} from ${relation}`,
        ),
      )
    await engine.run(`create table bench_made as select ${columns.join(', ')} from ${table} where false`)
    const before = processorTime()
    const { ms } = await timed(() => engine.run(`insert into bench_made ${handWritten(sql, engine.name)}`, { org_id }))
    const processor_ms = processorTime() - before
    const [count] = await engine.query<{ rows: number }>('select count(*) as rows from bench_made')
    answers.push({ table, ms, processor_ms, rows: count!.rows, same: (await digest(product)) === (await digest('bench_made')) })
    await engine.run('drop table bench_made')
  }
  return answers
}
