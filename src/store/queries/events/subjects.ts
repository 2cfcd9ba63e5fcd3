import { dayJoin, daySql } from '../../days.ts'
import { lowerSql } from '../lower.ts'
import { endingSoftware, feedSupport } from '../support.ts'

/**
 * CTEs that the risk feed begins with. `own`: the organisation's findings of vulnerabilities that count; `subject_of`: their vulnerabilities with
 * the first day of each; `advice` and `text`: what its tools, and the world, say of them; `component_of`: the one component under which a vulnerability
 * is told, the one that most of its findings name, else how an advisory calls it, else itself.
 */
export const eventSubjects = `own as not materialized (
      select f.asset_id, f.finding_id, f.subject, f.component, f.severity, f.stage, f.valid_from, f.from_day, f.to_day, f.from_cause
      from finding_history f where f.org_id = $org_id and f.kind = 'vulnerability' and f.from_day < f.to_day and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)
    ),
    names as materialized (select subject, component, count(*) as findings, min(from_day) as first_day from own group by subject, component),
    subject_of as (select subject, min(first_day) as first_day from names group by subject),
    advice as (
      select vulnerability_id, min(title collate "C") as title, min(published_at) as published_at from advisory_history
      where org_id = $org_id and retracted_in = 9007199254740991 group by vulnerability_id
    ),
    text as (select vulnerability_id, min(published_at) as published_at from description_history where retracted_in = 9007199254740991 and published_at is not null group by vulnerability_id),
    named as (
      select distinct on (subject) subject, component from names where component <> '' order by subject, findings desc, component collate "C"
    ),
    component_of as (
      select subject, component, ${lowerSql('component')} as component_key from (
        select s.subject, coalesce(n.component, substr(a.title, 1, 120), s.subject) as component
        from subject_of s left join named n on n.subject = s.subject left join advice a on a.vulnerability_id = s.subject) as given_names
    )`

/** CTEs down to `ended_support` (asset_id, name, version, ends_at, source, day): the days on which support of what was installed before and after ended. */
export const endedSupport = `${feedSupport},
    ${endingSoftware},
    ended_support as (
      select asset_id, name, version, ends_at, source, day from (
        select s.asset_id, s.name, s.version, s.ends_at, s.source, ${daySql('s.ends_at', 'd1')} as day, ${daySql('s.valid_from', 'd2')} as from_day, ${daySql('s.valid_to', 'd3')} as to_day
        from ending_software s left join day d1 on ${dayJoin('s.ends_at', '$org_id', 'd1')}
          left join day d2 on ${dayJoin('s.valid_from', '$org_id', 'd2')} left join day d3 on ${dayJoin('s.valid_to', '$org_id', 'd3')}) ends
      where from_day < day and day < to_day
    )`
