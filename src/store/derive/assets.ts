import { NEVER } from '../../model/time.ts'
import { dayJoin, daySql } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import { valueJoin, valueSql } from './levels.ts'

/** Attributes that stand side by side in asset_history, as text. */
export const assetTexts = [
  'os_family',
  'os',
  'criticality',
  'stated_criticality',
  'owner',
  'asset_group',
  'environment',
  'endpoint_agent',
  'cloud_provider',
  'cloud_account',
  'region',
  'roles',
  'image_digest',
] as const

/**
 * Makes asset_history anew for the touched assets, for the time in which any source lists them. What a source said last of an attribute
 * holds until it says otherwise, also while its reports do not mention it; saying the same again is no new statement. Of several sources
 * the newest statement counts, then the first in the alphabet. Level and group are those that are reported: see levels.ts for what else decides.
 */
export async function deriveAssets(transaction: Engine): Promise<void> {
  await transaction.query('delete from asset_history where asset_id in (select asset_id from touched)')
  const pick = (attribute: string) => `max(value) filter (where attribute = '${attribute}')`
  await transaction.query(
    `insert into asset_history (org_id, asset_id, type, name, ${assetTexts.join(', ')}, internet_facing,
       reported_criticality, criticality_by, reported_group, asset_group_by, value, valid_from, valid_to, from_day, to_day)
     with said as (
       select a.org_id, a.asset_id, a.source, a.attribute, a.value, a.valid_from, lag(a.value) over (partition by a.asset_id, a.source, a.attribute order by a.valid_from) as before
       from attribute_history a join touched t on t.asset_id = a.asset_id where a.retracted_in = ${NEVER}),
     stated as (
       select org_id, asset_id, source, attribute, value, valid_from, coalesce(lead(valid_from) over (partition by asset_id, source, attribute order by valid_from), ${NEVER}) as valid_to
       from said where before is distinct from value),
     point as (select asset_id, valid_from as t from stated union select asset_id, valid_to from stated where valid_to < ${NEVER}),
     piece as (select asset_id, t as valid_from, coalesce(lead(t) over (partition by asset_id order by t), ${NEVER}) as valid_to from point),
     ranked as (
       select p.asset_id, s.org_id, p.valid_from, p.valid_to, s.attribute, s.value,
         row_number() over (partition by p.asset_id, p.valid_from, s.attribute order by s.valid_from desc, s.source, s.value) as place
       from piece p join stated s on s.asset_id = p.asset_id and s.valid_from <= p.valid_from and p.valid_from < s.valid_to),
     side as (
       select org_id, asset_id, valid_from, valid_to, coalesce(${pick('type')}, 'other') as type, coalesce(${pick('name')}, 'unnamed') as name,
         ${assetTexts.map((attribute) => `${pick(attribute)} as ${attribute}`).join(', ')},
         ${pick('internet_facing')} = 'true' as internet_facing
       from ranked where place = 1 group by org_id, asset_id, valid_from, valid_to),
     listed as (
       select p.asset_id, p.valid_from, p.valid_to,
         case when p.valid_from <= max(p.valid_to) over (partition by p.asset_id order by p.valid_from, p.valid_to rows between unbounded preceding and 1 preceding) then 0 else 1 end as begins
       from presence_history p join touched t on t.asset_id = p.asset_id where p.retracted_in = ${NEVER}),
     stay_part as (select *, sum(begins) over (partition by asset_id order by valid_from, valid_to rows unbounded preceding) as stay from listed),
     stay as (select asset_id, min(valid_from) as valid_from, max(valid_to) as valid_to from stay_part group by asset_id, stay),
     here as (
       select s.org_id, s.asset_id, s.type, s.name, ${assetTexts.map((attribute) => `s.${attribute}`).join(', ')}, s.internet_facing,
         greatest(s.valid_from, stay.valid_from) as valid_from, least(s.valid_to, stay.valid_to) as valid_to
       from side s join stay on stay.asset_id = s.asset_id and stay.valid_from < s.valid_to and s.valid_from < stay.valid_to)
     select s.org_id, s.asset_id, s.type, s.name, ${assetTexts.map((attribute) => `s.${attribute}`).join(', ')}, s.internet_facing,
       s.criticality, case when s.criticality is not null then 'source' end, s.asset_group, case when s.asset_group is not null then 'source' end,
       ${valueSql('s.criticality', 'v')}, s.valid_from, s.valid_to,
       ${daySql('s.valid_from', 'd1')}, ${daySql('s.valid_to', 'd2')}
     from here s ${valueJoin('s.criticality', 's.org_id', 'v')}
     left join day d1 on ${dayJoin('s.valid_from', 's.org_id', 'd1')}
     left join day d2 on ${dayJoin('s.valid_to', 's.org_id', 'd2')}`,
  )
}
