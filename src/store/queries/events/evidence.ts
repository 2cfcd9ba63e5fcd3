import type { Engine } from '../../engines/engine.ts'
import { endingSoftware, feedSupport } from '../support.ts'

/**
 * How the time of an event is known: `stated` by the feed itself; `disclosed`: the feed gives the day on which the vulnerability was disclosed;
 * `first_shown`: the day on which a feed first showed it; `reported`: when a tool looked; `set` by a person.
 */
export const certainties = ['stated', 'disclosed', 'first_shown', 'reported', 'set'] as const
export type Certainty = (typeof certainties)[number]

/** One statement behind an event. */
export interface Evidence {
  subject: string
  /** Feed, source of a report, or who set it. */
  source: string
  /** Within the source: the number of an exploit, the name of a module, a product's release; '' where it has none. */
  reference: string
  /** When it says that it happened, and how that is known. */
  said_at: number
  certainty: Certainty
  /** The import that told us, and when. */
  import_no: number
  learned_at: number
}

const stages = ['new_public_exploit', 'exploit_verified', 'exploit_in_kit', 'known_exploited', 'used_by_ransomware']

/** SQL select (subject, source, reference, said_at, certainty, import_no) of what is behind events of a type on $day. */
function statements(type: string): string {
  const within = (at: string) => `${at} >= d.starts_at and ${at} < d.ends_at`
  const standing = 's.retracted_in = 9007199254740991'
  if (stages.includes(type))
    return `select s.vulnerability_id as subject, s.source, s.reference, s.valid_from as said_at,
        case when s.valid_from = i.observed_at then 'first_shown' when s.source = 'metasploit' then 'disclosed' else 'stated' end as certainty, s.opened_in as import_no
      from exploit_history s join d on ${within('s.valid_from')} left join import i on i.import_no = s.opened_in
      where ${standing} and s.vulnerability_id = any($subjects) and s.stage = ${stages.indexOf(type) + 1}`
  if (type === 'epss_jump')
    return `select s.vulnerability_id as subject, s.source, '' as reference, s.valid_from as said_at, 'stated' as certainty, s.opened_in as import_no
      from epss_history s join d on ${within('s.valid_from')} where ${standing} and s.vulnerability_id = any($subjects)`
  if (type === 'end_of_support_reached')
    return `with ${feedSupport},
      ${endingSoftware}
      select trim(s.name || ' ' || s.version) as subject, s.source, s.reference, s.ends_at as said_at, 'stated' as certainty, min(s.opened_in) as import_no
      from ending_software s join d on ${within('s.ends_at')} where trim(s.name || ' ' || s.version) = any($subjects) group by 1, 2, 3, 4`
  if (type === 'new_configuration_assessment')
    return `select s.control_id as subject, s.source, '' as reference, s.valid_from as said_at, 'reported' as certainty, s.opened_in as import_no
      from control_history s join d on ${within('s.valid_from')} where s.org_id = $org_id and ${standing} and s.control_id = any($subjects)`
  if (type === 'exception_started' || type === 'exception_ended')
    return `select coalesce(s.subject, '') as subject, s.author as source, '' as reference, ${type === 'exception_started' ? 's.valid_from' : 's.valid_to'} as said_at, 'set' as certainty,
        case when ${type === 'exception_started' ? 'true' : 's.closed_in = 9007199254740991'} then s.opened_in else s.closed_in end as import_no
      from exception_history s join d on ${within(type === 'exception_started' ? 's.valid_from' : 's.valid_to')}
      where s.org_id = $org_id and ${standing} and (s.subject is null or s.subject = any($subjects))`
  const ends = type === 'vulnerability_mitigated' || type === 'software_removed'
  return `select k.subject, s.source, '' as reference, ${ends ? 's.valid_to' : 's.valid_from'} as said_at, 'reported' as certainty, min(${ends ? 's.closed_in' : 's.opened_in'}) as import_no
    from sighting_history s join d on ${within(ends ? 's.valid_to' : 's.valid_from')} join finding_key k on k.finding_id = s.finding_id
    where s.org_id = $org_id and ${standing} and k.org_id = $org_id and k.subject = any($subjects) group by 1, 2, 4`
}

/** What is behind an event: who said it, when that was, how certain that is, and when we learned it; at most `limit`, in order of subject. */
export function eventEvidence(
  engine: Engine,
  org_id: number,
  event: { type: string; day: number; subjects: readonly string[] },
  limit: number,
): Promise<Evidence[]> {
  return engine.query<Evidence>(
    `with d as (select starts_at, ends_at from day where org_id = $org_id and day = $day),
    said as (${statements(event.type)})
    select s.subject, s.source, s.reference, s.said_at, s.certainty, s.import_no, i.recorded_at as learned_at
    from said s join import i on i.import_no = s.import_no
    order by s.subject collate "C", s.said_at, s.source collate "C", s.reference collate "C" limit $limit`,
    { org_id, day: event.day, subjects: [...event.subjects], limit },
  )
}

/** Which of these vulnerabilities had a known exploit at the end of a day, by the world or by a tool. */
export async function exploitableOf(engine: Engine, org_id: number, day: number, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await engine.query<{ subject: string }>(
    `with d as (select ends_at from day where org_id = $org_id and day = $day)
    select v.vulnerability_id as subject from vulnerability_history v, d where v.vulnerability_id = any($ids) and v.stage > 0 and v.valid_from < d.ends_at and d.ends_at <= v.valid_to
    union select f.subject from finding_history f where f.org_id = $org_id and f.kind = 'vulnerability' and f.stage > 0 and f.from_day <= $day and $day < f.to_day and f.subject = any($ids)`,
    { org_id, day, ids: [...ids] },
  )
  return rows.map(({ subject }) => subject)
}
