import { DAY_US, NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'
import { takenBefore } from './touched.ts'

/** SQL: how many whole days a look stays fresh by the gap to the next one of its source at the asset: three times as long, rounded up. */
const daysOfGap = (gap: string): string => `cast(ceil(3.0 * cast(${gap} as double precision) / ${DAY_US}) as integer)`

/** SQL: the gaps between looks of one source at one asset, as rows of look_gap. Looks at the same instant are one. `looks`: a relation of them. */
const gapsOf = (looks: string): string =>
  `select org_id, source, ${daysOfGap('gap')} as days, count(*) as gaps from (
     select org_id, source, observed_at, lead(observed_at) over (partition by org_id, source, asset_id order by observed_at) - observed_at as gap from ${looks} l) gap
   where gap > 0 group by 1, 2, 3`

/** SQL: a look `c` at which something could be seen; that an asset is there is seen by any. */
export const isLook = `(c.access > 0 or c.subject = 'asset')`

/**
 * Makes look_gap and look_span right for the touched organisations. Where all that is new since the last time are looks after every former one of their source at the
 * asset, they are added; else all are counted anew.
 */
export async function deriveLooks(transaction: Engine): Promise<void> {
  for (const table of temporaries) await transaction.query(`drop table if exists ${table}`)
  const taken = await takenBefore(transaction)
  await transaction.query(
    `create temporary table new_look as
     select distinct c.org_id, c.source, c.asset_id, c.subject, c.observed_at, c.retracted_in < ${NEVER} as gone from coverage_history c
     where ${isLook} and (c.opened_in > ${taken} or c.retracted_in > ${taken} and c.retracted_in < ${NEVER})
       and c.org_id in (select org_id from touched) and c.org_id in (select org_id from look_span) and ${taken} > 0`,
  )
  await transaction.query(
    `create temporary table counted_anew as
     select org_id from touched where org_id not in (select org_id from look_span) or ${taken} = 0
     union select org_id from new_look where gone
     union select n.org_id from new_look n
       join look_span s on s.org_id = n.org_id and s.source = n.source and s.asset_id = n.asset_id and s.subject = n.subject and n.observed_at <= s.last_at`,
  )
  await transaction.query('create temporary table looked as select distinct org_id, asset_id from new_look')
  const known = 'org_id not in (select org_id from counted_anew)'
  const all = `coverage_history c where c.retracted_in = ${NEVER} and ${isLook} and c.org_id in (select org_id from counted_anew)`
  await transaction.query(
    `create temporary table gap_now as
     select org_id, source, days, cast(sum(gaps) as bigint) as gaps from (
       select org_id, source, days, gaps from look_gap where org_id in (select org_id from touched) and ${known}
       union all ${gapsOf(`(
         select org_id, source, asset_id, observed_at from new_look where subject = 'asset' and ${known}
         union all select s.org_id, s.source, s.asset_id, s.last_at from look_span s join looked t on t.org_id = s.org_id and t.asset_id = s.asset_id where s.subject = 'asset' and s.${known})`)}
       union all ${gapsOf(`(select c.org_id, c.source, c.asset_id, c.observed_at from ${all} and c.subject = 'asset')`)}) as parts
     group by org_id, source, days`,
  )
  await transaction.query(
    `create temporary table span_now as
     select org_id, asset_id, source, subject, min(first_at) as first_at, max(last_at) as last_at from (
       select org_id, asset_id, source, subject, observed_at as first_at, observed_at as last_at from new_look where ${known}
       union all select s.org_id, s.asset_id, s.source, s.subject, s.first_at, s.last_at from look_span s
         join looked t on t.org_id = s.org_id and t.asset_id = s.asset_id where s.${known}
       union all select c.org_id, c.asset_id, c.source, c.subject, min(c.observed_at), max(c.observed_at) from ${all} group by 1, 2, 3, 4) as parts
     group by org_id, asset_id, source, subject`,
  )
  await transaction.run('delete from look_gap where org_id in (select org_id from touched)')
  await transaction.run('insert into look_gap (org_id, source, days, gaps) select org_id, source, days, gaps from gap_now')
  await transaction.run('delete from look_span where org_id in (select org_id from counted_anew)')
  await transaction.run('delete from look_span as s using looked t where t.org_id = s.org_id and t.asset_id = s.asset_id')
  await transaction.run(
    'insert into look_span (org_id, asset_id, source, subject, first_at, last_at) select org_id, asset_id, source, subject, first_at, last_at from span_now',
  )
  for (const table of temporaries) await transaction.query(`drop table ${table}`)
}

/** The temporary tables of {@link deriveLooks}. */
const temporaries = ['new_look', 'counted_anew', 'looked', 'gap_now', 'span_now']
