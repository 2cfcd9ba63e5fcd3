import { NEVER } from '../../model/time.ts'
import { dayJoin, daySql } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import { cvssSql } from './asset-days.ts'
import { deriveExceptions } from './exceptions.ts'
import { findingCauses } from './finding-causes.ts'
import { isTouchedFinding } from './touched.ts'

/** CTEs down to `cut`: the rows of `whole`, split where table excepted_run begins or ends. */
const cutByExceptions = `
     met as (
       select h.*, greatest(h.valid_from, x.valid_from) as met_from, least(h.valid_to, x.valid_to) as met_to
       from whole h join excepted_run x on x.finding_id = h.finding_id and x.valid_from < h.valid_to and h.valid_from < x.valid_to),
     gap as (select *, coalesce(lag(met_to) over (partition by finding_id, valid_from order by met_from), valid_from) as gap_from from met),
     cut as (
       select finding_id, severity, cvss_tenths, stage, valid_from, valid_to, several, false as excepted from whole h
       where not exists (select 1 from met m where m.finding_id = h.finding_id and m.valid_from = h.valid_from)
       union all select finding_id, severity, cvss_tenths, stage, met_from, met_to, true, true from met
       union all select finding_id, severity, cvss_tenths, stage, gap_from, met_from, true, false from gap where gap_from < met_from
       union all select finding_id, max(severity), max(cvss_tenths), max(stage), max(met_to), valid_to, true, false from met
         group by finding_id, valid_from, valid_to having max(met_to) < valid_to)`

/**
 * Makes finding_history anew for the touched findings: the union of each finding's sightings over sources, and the checks that fail.
 * Where several hold at once, the highest severity, CVSS and stage: so that opening a sighting never makes anything better (law 5). One
 * without a CVSS counts as its severity does, also beside others that have one; a check of unknown severity counts as medium.
 * Split where an exception that moves scores begins or ends; needs asset_history as it now is. Written asset by asset: what is asked of a few assets
 * then lies in few places.
 */
export async function deriveFindings(transaction: Engine): Promise<void> {
  await transaction.query(`delete from finding_history where ${isTouchedFinding('finding_history')}`)
  const excepting = await deriveExceptions(transaction)
  await transaction.query('drop table if exists stated')
  await transaction.query(
    `create temporary table stated as
     select *, count(*) over (partition by finding_id) as of_finding from (
       select s.finding_id, s.kind = 'control' as checked, s.severity, s.cvss_tenths, s.stage, s.valid_from, s.valid_to
       from sighting_history s where s.retracted_in = ${NEVER} and ${isTouchedFinding('s')}
       union all
       select r.finding_id, true, r.severity, cast(null as smallint), cast(0 as smallint), r.valid_from, r.valid_to
       from control_result_history r where r.retracted_in = ${NEVER} and r.status = 'fail' and ${isTouchedFinding('r')}) as all_stated`,
  )
  await transaction.query(
    `insert into finding_history (org_id, asset_id, finding_id, kind, subject, component, severity, cvss_tenths, stage, valid_from, valid_to, excepted, from_day, to_day, from_cause, to_cause)
     with several as (select * from stated where of_finding > 1),
     point as (select finding_id, valid_from as t from several union select finding_id, valid_to from several),
     piece as (select finding_id, t as valid_from, lead(t) over (partition by finding_id order by t) as valid_to from point),
     valued as (
       select p.finding_id, p.valid_from, p.valid_to, bool_or(s.checked) as checked, max(s.severity) as severity, bool_or(s.severity is null) as unknown,
         max(s.cvss_tenths) as cvss_tenths, max(${cvssSql('cast(null as smallint)', 's')}) as gravest, max(s.stage) as stage
       from piece p join several s on s.finding_id = p.finding_id and s.valid_from <= p.valid_from and p.valid_from < s.valid_to
       where p.valid_to is not null group by p.finding_id, p.valid_from, p.valid_to),
     united as (
       select finding_id, valid_from, valid_to, case when checked and unknown and severity < 2 then 2 else severity end as severity,
         case when not checked and gravest > ${cvssSql('v.cvss_tenths', 'v')} then gravest else cvss_tenths end as cvss_tenths, stage
       from valued v),
     marked as (
       select *, case when lag(valid_to) over w is distinct from valid_from or lag(severity) over w is distinct from severity
         or lag(cvss_tenths) over w is distinct from cvss_tenths or lag(stage) over w is distinct from stage then 1 else 0 end as begins
       from united window w as (partition by finding_id order by valid_from)),
     run as (select *, sum(begins) over (partition by finding_id order by valid_from rows unbounded preceding) as run from marked),
     whole as (
       select finding_id, severity, cvss_tenths, stage, valid_from, valid_to, false as several from stated where of_finding = 1
       union all select finding_id, max(severity), max(cvss_tenths), max(stage), min(valid_from), max(valid_to), true from run group by finding_id, run)${excepting ? `,${cutByExceptions}` : ''},
     dated as (
       select k.org_id, k.asset_id, k.finding_id, k.kind, k.subject, k.component, h.severity, h.cvss_tenths, h.stage, h.valid_from, h.valid_to, ${excepting ? 'h.excepted' : 'false'} as excepted,
         ${daySql('h.valid_from', 'd1')} as from_day, ${daySql('h.valid_to', 'd2')} as to_day, h.several
       from ${excepting ? 'cut' : 'whole'} h join finding_key k on k.finding_id = h.finding_id
       left join day d1 on ${dayJoin('h.valid_from', 'k.org_id', 'd1')}
       left join day d2 on ${dayJoin('h.valid_to', 'k.org_id', 'd2')}),
     ${findingCauses}
     select org_id, asset_id, finding_id, kind, subject, component, severity, cvss_tenths, stage, valid_from, valid_to, excepted, from_day, to_day, from_cause, to_cause from caused
     order by asset_id`,
  )
  await transaction.query('drop table stated')
  if (excepting) await transaction.query('drop table excepted_run')
}
