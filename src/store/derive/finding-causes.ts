import { NEVER } from '../../model/time.ts'
import { causeSql } from '../steps.ts'
import { closingSql } from '../item-states.ts'
import { isNews } from './news.ts'
import { isTouchedFinding } from './touched.ts'

/**
 * SQL: the cause of the change from one row of a finding to the next one, which follows it without a gap. `before` and `after` give each
 * column's SQL. What a tool restates at once is one change: of the stage before the severity.
 */
const changeSql = (before: (column: string) => string, after: (column: string) => string): string =>
  `case when ${after('excepted')} and not ${before('excepted')} then ${causeSql('exception_started')}
    when ${before('excepted')} and not ${after('excepted')} then ${causeSql('exception_ended')}
    when ${before('stage')} <> ${after('stage')} then ${causeSql('exploit_intelligence')} else ${causeSql('content_changed')} end`

/**
 * CTEs after `dated` (rows of finding_history without causes, and `several`: the finding has more than one row) down to `caused`: the
 * same rows with from_cause and to_cause. A finding starts as *new vulnerability published* when its vulnerability was published within 30
 * days before; as *coverage changed* when that look was the first of a source at the asset; else as *software or configuration changed*. It
 * ends *remediated*; a control's that did not pass then and was not stated as closed, but was no longer answered, by *coverage changed*. docs/scores.md
 */
export const findingCauses = `
  neighbour as (
    select finding_id, valid_from, lag(to_day) over w as to_day_before, lag(stage) over w as stage_before, lag(excepted) over w as excepted_before, lead(from_day) over w as from_day_after, lead(stage) over w as stage_after,
      lead(excepted) over w as excepted_after
    from dated where several and from_day < to_day window w as (partition by finding_id order by from_day)
  ),
  first_look as (
    select distinct s.asset_id, s.subject, s.first_at from look_span s
    where s.subject in ('vulnerability', 'control') and s.asset_id in (select asset_id from touched union select asset_id from touched_finding)
  ),
  passed as (
    select distinct r.finding_id, r.valid_from from control_result_history r where ${isTouchedFinding('r')} and r.retracted_in = ${NEVER} and r.status = 'pass'
    union select s.finding_id, ${closingSql('s.closed_at', 's.valid_from')} from item_history s where ${isTouchedFinding('s')} and s.retracted_in = ${NEVER} and s.said = 'closed'
    union select s.finding_id, s.valid_from from item_history s where ${isTouchedFinding('s')} and s.retracted_in = ${NEVER} and s.said = 'closed'
  ),
  caused as (
    select f.*,
      case when b.to_day_before = f.from_day then ${changeSql(
        (column) => `b.${column}_before`,
        (column) => `f.${column}`,
      )}
        when ${isNews('f.valid_from', 'n.told_at')} then ${causeSql('new_vulnerability')}
        when l.asset_id is not null then ${causeSql('coverage_changed')}
        else ${causeSql('configuration_changed')} end as from_cause,
      case when b.from_day_after = f.to_day then ${changeSql(
        (column) => `f.${column}`,
        (column) => `b.${column}_after`,
      )}
        when f.kind = 'control' and p.finding_id is null then ${causeSql('coverage_changed')}
        else ${causeSql('remediated')} end as to_cause
    from dated f
      left join neighbour b on b.finding_id = f.finding_id and b.valid_from = f.valid_from
      left join news n on n.kind = 'published' and n.org_id = f.org_id and n.subject = case when f.kind = 'vulnerability' then f.subject end
      left join first_look l on l.asset_id = f.asset_id and l.subject = f.kind and l.first_at = f.valid_from
      left join passed p on p.finding_id = case when f.kind = 'control' then f.finding_id end and p.valid_from = f.valid_to
  )`
