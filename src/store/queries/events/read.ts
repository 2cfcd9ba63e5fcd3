import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { dayJoin, daySql } from '../../days.ts'
import type { MemberAsset } from '../recommendations/members.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'
import { present } from '../scores/control-deltas.ts'
import { endingSoftware, feedSupport } from '../support.ts'
import type { EventRow } from './write.ts'

/** An event as stored. */
export type StoredEvent = Omit<EventRow, 'org_id'>

const columns =
  'event_id, feed, type, happened_at, day, component, score, score_id, score_before, score_after, direction, subject_kind, subjects, assets, active_assets, severity, source, headline, score_effect, effects, recovered_day'

/** One event; null: there is none. */
export async function storedEvent(engine: Engine, org_id: number, event_id: string): Promise<StoredEvent | null> {
  const [row] = await engine.query<StoredEvent>(`select ${columns} from event where org_id = $org_id and event_id = $event_id`, {
    org_id,
    event_id,
  })
  return row ?? null
}

/** The events of some days, both included, newest first. */
export function storedEvents(engine: Engine, org_id: number, from_day: number, to_day: number): Promise<StoredEvent[]> {
  return engine.query<StoredEvent>(
    `select ${columns}
    from event where org_id = $org_id and day between $from_day and $to_day order by day desc, happened_at desc, event_id collate "C"`,
    { org_id, from_day, to_day },
  )
}

/** The initiatives that events of some days, both included, call new, each with the last such day. */
export async function newInitiatives(engine: Engine, org_id: number, from_day: number, to_day: number): Promise<Map<string, number>> {
  const rows = await engine.query<{ id: string; day: number }>(
    `select score_id as id, max(day) as day from event
     where org_id = $org_id and type = 'new_initiative' and day between $from_day and $to_day group by score_id`,
    { org_id, from_day, to_day },
  )
  return new Map(rows.map(({ id, day }) => [id, day]))
}

/** What an event impacts within a scope, on its day and now. */
export interface Impact {
  event_id: string
  assets: number
  active_assets: number
  assets_now: number
  active_now: number
}

/**
 * CTE `line` (kind, subject, asset_id, from_day, to_day, closed_day): what events are about; closed_day only where no other version follows, covered_day and uncovered_day where an exception begins or ceases to cover it. Software under its name and version, vulnerabilities under
 * their ids.
 */
const lines = (groups: readonly string[] | null): string => `${feedSupport},
  ${endingSoftware},
  line as (
    select f.kind, f.subject, f.asset_id, f.from_day, f.to_day,
      case when lead(f.from_day) over w = f.to_day then null else f.to_day end as closed_day,
      case when lag(f.to_day) over w = f.from_day and f.excepted and not lag(f.excepted) over w then f.from_day end as covered_day,
      case when lag(f.to_day) over w = f.from_day and not f.excepted and lag(f.excepted) over w then f.from_day end as uncovered_day
    from finding_history f
    where f.org_id = $org_id and f.from_day < f.to_day and (f.kind = 'control' or f.severity is null or f.severity > 0 or f.cvss_tenths > 0)
      and f.subject in (select subject from about) ${inGroups('f.asset_id', groups)}
    window w as (partition by f.finding_id order by f.from_day)
    union all
    select 'software', trim(s.name || ' ' || s.version), s.asset_id, ${daySql('s.valid_from', 'd1')}, ${daySql('s.valid_to', 'd2')}, null, null, null
    from ending_software s left join day d1 on ${dayJoin('s.valid_from', '$org_id', 'd1')} left join day d2 on ${dayJoin('s.valid_to', '$org_id', 'd2')}
    where trim(s.name || ' ' || s.version) in (select subject from about) ${inGroups('s.asset_id', groups)}
  )`

/** What an event counts: the lines that are open at its day's end, those that closed on the day, or those that an exception began or ceased to cover. */
type Counts = 'open' | 'closed' | 'covered' | 'uncovered'

