import { DAY_US, NEVER } from '../../model/time.ts'
import type { Engine } from '../engines/engine.ts'

/** A vulnerability is news on an asset when it was published at most this long before it was found there. docs/scores.md */
const NEWS_US = 30 * DAY_US

/** SQL: what was published at `published_at` (may be null) and found at `found_at` was news then. */
export const isNews = (found_at: string, published_at: string): string => `${found_at} - ${published_at} between 0 and ${NEWS_US}`

/**
 * Makes `news` anew for the touched organisations: when each vulnerability was published (what the world says before what the
 * organisation's tools say, the earliest of each), and at which instants a file of another EPSS model came. Assets whose causes depend on what has changed since the last
 * time are touched.
 */
export async function deriveNews(transaction: Engine): Promise<void> {
  await transaction.query('drop table if exists news_now')
  await transaction.query(
    `create temporary table news_now as
     with world as (
       select vulnerability_id, min(published_at) as told_at from description_history where retracted_in = ${NEVER} and published_at is not null group by vulnerability_id),
     advice as (
       select org_id, vulnerability_id, min(published_at) as told_at from advisory_history
       where retracted_in = ${NEVER} and published_at is not null and org_id in (select org_id from touched) group by org_id, vulnerability_id),
     subject as (select distinct org_id, subject from finding_key where kind = 'vulnerability' and org_id in (select org_id from touched)),
     file as (
       select observed_at, tool_version, lag(tool_version) over (order by observed_at, import_no) as version_before from import
       where org_id is null and format = 'epss' and undone_in = ${NEVER} and tool_version is not null and observed_at is not null)
     select s.org_id, 'published' as kind, s.subject, coalesce(w.told_at, a.told_at) as told_at
     from subject s left join world w on w.vulnerability_id = s.subject left join advice a on a.vulnerability_id = s.subject and a.org_id = s.org_id
     where coalesce(w.told_at, a.told_at) is not null
     union all
     select distinct 0, 'epss_model', '', observed_at from file where tool_version <> version_before`,
  )
  await transaction.query('drop table if exists news_changed')
  await transaction.query(
    `create temporary table news_changed as
     select kind, org_id, subject, told_at from (
       select n.kind, n.org_id, n.subject, n.told_at, 1 as sign from news n where n.org_id = 0 or n.org_id in (select org_id from touched)
       union all select kind, org_id, subject, told_at, -1 from news_now) as both_times
     group by kind, org_id, subject, told_at having sum(sign) <> 0`,
  )
  await transaction.run(
    `insert into touched
     select org_id, asset_id from (
       select k.org_id, k.asset_id from finding_key k join news_changed n on n.kind = 'published' and n.org_id = k.org_id and n.subject = k.subject where k.kind = 'vulnerability'
       union
       select k.org_id, k.asset_id from news_changed n join epss_history e on e.valid_from = n.told_at join finding_key k on k.kind = 'vulnerability' and k.subject = e.vulnerability_id
       where n.kind = 'epss_model') as moved
     where asset_id not in (select asset_id from touched)`,
  )
  await transaction.run('delete from news where org_id = 0 or org_id in (select org_id from touched)')
  await transaction.run('insert into news select org_id, kind, subject, told_at from news_now')
  for (const table of ['news_now', 'news_changed']) await transaction.query(`drop table ${table}`)
}
