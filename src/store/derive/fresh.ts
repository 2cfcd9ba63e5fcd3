import { DAY_US, NEVER } from '../../model/time.ts'
import { dayJoin, daySql } from '../days.ts'
import type { Engine } from '../engines/engine.ts'

/** An asset that nobody looked at for this long is stale, whatever its source's rhythm. DESIGN 4. */
const LEAST_STALENESS = 30 * DAY_US

/**
 * Works out the staleness of each source of the touched organisations: three times the usual interval (median of the gaps between two
 * looks at one asset) in whole days, at least 30 days; or the days that a person set for the source. Where it has changed since the last time, all assets of the source are touched.
 */
export async function deriveStaleness(transaction: Engine): Promise<void> {
  await transaction.query('drop table if exists staleness_now')
  await transaction.query(
    `create temporary table staleness_now as
     with look as (
       select distinct c.org_id, c.source, c.asset_id, c.observed_at from coverage_history c
       where c.retracted_in = ${NEVER} and c.subject = 'asset' and c.org_id in (select org_id from touched)),
     gap as (select org_id, source, lead(observed_at) over (partition by org_id, source, asset_id order by observed_at) - observed_at as gap from look),
     usual as (select org_id, source, percentile_disc(0.5) within group (order by gap) as gap from gap group by org_id, source),
     set_by as (
       select d.org_id, d.id as source, cast(d.body as bigint) * ${DAY_US} as lasts from definition_history d
       where d.kind = 'staleness' and d.retracted_in = ${NEVER} and d.valid_to = ${NEVER} and d.org_id in (select org_id from touched))
     select u.org_id, u.source, coalesce(s.lasts, greatest(${LEAST_STALENESS}, cast(ceil(3.0 * cast(coalesce(u.gap, 0) as double precision) / ${DAY_US}) as bigint) * ${DAY_US})) as lasts
     from usual u left join set_by s on s.org_id = u.org_id and s.source = u.source`,
  )
  await transaction.run(
    `insert into touched
     select distinct c.org_id, c.asset_id from coverage_history c
     join staleness_now n on n.org_id = c.org_id and n.source = c.source
     left join source_staleness s on s.org_id = n.org_id and s.source = n.source
     where c.asset_id > 0 and s.lasts is not null and s.lasts <> n.lasts and c.asset_id not in (select asset_id from touched)`,
  )
  await transaction.run('delete from source_staleness where org_id in (select org_id from touched)')
  await transaction.run('insert into source_staleness select org_id, source, lasts from staleness_now')
  await transaction.query('drop table staleness_now')
}

/** Makes fresh_history anew for the touched assets: per subject the union over sources of [look, look + staleness), cut where the source says it left. */
export async function deriveFresh(transaction: Engine): Promise<void> {
  await transaction.query('delete from fresh_history where asset_id in (select asset_id from touched)')
  await transaction.query(
    `insert into fresh_history (org_id, asset_id, subject, valid_from, valid_to, from_day, to_day)
     with asked as materialized (
       select c.org_id, c.asset_id, c.subject, s.lasts, coalesce(p.valid_to, ${NEVER}) as gone, min(c.observed_at) as first, max(c.observed_at) as last
       from coverage_history c join touched t on t.asset_id = c.asset_id
       join source_staleness s on s.org_id = c.org_id and s.source = c.source
       left join presence_history p on p.asset_id = c.asset_id and p.source = c.source and p.retracted_in = ${NEVER} and p.valid_to < ${NEVER}
         and p.valid_from <= c.observed_at and c.observed_at < p.valid_to
       where c.retracted_in = ${NEVER} and (c.access > 0 or c.subject = 'asset')
       group by c.org_id, c.asset_id, c.subject, c.source, s.lasts, p.valid_to, c.observed_at - c.observed_at % least(s.lasts, ${LEAST_STALENESS})),
     look as (select org_id, asset_id, subject, first as valid_from, least(last + lasts, gone) as valid_to from asked),
     marked as (
       select *, case when valid_from <= max(valid_to) over (partition by asset_id, subject order by valid_from, valid_to rows between unbounded preceding and 1 preceding) then 0 else 1 end as begins
       from look where valid_from < valid_to),
     run as (select *, sum(begins) over (partition by asset_id, subject order by valid_from, valid_to rows unbounded preceding) as run from marked),
     whole as (select org_id, asset_id, subject, min(valid_from) as valid_from, max(valid_to) as valid_to from run group by org_id, asset_id, subject, run)
     select h.org_id, h.asset_id, h.subject, h.valid_from, h.valid_to, ${daySql('h.valid_from', 'd1')}, ${daySql('h.valid_to', 'd2')}
     from whole h
     left join day d1 on ${dayJoin('h.valid_from', 'h.org_id', 'd1')}
     left join day d2 on ${dayJoin('h.valid_to', 'h.org_id', 'd2')}`,
  )
}