const countsOf = (type: string): Counts =>
  type === 'vulnerability_mitigated' || type === 'software_removed'
    ? 'closed'
    : type === 'exception_started'
      ? 'covered'
      : type === 'exception_ended'
        ? 'uncovered'
        : 'open'

/** SQL: a line `l` belongs to what an event of day `day` counts. */
const counted = (counts: string, day: string): string =>
  `case ${counts} when 'closed' then l.closed_day = ${day} when 'covered' then l.covered_day = ${day} when 'uncovered' then l.uncovered_day = ${day} else l.from_day <= ${day} and ${day} < l.to_day end`

/** Impacts of risk events by event id. */
export async function impacts(engine: Engine, scope: Scope, events: readonly StoredEvent[], now_day: number): Promise<Map<string, Impact>> {
  if (events.length === 0) return new Map()
  const pairs = events.flatMap((event) => (JSON.parse(event.subjects) as string[]).map((subject) => ({ event, subject })))
  const rows = await engine.query<Impact>(
    `with pair as (select unnest($event_ids) as event_id, unnest($subjects) as subject, unnest($days) as day, unnest($kinds) as kind, unnest($counts) as counts),
    about as (select distinct subject from pair),
    ${lines(scope.groups)},
    hit as (
      select p.event_id, cast(count(distinct case when ${counted('p.counts', 'p.day')} then l.asset_id end) as bigint) as assets,
        cast(count(distinct case when l.from_day <= $now_day and $now_day < l.to_day then l.asset_id end) as bigint) as assets_now
      from pair p join line l on l.subject = p.subject and l.kind = p.kind group by p.event_id
    ),
    ${present('active', 'asset', scope.groups)},
    asked as (select distinct day from pair union select $now_day),
    active_day as (
      select q.day, cast(count(distinct a.asset_id) as bigint) as assets from asked q join active a on a.from_day <= q.day and q.day < a.to_day group by q.day
    )
    select e.event_id, coalesce(h.assets, 0) as assets, coalesce(d.assets, 0) as active_assets, coalesce(h.assets_now, 0) as assets_now, coalesce(n.assets, 0) as active_now
    from (select distinct event_id, day from pair) e left join hit h on h.event_id = e.event_id left join active_day d on d.day = e.day left join active_day n on n.day = $now_day`,
    {
      org_id: scope.org_id,
      now_day,
      ...groupParams(scope.groups),
      event_ids: pairs.map(({ event }) => event.event_id),
      subjects: pairs.map(({ subject }) => subject),
      days: pairs.map(({ event }) => event.day),
      kinds: pairs.map(({ event }) => event.subject_kind ?? 'vulnerability'),
      counts: pairs.map(({ event }) => countsOf(event.type)),
    },
  )
  return new Map(rows.map((row) => [row.event_id, row]))
}

/** The assets that a risk event impacted on its day, by name. */
export function eventAssetRows(
  engine: Engine,
  scope: Scope,
  event: { type: string; day: number; subject_kind: string | null; subjects: readonly string[] },
  page: { limit: number; offset: number },
): Promise<MemberAsset[]> {
  return engine.query<MemberAsset>(
    `with about as (select unnest($subjects) as subject),
    ${lines(scope.groups)},
    hit as (
      select l.asset_id, min(l.subject collate "C") as subject, cast(count(distinct l.subject) as bigint) as subjects, min(l.from_day) as since_day
      from line l where l.kind = $kind and ${counted('$counts', '$day')} group by l.asset_id
    )
    select a.asset_id, a.name, a.type, a.criticality, a.asset_group, a.owner, a.internet_facing, h.since_day, h.subject, h.subjects
    from hit h join asset_history a on a.asset_id = h.asset_id and a.org_id = $org_id and a.from_day <= $day and $day < a.to_day
    order by a.name collate "C", a.asset_id limit $limit offset $offset`,
    {
      org_id: scope.org_id,
      ...groupParams(scope.groups),
      subjects: [...event.subjects],
      kind: event.subject_kind ?? 'vulnerability',
      day: event.day,
      counts: countsOf(event.type),
      ...page,
    },
  )
}
