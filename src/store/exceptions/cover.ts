import { NEVER } from '../../model/time.ts'

/** What an exception may be narrowed by, and how its rows `e` then find findings `k`: equalities only, so that every engine hashes them. */
const ways: readonly [string, string][] = [
  ['e.asset_id is not null and e.subject is not null', 'k.asset_id = e.asset_id and k.kind = e.kind and k.subject = e.subject'],
  ['e.asset_id is not null and e.subject is null', 'k.asset_id = e.asset_id'],
  ['e.asset_id is null and e.subject is not null', 'k.org_id = e.org_id and k.kind = e.kind and k.subject = e.subject'],
  ['e.asset_id is null and e.subject is null', 'k.org_id = e.org_id'],
]

/**
 * SQL: CTEs down to `cover` (exception_id, finding_id, asset_id, valid_from, valid_to): when each exception covers each finding. One of an
 * asset group covers an asset while it is in the group. `exceptions`: rows of exception_history; `findings`: rows with org_id, asset_id,
 * finding_id, kind, subject, component. Both are names of tables or CTEs.
 */
export const coverCtes = (exceptions: string, findings: string): string => `met as (${ways
  .map(
    ([which, on]) => `
    select e.exception_id, k.finding_id, k.asset_id, e.asset_group, e.valid_from, e.valid_to
    from ${exceptions} e join ${findings} k on ${on}
    where ${which} and k.org_id = e.org_id and (e.component is null or e.component = k.component)`,
  )
  .join(' union all')}),
  cover as (
    select exception_id, finding_id, asset_id, valid_from, valid_to from met where asset_group is null
    union all
    select m.exception_id, m.finding_id, m.asset_id, greatest(m.valid_from, a.valid_from), least(m.valid_to, a.valid_to)
    from met m join asset_history a on a.asset_id = m.asset_id and a.asset_group = m.asset_group
    where a.valid_from < m.valid_to and m.valid_from < a.valid_to)`

/** Columns of an exception that say about what it is and when it holds. */
const said = ['org_id', 'exception_id', 'asset_id', 'asset_group', 'kind', 'subject', 'component', 'justification'] as const

/**
 * SQL: a row `g` of exception_history stands above a row `e` of an asset group: it is global, about the same or about more. While it holds, that of the
 * group is suspended, whatever either says; afterwards it holds again.
 */
const above = `g.org_id = e.org_id and g.retracted_in = ${NEVER} and g.asset_id is null and g.asset_group is null and e.asset_group is not null
       and (g.subject is null or (g.kind = e.kind and g.subject = e.subject)) and (g.component is null or g.component = e.component)`

/** SQL: a row `e` of exception_history is suspended by a global one at $at. */
export const suspendedAt = `exists (select 1 from exception_history g where ${above} and g.valid_from <= $at and $at < g.valid_to)`

const inOrder = 'partition by exception_id, asset_group order by over_from, over_to'

/**
 * SQL: CTEs down to `name`: rows of exception_history `e` where `only`, those of asset groups without the time for which a global one suspends
 * them. A row of which nothing is left is not there, one that is suspended in its midst is there twice.
 */
export const inForceCtes = (
  name: string,
  only: string,
): string => `${name}_said as materialized (select e.* from exception_history e where ${only}),
  ${name}_over as (
    select e.exception_id, e.asset_group, greatest(g.valid_from, e.valid_from) as over_from, least(g.valid_to, e.valid_to) as over_to
    from ${name}_said e join exception_history g on ${above} and g.valid_from < e.valid_to and e.valid_from < g.valid_to),
  ${name}_edge as (
    select exception_id, asset_group, max(over_to) over (${inOrder} rows between unbounded preceding and current row) as free_from, lead(over_from) over (${inOrder}) as free_to
    from ${name}_over),
  ${name}_free as (
    select exception_id, asset_group, free_from, free_to from ${name}_edge
    union all select exception_id, asset_group, cast(null as bigint), min(over_from) from ${name}_over group by exception_id, asset_group),
  ${name} as materialized (
    select ${said.map((column) => `e.${column}`).join(', ')}, coalesce(f.free_from, e.valid_from) as valid_from, coalesce(f.free_to, e.valid_to) as valid_to
    from ${name}_said e left join ${name}_free f on f.exception_id = e.exception_id and f.asset_group = e.asset_group
    where coalesce(f.free_from, e.valid_from) < coalesce(f.free_to, e.valid_to))`
