import { NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/**
 * Makes vulnerability_history anew for the touched vulnerabilities: EPSS, stage and CVSS side by side, from 0 to never. Of several
 * sources the highest EPSS and stage; of several CVSS scores the newest version of CVSS, then the highest.
 */
export async function deriveVulnerabilities(transaction: Engine): Promise<void> {
  await transaction.query('delete from vulnerability_history where vulnerability_id in (select vulnerability_id from touched_world)')
  const standing = (table: string, columns: string) =>
    `select w.vulnerability_id, ${columns}, h.valid_from, h.valid_to from ${table} h join touched_world w on w.vulnerability_id = h.vulnerability_id where h.retracted_in = ${NEVER}`
  const none = 'cast(null as integer)'
  await transaction.query(
    `insert into vulnerability_history (vulnerability_id, epss, stage, cvss_tenths, valid_from, valid_to)
     with part as (
       ${standing('epss_history', `h.epss, ${none} as stage, ${none} as cvss`)}
       union all ${standing('exploit_history', `${none}, cast(h.stage as integer), ${none}`)}
       union all ${standing('cvss_history', `${none}, ${none}, case h.version when '4.0' then 4000 when '3.1' then 3000 when '3.0' then 2000 else 1000 end + h.cvss_tenths`)}),
     point as (
       select vulnerability_id, valid_from as t from part union select vulnerability_id, valid_to from part union select vulnerability_id, 0 from part),
     piece as (
       select vulnerability_id, t as valid_from, lead(t) over (partition by vulnerability_id order by t) as next from point where t < ${NEVER}),
     valued as (
       select p.vulnerability_id, p.valid_from, coalesce(p.next, ${NEVER}) as valid_to, max(part.epss) as epss, coalesce(max(part.stage), 0) as stage, max(part.cvss) % 1000 as cvss_tenths
       from piece p left join part on part.vulnerability_id = p.vulnerability_id and part.valid_from <= p.valid_from and p.valid_from < part.valid_to
       group by p.vulnerability_id, p.valid_from, p.next),
     marked as (
       select *, case when lag(valid_to) over w is null or lag(epss) over w is distinct from epss or lag(stage) over w is distinct from stage
         or lag(cvss_tenths) over w is distinct from cvss_tenths then 1 else 0 end as begins
       from valued window w as (partition by vulnerability_id order by valid_from)),
     run as (
       select *, sum(begins) over (partition by vulnerability_id order by valid_from rows unbounded preceding) as run from marked)
     select vulnerability_id, max(epss), max(stage), max(cvss_tenths), min(valid_from), max(valid_to) from run group by vulnerability_id, run`,
  )
}
