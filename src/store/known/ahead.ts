import type { Engine } from '../engines/engine.ts'
import { layAssets, layEmpty } from './replay.ts'

/** What is to come when nothing happens: an organisation's store from the end of a day on. */
export interface AheadQuestion {
  org_id: number
  ahead_day: number
}

/**
 * Fills the schema of a world in which nothing happens any more: the assets as at the end of the day, for ever looked at as lately as then, with the
 * findings that are open then and stay open. What people have said in advance comes true in it: exceptions begin and end on their days. Right
 * from that day on. `transaction` is within the schema.
 */
export async function layAhead(transaction: Engine, schema: string, { org_id, ahead_day }: AheadQuestion): Promise<void> {
  const { home } = transaction
  const { select, always, standsThen, stands } = await layAssets(transaction, schema, org_id, ahead_day)
  await transaction.query(
    `create table ${schema}.finding_history as select ${select('finding_history', {})} from ${home}.finding_history h
     where h.org_id = ${org_id} and h.to_day > ${ahead_day} and h.asset_id in (select asset_id from ${schema}.asset_history)
       and h.finding_id in (select h.finding_id from ${home}.finding_history h where ${standsThen})`,
  )
  for (const table of ['software_history', 'control_history', 'control_result_history'])
    await transaction.query(`create view ${schema}.${table} as select ${select(table, always)} from ${home}.${table} h where ${stands}`)
  await layEmpty(transaction, schema, ['asset_day', 'score_delta', 'metric_critical', 'action_state', 'event'])
  await transaction.analyze(['asset_history', 'fresh_history', 'finding_history', 'touched'])
}
