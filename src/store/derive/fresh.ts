import { DAY_US, NEVER } from '../../model/time.ts'
import { dayJoin, daySql } from '../days.ts'
import type { Engine } from '../engines/engine.ts'
import { deriveLooks, isLook } from './looks.ts'

/** An asset that nobody looked at for this long is stale, whatever its source's rhythm. DESIGN 4. */
const LEAST_STALENESS = 30 * DAY_US

/**
 * Works out the staleness of each source of the touched organisations: three times the usual interval (median of the gaps between two
 * looks at one asset) in whole days, at least 30 days; or the days that a person set for the source. Where it has changed since the last time, all assets of the source are touched.
 */
export async function deriveStaleness(transaction: Engine): Promise<void> {
  await deriveLooks(transaction)
  await transaction.query('drop table if exists staleness_now')
  // The median: the first gap, in order of length, at which half of all are counted.
  await transaction.query(
    `create temporary table staleness_now as
     with counted as (
       select org_id, source, days, sum(gaps) over (partition by org_id, source order by days) as so_far, sum(gaps) over (partition by org_id, source) as gaps
       from look_gap where org_id in (select org_id from touched)),
     usual as (select org_id, source, min(days) as days from counted where 2 * so_far >= gaps group by org_id, source),
     looking as (select distinct org_id, source from look_span where subject = 'asset' and org_id in (select org_id from touched)),
     set_by as (
       select d.org_id, d.id as source, cast(d.body as bigint) * ${DAY_US} as lasts from definition_history d
       where d.kind = 'staleness' and d.retracted_in = ${NEVER} and d.valid_to = ${NEVER} and d.org_id in (select org_id from touched))
     select l.org_id, l.source, coalesce(s.lasts, greatest(${LEAST_STALENESS}, coalesce(u.days, 0) * cast(${DAY_US} as bigint))) as lasts
     from looking l left join usual u on u.org_id = l.org_id and u.source = l.source left join set_by s on s.org_id = l.org_id and s.source = l.source`,
  )
  await transaction.run(
    `insert into touched
     select distinct l.org_id, l.asset_id from look_span l
     join staleness_now n on n.org_id = l.org_id and n.source = l.source
     left join source_staleness s on s.org_id = n.org_id and s.source = n.source
     where l.asset_id > 0 and s.lasts is not null and s.lasts <> n.lasts and l.asset_id not in (select asset_id from touched)`,
  )
  await transaction.run('delete from source_staleness where org_id in (select org_id from touched)')
  await transaction.run('insert into source_staleness select org_id, source, lasts from staleness_now')
  await transaction.query('drop table staleness_now')
}

/**
 * Makes fresh_history anew for the touched assets: per subject the union over sources of [look, look + staleness), cut where the source says it left. Of
 * those in touched_later only what ends at `since` or after: what was fresh up to then goes on from there.
 */
export async function deriveFresh(transaction: Engine): Promise<void> {
  await transaction.query('delete from fresh_history where asset_id in (select asset_id from touched)')
  await transaction.query('drop table if exists fresh_before')
  await transaction.query(
    `create temporary table fresh_before as
     select h.org_id, h.asset_id, h.subject, h.valid_from, t.since from fresh_history h join touched_later t on t.asset_id = h.asset_id
     where h.valid_from < t.since and h.valid_to >= t.since`,
  )
  await transaction.run('delete from fresh_history as h using touched_later t where t.asset_id = h.asset_id and h.valid_to >= t.since')
  const [whole] = await transaction.query('select 1 as any_row from touched where asset_id > 0 limit 1')
  if (whole) await writeFresh(transaction, 'select asset_id, cast(0 as bigint) as since from touched where asset_id > 0', 'true')
  const [later] = await transaction.query<{ first_at: number | null }>(
    'select (select min(since) from touched_later) - (select max(lasts) from source_staleness) as first_at',
  )
  if (later!.first_at !== null)
    await writeFresh(transaction, 'select asset_id, since from touched_later', `c.observed_at >= ${later!.first_at}`, 'fresh_before')
  await transaction.query('drop table fresh_before')
}

/** Writes what was fresh at `since` or after of some assets (asset_id, since), by the looks `c` that meet `only`, after what is in `before`. */
async function writeFresh(transaction: Engine, assets: string, only: string, before?: string): Promise<void> {
  await transaction.query(
    `insert into fresh_history (org_id, asset_id, subject, valid_from, valid_to, from_day, to_day)
     with asked as materialized (
       select c.org_id, c.asset_id, c.subject, t.since, s.lasts, coalesce(p.valid_to, ${NEVER}) as gone, min(c.observed_at) as first, max(c.observed_at) as last
       from coverage_history c join (${assets}) t on t.asset_id = c.asset_id
       join source_staleness s on s.org_id = c.org_id and s.source = c.source
       left join presence_history p on p.asset_id = c.asset_id and p.source = c.source and p.retracted_in = ${NEVER} and p.valid_to < ${NEVER}
         and p.valid_from <= c.observed_at and c.observed_at < p.valid_to
       where c.retracted_in = ${NEVER} and ${isLook} and ${only}
       group by c.org_id, c.asset_id, c.subject, c.source, t.since, s.lasts, p.valid_to, c.observed_at - c.observed_at % least(s.lasts, ${LEAST_STALENESS})),
     look as (
       select org_id, asset_id, subject, first as valid_from, least(last + lasts, gone) as valid_to from asked where least(last + lasts, gone) >= since
       ${before ? `union all select org_id, asset_id, subject, valid_from, since from ${before}` : ''}),
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
