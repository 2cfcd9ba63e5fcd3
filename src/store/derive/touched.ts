import type { Engine } from '../engines/engine.ts'
import { derivedTables } from '../tables.ts'

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
  for (const table of [...derivedTables, 'touched_asset', 'touched_vulnerability', 'taken_in'])
    await transaction.query(`delete from ${table}`)
  await transaction.query('insert into touched_asset select org_id, asset_id from asset_key')
  await transaction.query(
    `insert into touched_vulnerability select vulnerability_id from epss_history union select vulnerability_id from exploit_history
     union select vulnerability_id from cvss_history union select vulnerability_id from description_history`,
  )
}
