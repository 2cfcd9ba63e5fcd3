import { NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'
import { derivedTables } from '../tables.ts'

/** Instead of an asset: nothing of the organisation was touched but what metrics ask and how much they count. */
export const RULES_ALONE = -1

/** The organisations of which nothing but rules was touched, when nothing else was, of anybody; they are taken over. Null: something else was. */
export async function takeRulesAlone(transaction: Engine): Promise<number[] | null> {
  const [rest] = await transaction.query<{ rest: number }>(
    `select (select count(*) from touched_asset where asset_id <> ${RULES_ALONE}) + (select count(*) from reported_asset) + (select count(*) from touched_vulnerability) as rest`,
  )
  if (rest!.rest > 0) return null
  const rows = await transaction.query<{ org_id: number }>('select distinct org_id from touched_asset order by org_id')
  await transaction.run('delete from touched_asset')
  return rows.map(({ org_id }) => org_id)
}

/** From so many assets and vulnerabilities on it is cheaper to go through whole tables than to look each of them up. */
const MUCH = 1000

/** Whether imports touched so much that it is to be worked out in bulk. */
export async function isMuchTouched(transaction: Engine): Promise<boolean> {
  const [row] = await transaction.query<{ touched: number }>(
    'select (select count(*) from touched_asset) + (select count(distinct asset_id) from reported_asset) + (select count(*) from touched_vulnerability) as touched',
  )
  return row!.touched >= MUCH
}

/** The last import that what is derived holds, where the transaction looks for tables; 0: there is nothing to build on. */
export async function takenBefore(transaction: Engine): Promise<number> {
  const [last] = await transaction.query<{ import_no: number }>('select import_no from taken_in')
  return last?.import_no ?? 0
}

/** SQL: a row of a history was opened, ended or retracted after an import. Each by itself, so that engines compare one number with another. */
export const changedAfter = (taken: number): string =>
  `(opened_in > ${taken} or closed_in > ${taken} and closed_in < ${NEVER} or retracted_in > ${taken} and retracted_in < ${NEVER})`

/** SQL: the first instant from which on such a change makes a difference. */
const changedFrom = (taken: number): string =>
  `case when closed_in > ${taken} and opened_in <= ${taken} and not (retracted_in > ${taken} and retracted_in < ${NEVER}) then valid_to else valid_from end`

/** What findings are derived from: a change of these concerns a finding and the days of its asset from then on. */
const ofFindings = [
  { table: 'sighting_history', from: (changed: string) => changed },
  { table: 'control_result_history', from: (changed: string) => changed },
  // What is stated as closed may have ended before it was stated.
  { table: 'item_history', from: (changed: string) => `least(${changed}, coalesce(closed_at, ${NEVER}))` },
]

/** What else is derived per asset: a change of these concerns all that is known of it. */
const ofAssets = ['attribute_history', 'presence_history', 'name_history', 'software_history']

/** What the world says of vulnerabilities, as far as scores read it. */
const ofWorld = ['epss_history', 'exploit_history', 'cvss_history']

/**
 * Takes over what imports touched, into temporary tables:
 * - `touched` (org_id, asset_id): all that is derived of these assets is made anew. Asset 0: the scores of the organisation, which has such a row in any case.
 * - `touched_later` (org_id, asset_id, since): of these assets nothing is different before the instant `since` and nothing but findings and looks after it:
 *   what reports said something about, or the world about a vulnerability of theirs. See {@link settleTouched}.
 * - `touched_finding` (finding_id): the findings of those of which facts have changed.
 * - `touched_world` (vulnerability_id).
 * Returns how many assets and vulnerabilities.
 */
export async function takeTouched(transaction: Engine): Promise<{ assets: number; vulnerabilities: number }> {
  for (const table of ['touched', 'touched_later', 'touched_finding', 'touched_world'])
    await transaction.query(`drop table if exists ${table}`)
  const taken = await takenBefore(transaction)
  await transaction.query('create temporary table touched_world as select distinct vulnerability_id from touched_vulnerability')
  await transaction.query(
    `create temporary table touched_finding as
     ${ofFindings
       .map(
         ({ table, from }) =>
           `select finding_id, asset_id, ${from(changedFrom(taken))} as since from ${table} where ${changedAfter(taken)} and asset_id in (select asset_id from reported_asset)`,
       )
       .join(' union all ')}`,
  )
  await transaction.query(
    `create temporary table touched_later as
     with reported as (select distinct org_id, asset_id from reported_asset),
     look as (
       select asset_id, observed_at as since, case when retracted_in < ${NEVER} then 1 else 0 end as gone from coverage_history
       where (opened_in > ${taken} or retracted_in > ${taken} and retracted_in < ${NEVER}) and asset_id in (select asset_id from reported)),
     world as (
       select vulnerability_id, min(since) as since from (
         ${ofWorld.map((table) => `select vulnerability_id, ${changedFrom(taken)} as since from ${table} where ${changedAfter(taken)} and vulnerability_id in (select vulnerability_id from touched_world)`).join(' union all ')}) as changed
       group by vulnerability_id),
     part as (
       select r.org_id, r.asset_id, l.since, l.gone from reported r join look l on l.asset_id = r.asset_id
       union all select r.org_id, r.asset_id, f.since, 0 from reported r join touched_finding f on f.asset_id = r.asset_id
       union all select r.org_id, r.asset_id, 0, 1 from reported r join (
         ${ofAssets.map((table) => `select asset_id from ${table} where ${changedAfter(taken)}`).join(' union ')}) a on a.asset_id = r.asset_id
       union all select k.org_id, k.asset_id, coalesce(w.since, 0), case when w.since is null then 1 else 0 end
         from finding_key k join touched_world t on t.vulnerability_id = k.subject left join world w on w.vulnerability_id = k.subject where k.kind = 'vulnerability')
     select org_id, asset_id, case when max(gone) = 1 or ${taken} = 0 then 0 else min(since) end as since from part group by org_id, asset_id`,
  )
  await transaction.query(
    `create temporary table touched as
     select org_id, asset_id from touched_asset
     union select org_id, asset_id from touched_later where since = 0
     union select org_id, 0 from touched_later union select org_id, 0 from reported_asset`,
  )
  for (const table of ['touched_asset', 'reported_asset', 'touched_vulnerability']) await transaction.query(`delete from ${table}`)
  const [counts] = await transaction.query<{ assets: number; vulnerabilities: number }>(
    `select (select count(*) from (select asset_id from touched where asset_id > 0 union select asset_id from touched_later) as assets) as assets,
       (select count(*) from touched_world) as vulnerabilities`,
  )
  return counts!
}

/**
 * Once nothing more can be touched: an asset of which all is made anew is in `touched` alone, and `touched_finding` (finding_id, asset_id) holds the findings
 * of other assets to make anew: those of which facts have changed, and those that began at the very instant of a look since then, which may be the first of its source.
 */
export async function settleTouched(transaction: Engine): Promise<void> {
  await transaction.query('delete from touched_later where asset_id in (select asset_id from touched)')
  await transaction.query('alter table touched_finding rename to changed_finding')
  await transaction.query(
    `create temporary table touched_finding as
     select c.finding_id, c.asset_id from changed_finding c join touched_later l on l.asset_id = c.asset_id
     union select f.finding_id, f.asset_id from finding_history f join touched_later l on l.asset_id = f.asset_id and l.since <= f.valid_from
       join coverage_history c on c.asset_id = f.asset_id and c.observed_at = f.valid_from
       where c.retracted_in = ${NEVER} and f.valid_from >= (select min(since) from touched_later) and c.observed_at >= (select min(since) from touched_later)`,
  )
  await transaction.query('drop table changed_finding')
}

/** SQL: a row with `asset_id` and `finding_id` is of a finding that is to be made anew. */
export const isTouchedFinding = (row: string): string =>
  `(${row}.asset_id in (select asset_id from touched) or ${row}.finding_id in (select finding_id from touched_finding))`

/** Marks everything as touched and forgets all that is derived: the next computation makes it again from the facts. */
export async function touchAll(transaction: Engine): Promise<void> {
  for (const table of [...derivedTables, 'event_basis', 'look_gap', 'touched_asset', 'reported_asset', 'touched_vulnerability', 'taken_in'])
    await transaction.query(`delete from ${table}`)
  await transaction.query('insert into touched_asset select org_id, asset_id from asset_key')
  await transaction.query(
    `insert into touched_vulnerability select vulnerability_id from epss_history union select vulnerability_id from exploit_history
     union select vulnerability_id from cvss_history union select vulnerability_id from description_history`,
  )
}

/** Marks one asset of each organisation: its scores and events are worked out anew. */
export const touchEveryOrg = (transaction: Engine): Promise<number> =>
  transaction.run('insert into touched_asset select org_id, min(asset_id) from asset_key group by org_id')
