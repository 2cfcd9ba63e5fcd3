import { NEVER } from '../../model/time.ts'
import { dayJoin, daySql, NEVER_DAY } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import { causeSql } from '../steps.ts'
import { tableColumns } from './world.ts'

/** A replay: what would have been told had the inventory that holds at the end of this day been there all the time. */
export interface ReplayQuestion {
  org_id: number
  replay_day: number
  /** The last day that is told. */
  until_day: number
}

/** What stands still in a world: rows of tables at home as they hold at the end of a day, and columns that make them hold for ever. */
export interface StandingStill {
  /** The columns of a table at home `h`, some of them replaced. */
  select: (table: string, replaced: Record<string, string>) => string
  always: Record<string, string>
  /** A derived row `h` holds at the end of the day, and a row `h` of facts. */
  standsThen: string
  stands: string
}

/** Fills the schema of a world with the assets as they are at the end of a day, and how fresh they are, from the beginning of time and without end. */
export async function layAssets(transaction: Engine, schema: string, org_id: number, day: number): Promise<StandingStill> {
  const { home } = transaction
  const columns = await tableColumns(transaction)
  const select = (table: string, replaced: Record<string, string>) =>
    columns
      .get(table)!
      .map((name) => (name in replaced ? `${replaced[name]} as ${name}` : `h.${name}`))
      .join(', ')
  const always = { valid_from: 'cast(0 as bigint)', valid_to: `cast(${NEVER} as bigint)` }
  const everyDay = { ...always, from_day: '0', to_day: String(NEVER_DAY) }
  const standsThen = `h.org_id = ${org_id} and h.from_day <= ${day} and ${day} < h.to_day`
  const moment = `(select ends_at from ${home}.day where org_id = ${org_id} and day = ${day})`
  const stands = `h.org_id = ${org_id} and h.retracted_in = ${NEVER} and h.valid_from < ${moment} and ${moment} <= h.valid_to`
  for (const table of ['asset_history', 'fresh_history'])
    await transaction.query(
      `create table ${schema}.${table} as select ${select(table, everyDay)} from ${home}.${table} h where ${standsThen}`,
    )
  await transaction.query(`create table ${schema}.touched as select org_id, asset_id from ${schema}.asset_history`)
  return { select, always, standsThen, stands }
}

/** Tables of a world that are worked out in it: empty ones like those at home. */
export async function layEmpty(transaction: Engine, schema: string, tables: readonly string[]): Promise<void> {
  for (const table of tables)
    await transaction.query(`create table ${schema}.${table} as select * from ${transaction.home}.${table} where false`)
}

/**
 * Fills the schema of a replay: the assets, their attributes, software, findings and exceptions as at the end of the day, from the beginning of
 * time and without end; a vulnerability's findings from when it was published. The world is as it is known: feeds are facts with
 * their own dates. What the organisation's tools themselves say about exploits is left out: they say it of today. `transaction` is within
 * the schema.
 */
export async function layReplay(
  transaction: Engine,
  schema: string,
  { org_id, replay_day }: Omit<ReplayQuestion, 'until_day'>,
): Promise<void> {
  const { home } = transaction
  const { select, always, standsThen, stands } = await layAssets(transaction, schema, org_id, replay_day)
  const moment = `(select ends_at from ${home}.day where org_id = ${org_id} and day = ${replay_day})`
  await transaction.query(
    `create table ${schema}.published as
     select k.subject, least(coalesce(w.published_at, a.published_at, 0), ${moment} - 1) as published_at
     from (select distinct subject from ${home}.finding_history h where kind = 'vulnerability' and ${standsThen}) k
       left join (select vulnerability_id, min(published_at) as published_at from ${home}.description_history where retracted_in = ${NEVER} group by vulnerability_id) w on w.vulnerability_id = k.subject
       left join (select vulnerability_id, min(published_at) as published_at from ${home}.advisory_history where retracted_in = ${NEVER} and org_id = ${org_id} group by vulnerability_id) a on a.vulnerability_id = k.subject`,
  )
  const since = 'greatest(coalesce(p.published_at, 0), 0)'
  await transaction.query(
    `create table ${schema}.finding_history as
     select ${select('finding_history', {
       stage: "case when h.kind = 'vulnerability' then 0 else h.stage end",
       valid_from: since,
       valid_to: `cast(${NEVER} as bigint)`,
       from_day: daySql(since, 'd1'),
       to_day: String(NEVER_DAY),
       from_cause: causeSql('new_vulnerability'),
       to_cause: causeSql('remediated'),
     })}
     from ${home}.finding_history h left join ${schema}.published p on p.subject = case when h.kind = 'vulnerability' then h.subject end
       left join ${home}.day d1 on ${dayJoin(since, String(org_id), 'd1')}
     where ${standsThen} and h.asset_id in (select asset_id from ${schema}.asset_history)`,
  )
  await transaction.query(
    `create table ${schema}.sighting_history as
     select ${select('sighting_history', { valid_from: since, valid_to: `cast(${NEVER} as bigint)` })}
     from ${home}.sighting_history h join ${home}.finding_key k on k.finding_id = h.finding_id
       left join ${schema}.published p on p.subject = case when k.kind = 'vulnerability' then k.subject end
     where ${stands} and h.asset_id in (select asset_id from ${schema}.asset_history)`,
  )
  await transaction.query(
    `create view ${schema}.coverage_history as select ${select('coverage_history', { observed_at: 'cast(0 as bigint)' })} from ${home}.coverage_history h where h.org_id = ${org_id}`,
  )
  await transaction.query(
    `create view ${schema}.look_span as select ${select('look_span', { first_at: 'cast(0 as bigint)', last_at: 'cast(0 as bigint)' })} from ${home}.look_span h where h.org_id = ${org_id}`,
  )
  for (const table of ['software_history', 'control_history'])
    await transaction.query(`create view ${schema}.${table} as select ${select(table, always)} from ${home}.${table} h where ${stands}`)
  await layEmpty(transaction, schema, ['asset_day', 'score_delta', 'event'])
  await transaction.analyze(['asset_history', 'fresh_history', 'finding_history', 'sighting_history', 'touched'])
}
