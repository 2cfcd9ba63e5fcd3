import { criticalities } from '../../model/asset.ts'
import { standardValues } from '../../model/asset-rule.ts'
import { dayJoin, daySql } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import type { AssetRuleSql } from './classes.ts'

/** SQL: the weight of an asset by its criticality: an organisation's own (`v`, a row of value_factor), else the standard one. DESIGN 5. */
export const valueSql = (criticality: string, v: string): string =>
  `coalesce(${v}.value, case ${criticality} ${criticalities.map((each) => `when '${each}' then ${standardValues[each]}`).join(' ')} else ${standardValues.none} end)`

/** SQL: the join that {@link valueSql} needs. */
export const valueJoin = (criticality: string, org_id: string, v: string): string =>
  `left join value_factor ${v} on ${v}.org_id = ${org_id} and ${v}.criticality = coalesce(${criticality}, 'none')`

const copied = [
  'type',
  'name',
  'os_family',
  'os',
  'internet_facing',
  'owner',
  'environment',
  'endpoint_agent',
  'cloud_provider',
  'cloud_account',
  'region',
  'roles',
  'image_digest',
  'reported_criticality',
  'stated_criticality',
  'reported_group',
]

/**
 * Splits the touched assets' rows of asset_history where a rule or a person decides of their level or group: a level set by a person counts
 * more than one that a source states, that more than a rule's (translations of a source's words go before others: see their rank); a group set by a person more than a rule's, that more than a source's.
 * Needs asset_class and asset_hand.
 */
export async function deriveLevels(transaction: Engine, org_id: number, rules: readonly AssetRuleSql[]): Promise<void> {
  await transaction.query('drop table if exists said_of')
  await transaction.query('drop table if exists levelled')
  await transaction.query(
    `create temporary table said_of as
     with rule as (select unnest($kinds) as kind, unnest($ids) as rule_id, unnest($ranks) as rank, unnest($values) as value)
     select c.asset_id, c.kind, r.rank, r.value, 'rule:' || c.rule_id as said_by, c.valid_from, c.valid_to
     from asset_class c join touched t on t.asset_id = c.asset_id join rule r on r.kind = c.kind and r.rule_id = c.rule_id where c.org_id = $org_id and c.counts
     union all
     select h.asset_id, case h.attribute when 'asset_group' then 'group' else h.attribute end, -1, h.value, 'person', h.valid_from, h.valid_to
     from asset_hand h join touched t on t.asset_id = h.asset_id where h.org_id = $org_id and h.attribute in ('criticality', 'asset_group')`,
    {
      org_id,
      kinds: rules.length ? rules.map(({ kind }) => kind) : [''],
      ids: rules.length ? rules.map(({ id }) => id) : [''],
      ranks: rules.length ? rules.map(({ rank }) => rank) : [0],
      values: rules.length ? rules.map(({ value }) => value) : [''],
    },
  )
  const [any] = await transaction.query('select 1 as any_row from said_of limit 1')
  if (!any) return
  const best = (kind: string, column: string) => `max(case when kind = '${kind}' and place = 1 then ${column} end) as ${kind}_${column}`
  await transaction.query(
    `create temporary table levelled as
     with row_of as materialized (select a.* from asset_history a where a.org_id = $org_id and a.asset_id in (select asset_id from said_of)),
     point as (
       select asset_id, valid_from as t from row_of union select asset_id, valid_to from row_of
       union select asset_id, valid_from from said_of union select asset_id, valid_to from said_of),
     piece as (select asset_id, t as valid_from, lead(t) over (partition by asset_id order by t) as valid_to from point),
     ranked as (
       select p.asset_id, p.valid_from, s.kind, s.value, s.said_by,
         row_number() over (partition by p.asset_id, p.valid_from, s.kind order by s.rank, s.valid_from desc, s.said_by) as place
       from piece p join said_of s on s.asset_id = p.asset_id and s.valid_from <= p.valid_from and p.valid_from < s.valid_to),
     best as (
       select asset_id, valid_from, ${['criticality', 'group'].flatMap((kind) => [best(kind, 'value'), best(kind, 'said_by')]).join(', ')}
       from ranked group by asset_id, valid_from),
     said as (
       select ${copied.map((column) => `a.${column}`).join(', ')}, p.asset_id, p.valid_from, p.valid_to,
         case when b.criticality_said_by = 'person' then nullif(b.criticality_value, '') else coalesce(a.reported_criticality, b.criticality_value) end as criticality,
         case when b.criticality_said_by = 'person' then 'person' when a.reported_criticality is not null then 'source' else b.criticality_said_by end as criticality_by,
         case when b.group_said_by is not null then nullif(b.group_value, '') else a.reported_group end as asset_group,
         coalesce(b.group_said_by, case when a.reported_group is not null then 'source' end) as asset_group_by,
         a.valid_from as row_from
       from piece p join row_of a on a.asset_id = p.asset_id and a.valid_from <= p.valid_from and p.valid_from < a.valid_to
         left join best b on b.asset_id = p.asset_id and b.valid_from = p.valid_from
       where p.valid_to is not null),
     begun as (
       select *, case when lag(row_from) over w = row_from and lag(criticality) over w is not distinct from criticality and lag(criticality_by) over w is not distinct from criticality_by
         and lag(asset_group) over w is not distinct from asset_group and lag(asset_group_by) over w is not distinct from asset_group_by then 0 else 1 end as begins
       from said window w as (partition by asset_id order by valid_from)),
     numbered as (select *, sum(begins) over (partition by asset_id order by valid_from rows unbounded preceding) as run from begun)
     select asset_id, ${copied.map((column) => (column === 'internet_facing' ? 'bool_or(internet_facing) as internet_facing' : `max(${column}) as ${column}`)).join(', ')},
       max(criticality) as criticality, max(criticality_by) as criticality_by, max(asset_group) as asset_group, max(asset_group_by) as asset_group_by,
       min(valid_from) as valid_from, max(valid_to) as valid_to
     from numbered group by asset_id, run`,
    { org_id },
  )
  await transaction.run('delete from asset_history where org_id = $org_id and asset_id in (select asset_id from levelled)', { org_id })
  await transaction.run(
    `insert into asset_history (org_id, asset_id, ${copied.join(', ')}, criticality, criticality_by, asset_group, asset_group_by, value, valid_from, valid_to, from_day, to_day)
     select cast($org_id as integer), l.asset_id, ${copied.map((column) => `l.${column}`).join(', ')}, l.criticality, l.criticality_by, l.asset_group, l.asset_group_by,
       ${valueSql('l.criticality', 'v')}, l.valid_from, l.valid_to, ${daySql('l.valid_from', 'd1')}, ${daySql('l.valid_to', 'd2')}
     from levelled l ${valueJoin('l.criticality', '$org_id', 'v')}
     left join day d1 on ${dayJoin('l.valid_from', '$org_id', 'd1')}
     left join day d2 on ${dayJoin('l.valid_to', '$org_id', 'd2')}`,
    { org_id },
  )
  for (const table of ['said_of', 'levelled']) await transaction.query(`drop table ${table}`)
}
