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
