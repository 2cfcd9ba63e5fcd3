import { NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/** Kinds of definitions that are about one asset; their ids begin with the number of a record of it, so that they follow merges and splits. */
const handKinds = { asset_criticality: 'criticality', asset_group: 'asset_group', asset_review: 'review' } as const

/**
 * Makes asset_hand anew for an organisation: what people set of assets, by the asset that the record is of now. Whatever differs from before
 * is touched. A definition's id is `<record>` or, for a review, `<record>/<rule>`.
 */
export async function deriveHand(transaction: Engine, org_id: number): Promise<void> {
  await transaction.query('drop table if exists hand_now')
  await transaction.query(
    `create temporary table hand_now as
     with said as (
       select d.kind, cast(split_part(d.id, '/', 1) as bigint) as record_id, split_part(d.id, '/', 2) as rule_id, d.body, d.valid_from, d.valid_to
       from definition_history d where d.org_id = $org_id and d.retracted_in = ${NEVER} and d.valid_from < d.valid_to
         and d.kind in (${Object.keys(handKinds)
           .map((kind) => `'${kind}'`)
           .join(', ')})),
     place as (
       select distinct on (c.record_id) c.record_id, c.asset_id from coverage_history c
       where c.org_id = $org_id and c.retracted_in = ${NEVER} and c.record_id in (select record_id from said) order by c.record_id, c.observed_at desc, c.asset_id)
     select cast($org_id as integer) as org_id, p.asset_id,
       case s.kind ${Object.entries(handKinds)
         .map(([kind, attribute]) => `when '${kind}' then '${attribute}'`)
         .join(' ')} end || case when s.rule_id = '' then '' else ':' || s.rule_id end as attribute,
       s.body as value, s.valid_from, s.valid_to
     from said s join place p on p.record_id = s.record_id`,
    { org_id },
  )
  const columns = 'org_id, asset_id, attribute, value, valid_from, valid_to'
  await transaction.run(
    `insert into touched select distinct org_id, asset_id from (
       (select ${columns} from hand_now except all select ${columns} from asset_hand where org_id = $org_id)
       union all (select ${columns} from asset_hand where org_id = $org_id except all select ${columns} from hand_now)) as differing
     where asset_id not in (select asset_id from touched)`,
    { org_id },
  )
  await transaction.run('delete from asset_hand where org_id = $org_id', { org_id })
  await transaction.run(`insert into asset_hand (${columns}) select ${columns} from hand_now`)
  await transaction.query('drop table hand_now')
}

/** Writes the temporary table `decided` (asset_id, rule_id, decision): what people said last of assets to review. */
export async function deriveDecided(transaction: Engine, org_id: number): Promise<void> {
  await transaction.query('drop table if exists decided')
  await transaction.query(
    `create temporary table decided as
     select distinct on (asset_id, attribute) asset_id, substr(attribute, 8) as rule_id, value as decision
     from asset_hand where org_id = $org_id and attribute like 'review:%' and valid_to = ${NEVER} order by asset_id, attribute, valid_from desc`,
    { org_id },
  )
}
