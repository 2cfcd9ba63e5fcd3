import type { ExceptionKind } from '../../../model/exception.ts'
import type { StatementStatus } from '../../../model/statement.ts'
import { formatInstant, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { among, type AskedMoment, holds, momentParams, presentAssets } from '../moment.ts'
import { coveringCtes } from './list.ts'

/** The exception that covers a finding at a moment. */
export interface ExceptionInForce {
  exception_id: number
  justification: ExceptionKind
  /** It takes the finding out of the scores, unless something else speaks against it. */
  moves_scores: boolean
  /** What a statement says of the product; null: a person's exception. */
  status: StatementStatus | null
  /** Null: until a person ends it, or the author withdraws it. */
  ends_at: string | null
}

/** Whether any exception or statement holds at the moment: in most organisations few do, and the question is answered at once. */
export async function anyInForce(engine: Engine, scope: Scope, moment: AskedMoment): Promise<boolean> {
  const anyOf = (table: string) =>
    `select 1 as any_row from ${table} e where e.org_id = $org_id and e.retracted_in = ${NEVER} and ${holds('e')}`
  const rows = await engine.query(`${anyOf('exception_history')} union all ${anyOf('statement_history')} limit 1`, {
    org_id: scope.org_id,
    at: moment.at,
  })
  return rows.length > 0
}

interface InForceRow {
  exception_id: number
  justification: ExceptionKind
  moves: boolean
  status: StatementStatus | null
  ends_at: Instant
}

const inForce = ({ exception_id, justification, moves, status, ends_at }: InForceRow): ExceptionInForce => ({
  exception_id,
  justification,
  moves_scores: moves,
  status,
  ends_at: ends_at === NEVER ? null : formatInstant(ends_at),
})

/** What moves scores first, and people's word before others' on the same thing. */
const order = `case when h.moves then 0 else 1 end, case when h.status is null then 0 else 1 end, h.ends_at desc, h.exception_id`

/** By finding the exception or statement that covers it at the moment; of several one that moves scores before others, then the one that ends last. */
export async function exceptionsInForce(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  finding_ids: readonly number[],
): Promise<Map<number, ExceptionInForce>> {
  if (finding_ids.length === 0 || !(await anyInForce(engine, scope, moment))) return new Map()
  const rows = await engine.query<InForceRow & { finding_id: number }>(
    `with ${coveringCtes(scope, '', `and ${among('f.finding_id', 'finding_ids')}`)}
    select distinct on (c.finding_id) c.finding_id, h.exception_id, h.justification, h.moves, h.status, h.ends_at
    from covering c join in_force h on h.exception_id = c.exception_id
    order by c.finding_id, ${order}`,
    { ...momentParams(scope, moment), finding_ids },
  )
  return new Map(rows.map((row) => [row.finding_id, inForce(row)]))
}

/** The exceptions and statements that cover open findings of an asset at the moment, and how many; those that move scores first. */
export async function exceptionsOnAsset(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  asset_id: number,
): Promise<(ExceptionInForce & { covered_findings: number })[]> {
  if (!(await anyInForce(engine, scope, moment))) return []
  const rows = await engine.query<InForceRow & { covered_findings: number }>(
    `with ${coveringCtes(scope, '', 'and f.asset_id = $asset_id')}
    select h.exception_id, h.justification, h.moves, h.status, h.ends_at, cast(count(*) as bigint) as covered_findings
    from covering c join in_force h on h.exception_id = c.exception_id
    group by h.exception_id, h.justification, h.moves, h.status, h.ends_at
    order by ${order}`,
    { ...momentParams(scope, moment), asset_id },
  )
  return rows.map((row) => ({ ...inForce(row), covered_findings: row.covered_findings }))
}

/** On how many assets each vulnerability or control of a kind is open and wholly taken out of the scores, by its id. */
export async function exceptedAssets(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  kind: 'vulnerability' | 'control',
  subjects: readonly string[],
): Promise<Map<string, number>> {
  if (subjects.length === 0 || !(await anyInForce(engine, scope, moment))) return new Map()
  const rows = await engine.query<{ subject: string; assets: number }>(
    `with ${presentAssets(scope)},
    each_asset as (
      select f.subject, f.asset_id, min(case when f.excepted then 1 else 0 end) as whole from finding_history f join a on a.asset_id = f.asset_id
      where f.org_id = $org_id and f.kind = $kind and ${among('f.subject', 'subjects')} and ${holds('f')} group by f.subject, f.asset_id)
    select subject, cast(sum(whole) as bigint) as assets from each_asset group by subject`,
    { ...momentParams(scope, moment), kind, subjects },
  )
  return new Map(rows.map((row) => [row.subject, row.assets]))
}
