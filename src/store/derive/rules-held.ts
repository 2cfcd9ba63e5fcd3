import { NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'
import { type AssetRulesSql, canFit, foundCtes, namedIn, withoutUnmet } from './classes.ts'

/** A rule as the derived tables were made with it. */
export interface HeldRule {
  kind: string
  rule_id: string
  /** All that its effect depends on. */
  body: string
}

/**
 * Compares an organisation's rules with those that the derived tables were made with; touches the assets for which it makes a difference: those
 * that fit a changed rule, or did. `of`: the rules with these ids only, as SQL.
 */
export async function touchChangedRules(
  transaction: Engine,
  org_id: number,
  wanted: readonly HeldRule[],
  of: (changed: ReadonlySet<string>) => AssetRulesSql,
): Promise<void> {
  const held = await transaction.query<HeldRule>('select kind, rule_id, body from rule_held where org_id = $org_id', { org_id })
  const key = ({ kind, rule_id }: HeldRule) => `${kind} ${rule_id}`
  const before = new Map(held.map((rule) => [key(rule), rule.body]))
  const now = new Map(wanted.map((rule) => [key(rule), rule.body]))
  const changed = new Set([...before.keys(), ...now.keys()].filter((each) => before.get(each) !== now.get(each)))
  if (!changed.size) return
  await transaction.run(
    `insert into touched select distinct c.org_id, c.asset_id from asset_class c
     where c.org_id = $org_id and c.kind || ' ' || c.rule_id = any($changed) and c.asset_id not in (select asset_id from touched)`,
    { org_id, changed: [...changed] },
  )
  // Where nothing is derived yet (a world of former knowledge), everything is to be.
  await transaction.run(
    `insert into touched select k.org_id, k.asset_id from asset_key k where k.org_id = $org_id and k.asset_id not in (select asset_id from touched)
       and k.asset_id not in (select asset_id from asset_history where org_id = $org_id) and k.asset_id in (select asset_id from presence_history where org_id = $org_id)`,
    { org_id },
  )
  const rules = of(changed)
  if (rules.rules.length) {
    await transaction.query('drop table if exists untouched')
    await transaction.query(
      `create temporary table untouched as select distinct asset_id from asset_history where org_id = $org_id and asset_id not in (select asset_id from touched)`,
      { org_id },
    )
    const [any] = await transaction.query('select 1 as any_row from untouched limit 1')
    const asked = any ? await withoutUnmet(transaction, org_id, rules) : null
    if (asked && canFit(asked)) {
      const sql = `insert into touched with ${foundCtes(asked, 'untouched')} select distinct cast($org_id as integer), asset_id from found`
      await transaction.query(sql, { ...namedIn(sql, rules.params), org_id })
    }
    await transaction.query('drop table untouched')
  }
  await transaction.run('delete from rule_held where org_id = $org_id', { org_id })
  await transaction.append(
    'rule_held',
    ['org_id', 'kind', 'rule_id', 'body'],
    wanted.map(({ kind, rule_id, body }) => [org_id, kind, rule_id, body]),
  )
}

/** Keeps the asset values of an organisation that differ from the standard; where that changes, all its assets are touched. */
export async function deriveValues(transaction: Engine, org_id: number, values: ReadonlyMap<string, number>): Promise<void> {
  const held = await transaction.query<{ criticality: string; value: number }>(
    'select criticality, value from value_factor where org_id = $org_id',
    { org_id },
  )
  const before = new Map(held.map(({ criticality, value }) => [criticality, value]))
  if (before.size === values.size && [...values].every(([criticality, value]) => before.get(criticality) === value)) return
  await transaction.run('delete from value_factor where org_id = $org_id', { org_id })
  await transaction.append(
    'value_factor',
    ['org_id', 'criticality', 'value'],
    [...values].map(([criticality, value]) => [org_id, criticality, value]),
  )
  await transaction.run(
    `insert into touched select k.org_id, k.asset_id from asset_key k where k.org_id = $org_id and k.asset_id not in (select asset_id from touched)`,
    { org_id },
  )
}

/** How many assets an organisation has now: those that some source lists. */
export async function countPresent(transaction: Engine, org_id: number): Promise<number> {
  const [row] = await transaction.query<{ assets: number }>(
    `select count(distinct asset_id) as assets from presence_history where org_id = $org_id and retracted_in = ${NEVER} and valid_to = ${NEVER}`,
    { org_id },
  )
  return row!.assets
}
