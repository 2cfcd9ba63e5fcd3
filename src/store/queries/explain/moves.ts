import { STEPS_PER_DAY } from '../../../model/cause.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups, metricSweep, type MetricSql } from '../metrics/sweep.ts'
import { controlDeltas } from '../scores/control-deltas.ts'

/** Everything that moves a score, as SQL. */
export interface Moves {
  /** CTEs with the word `with`, or the empty text. */
  ctes: string
  /** A select (part, day, cause, n, w): by how much the w·x and the w of a part change at a step. `part` is a number, or text for controls. */
  delta: string
  /** A select (day, cause, n, w) with the same sums, where there is a shorter one. */
  sums: string | null
  params: Params
  /** What n / w is to be multiplied with to be the score in units of 1e-6 points of 0–100, as a fraction. */
  unit: { numerator: number; denominator: number }
}

const stored = (score: string, id: string) =>
  `select day, cause, numerator_delta as n, denominator_delta as w from score_delta where org_id = $org_id and score = '${score}' and id = ${id}`

const ofAsset = (asset_id: number | null, column: string): string => (asset_id === null ? '' : `and ${column} = $asset_id`)
const assetParams = (asset_id: number | null): Params => (asset_id === null ? {} : { asset_id })

/** The exposure score of an organisation, of some groups, or of one asset: its parts are assets. */
export const exposureMoves = (scope: Scope, asset_id: number | null): Moves => ({
  ctes: '',
  delta: `select d.asset_id as part, d.day, d.cause, d.weighted_delta as n, d.weight_delta as w from asset_day d
    where d.org_id = $org_id and (d.weighted_delta <> 0 or d.weight_delta <> 0) ${inGroups('d.asset_id', scope.groups)} ${ofAsset(asset_id, 'd.asset_id')}`,
  sums: scope.groups === null && asset_id === null ? stored('exposure', `''`) : null,
  params: { org_id: scope.org_id, ...groupParams(scope.groups), ...assetParams(asset_id) },
  unit: { numerator: 1, denominator: 10 },
})

/** A metric: its parts are assets. `id` null: nothing that was stored holds for it. */
export const metricMoves = (scope: Scope, asset_id: number | null, id: string | null, metric: MetricSql): Moves => ({
  ctes: metricSweep([metric], scope.groups),
  delta: `select asset_id as part, day, cause, exposed - exposed_before as n, total - total_before as w from state
    where (exposed <> exposed_before or total <> total_before) ${ofAsset(asset_id, 'asset_id')}`,
  sums: scope.groups === null && asset_id === null && id !== null ? stored('metric', '$metric_id') : null,
  params: { org_id: scope.org_id, ...metric.params, ...groupParams(scope.groups), ...assetParams(asset_id), metric_id: id ?? '' },
  unit: { numerator: 100_000_000, denominator: 1 },
})

/** The secure score: its parts are controls. */
export const secureMoves = (scope: Scope, asset_id: number | null): Moves => {
  const whole = scope.groups === null && asset_id === null
  return {
    ctes: whole ? '' : controlDeltas(scope.groups, asset_id !== null),
    delta: whole
      ? `select id as part, day, cause, numerator_delta as n, denominator_delta as w from score_delta where org_id = $org_id and score = 'control'`
      : 'select id as part, day, cause, points as n, max_points as w from control_delta where points <> 0 or max_points <> 0',
    sums: whole ? stored('secure', `''`) : null,
    params: { org_id: scope.org_id, ...groupParams(scope.groups), ...assetParams(asset_id) },
    unit: { numerator: 100_000_000, denominator: 1 },
  }
}

/** PostgreSQL takes only parameters that the text uses. */
const ask = <T>(engine: Engine, sql: string, params: Params): Promise<T[]> =>
  engine.query<T>(sql, Object.fromEntries(Object.entries(params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(sql))))

/** Without the CTEs when only the shorter sums are asked for. */
const sumsOf = ({ ctes, delta, sums }: Moves): { ctes: string; sums: string } =>
  sums === null ? { ctes: ctes ? `${ctes},` : 'with', sums: delta } : { ctes: 'with', sums }

/** By how much N and W change at a step. */
export interface StepSums {
  day: number
  /** 1–15. */
  cause: number
  numerator: bigint
  denominator: bigint
}

/** SQL: the step of a row. */
const step = `day * ${STEPS_PER_DAY} + cause`

/** SQL columns and their meaning: sums may pass 2^53, so they come in two. */
const two = (sql: string, name: string): string =>
  `cast((${sql} - ${sql} % 1000000000) / 1000000000 as bigint) as ${name}_high, cast(${sql} % 1000000000 as bigint) as ${name}_low`
const joined = (high: number, low: number): bigint => BigInt(high) * 1_000_000_000n + BigInt(low)

/** The last step of a day: its end. */
export const endStep = (day: number): number => day * STEPS_PER_DAY + STEPS_PER_DAY - 1

