import type { Engine } from '../engines/engine.ts'
import { derivedTables } from '../tables.ts'

/** Instead of an asset: nothing of the organisation was touched but what metrics ask and how much they count. */
export const RULES_ALONE = -1

/** The organisations of which nothing but rules was touched, when nothing else was, of anybody; they are taken over. Null: something else was. */
export async function takeRulesAlone(transaction: Engine): Promise<number[] | null> {
  const [rest] = await transaction.query<{ rest: number }>(
    `select (select count(*) from touched_asset where asset_id <> ${RULES_ALONE}) + (select count(*) from touched_vulnerability) as rest`,
  )
  if (rest!.rest > 0) return null
  const rows = await transaction.query<{ org_id: number }>('select distinct org_id from touched_asset order by org_id')
  await transaction.run('delete from touched_asset')
  return rows.map(({ org_id }) => org_id)
}

/**
 * Takes over what imports touched, into temporary tables `touched` (org_id, asset_id) and `touched_world` (vulnerability_id): the assets
 * that reports named (0: only the scores of the organisation), and those that have a vulnerability of which the world learned something. Returns how many of each.
 */
export async function takeTouched(transaction: Engine): Promise<{ assets: number; vulnerabilities: number }> {
  await transaction.query('drop table if exists touched')
  await transaction.query('drop table if exists touched_world')
  await transaction.query('create temporary table touched_world as select distinct vulnerability_id from touched_vulnerability')
  await transaction.query(
    `create temporary table touched as
     select org_id, asset_id from touched_asset
     union select k.org_id, k.asset_id from finding_key k join touched_world w on w.vulnerability_id = k.subject where k.kind = 'vulnerability'`,
  )
  await transaction.query('delete from touched_asset')
  await transaction.query('delete from touched_vulnerability')
  const [counts] = await transaction.query<{ assets: number; vulnerabilities: number }>(
    'select (select count(*) from touched where asset_id > 0) as assets, (select count(*) from touched_world) as vulnerabilities',
  )
  return counts!
}

/** Marks everything as touched and forgets all that is derived: the next computation makes it again from the facts. */
export async function touchAll(transaction: Engine): Promise<void> {
  for (const table of [...derivedTables, 'event_basis', 'touched_asset', 'touched_vulnerability', 'taken_in'])
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