/** N and W at the step `from` (see STEPS_PER_DAY), and their changes at every step after it until the step `to`, in order. */
export async function readSteps(
  engine: Engine,
  moves: Moves,
  from: number,
  to: number,
): Promise<{ before: { numerator: bigint; denominator: bigint }; steps: StepSums[] }> {
  const { ctes, sums } = sumsOf(moves)
  const rows = await ask<{ day: number; cause: number; n_high: number; n_low: number; w_high: number; w_low: number }>(
    engine,
    `${ctes} told_move as (${sums}),
    told_by_step as (
      select case when ${step} <= $from then -1 else day end as day, case when ${step} <= $from then 0 else cause end as cause, cast(sum(n) as bigint) as n, cast(sum(w) as bigint) as w
      from told_move where ${step} <= $to group by 1, 2)
    select day, cause, ${two('n', 'n')}, ${two('w', 'w')} from told_by_step order by day, cause`,
    { ...moves.params, from, to },
  )
  const steps = rows.map(({ day, cause, n_high, n_low, w_high, w_low }) => ({
    day,
    cause,
    numerator: joined(n_high, n_low),
    denominator: joined(w_high, w_low),
  }))
  const { numerator, denominator } = steps[0]?.day === -1 ? steps.shift()! : { numerator: 0n, denominator: 0n }
  return { before: { numerator, denominator }, steps }
}

/** What a part adds to the change of a score through one cause. */
export interface PartShare<Part> {
  part: Part
  /** 1–15; 16 and 17 where the score began or ended. */
  cause: number
  /** Whole units of 1e-6 points, rounded towards 0, and what is left in units of 1e-12 points, of the same sign. */
  whole: number
  rest: number
}

/**
 * The shares of all parts from the step `from` to the step `to`: at each step by the formula of DESIGN 6 in double precision,
 * rounded there, once, to 1e-12 points; the rest are sums of integers. So every engine gives the same, and the sum of the parts misses the exact sum by a
 * hair that rounding to 1e-6 points takes up.
 */
export function readShares<Part>(engine: Engine, moves: Moves, from: number, to: number): Promise<PartShare<Part>[]> {
  const { ctes, delta } = moves
  return ask<PartShare<Part>>(
    engine,
    `${ctes ? `${ctes},` : 'with'} told_move as (${delta}),
    told_by_step as (
      select case when ${step} <= $from then -1 else day end as day, case when ${step} <= $from then 0 else cause end as cause, cast(sum(n) as bigint) as n, cast(sum(w) as bigint) as w
      from (${moves.sums ?? 'select day, cause, n, w from told_move'}) sums where ${step} <= $to group by 1, 2),
    told_running as (select day, cause, n, w, cast(sum(n) over o as bigint) as n2, cast(sum(w) over o as bigint) as w2
      from told_by_step window o as (order by day, cause rows between unbounded preceding and current row)),
    told_mean as (select day, cause, cast(n2 - n as double precision) as n1, cast(n2 as double precision) as n2, cast(w2 - w as double precision) as w1, cast(w2 as double precision) as w2
      from told_running where day >= 0),
    told_factor as (select day, cause, case when w1 = 0 then 16 when w2 = 0 then 17 else cause end as told,
        case when w1 = 0 and w2 = 0 then 0 when w1 = 0 then 1 / w2 when w2 = 0 then 1 / w1 else (w1 + w2) / (2 * w1 * w2) end as a,
        case when w1 = 0 or w2 = 0 then 0 else (n1 + n2) / (2 * w1 * w2) end as b from told_mean),
    told_share as (
      select m.part, f.told as cause, cast(sum(cast(floor((f.a * cast(m.n as double precision) - f.b * cast(m.w as double precision)) * cast($scale as double precision) + 0.5) as bigint)) as bigint) as s
      from told_move m join told_factor f on f.day = m.day and f.cause = m.cause where m.day * ${STEPS_PER_DAY} + m.cause > $from and m.day * ${STEPS_PER_DAY} + m.cause <= $to group by m.part, f.told)
    select part, cause, cast((s - s % 1000000) / 1000000 as bigint) as whole, cast(s % 1000000 as bigint) as rest from told_share`,
    { ...moves.params, from, to, scale: (moves.unit.numerator * 1_000_000) / moves.unit.denominator },
  )
}

/** w·x and w of every part at a step. */
export function readStates<Part>(engine: Engine, moves: Moves, at: number): Promise<{ part: Part; n: number; w: number }[]> {
  const { ctes, delta } = moves
  return ask(
    engine,
    `${ctes ? `${ctes},` : 'with'} told_move as (${delta})
    select part, cast(sum(n) as bigint) as n, cast(sum(w) as bigint) as w from told_move where ${step} <= $at group by part having sum(n) <> 0 or sum(w) <> 0`,
    { ...moves.params, at },
  )
}
