import { NEVER } from '../../model/time.ts'
import { dayJoin, daySql } from '../days.ts'
import { causeSql } from '../steps.ts'

/** `ending`: within {@link SOON_DAYS} days. */
export const supportStates = ['supported', 'ending', 'ended'] as const
export type SupportState = (typeof supportStates)[number]

/** Support that ends within so many days ends soon: six months. */
const SOON_DAYS = 183

/** SQL: position in {@link supportStates} at $at of support that ends at `sql` (an instant or null). */
export const supportSql = (sql: string): string =>
  `case when ${sql} <= $at then 2 when ${sql} <= $at + ${SOON_DAYS * 86_400_000_000} then 1 when ${sql} is not null then 0 end`

/** The word at a position of {@link supportSql}. */
export const supportWord = (support: number | null): SupportState | null => (support === null ? null : supportStates[support]!)

/** Who says when support of a software ends. */
export interface SupportSaidBy {
  /** The source of a report, or a feed's. */
  source: string
  /** What the feed says it of: its name of the product, and the release. Null: a report says it of the software itself. */
  product: string | null
  release: string | null
}

/** Between source, product and release where they are one text: the unit separator. */
const SEPARATOR = '\u001f'

/**
 * CTEs down to `feed_support` (kind, purl, cpe, version, title, product, release, source, ends_at, dated, opened_in, valid_from, valid_to): when support ends of what software_release
 * names, as a feed says at each time, of all times; rows of one software or system do not overlap. What a feed first says of a release held before as well: it says when support
 * ends, not when that was decided. `dated` false: the feed only says that it has ended, which counts from the day on which it first did. A version that may be of
 * several products or releases is of none. `opened_in`: the import that first told this. Parameter: $org_id.
 */
export const feedSupport = `asked_release as materialized (select distinct product, release from software_release where org_id = $org_id),
  stated_release as (
    select e.source, e.product, e.release, e.title, e.ends_at, e.ended, e.identifiers, e.opened_in, e.valid_from, e.valid_to,
      case when lag(e.valid_to) over w = e.valid_from and lag(e.ends_at) over w is not distinct from e.ends_at and lag(e.ended) over w is not distinct from e.ended
        and lag(e.identifiers) over w = e.identifiers then 0 else 1 end as begins
    from end_of_life_history e join asked_release r on r.product = e.product and r.release = e.release
    where e.retracted_in = ${NEVER} window w as (partition by e.source, e.product, e.release order by e.valid_from)),
  numbered_release as (
    select *, sum(begins) over (partition by source, product, release order by valid_from rows unbounded preceding) as run from stated_release),
  release_line as materialized (
    select source, product, release, max(title) as title, max(identifiers) as identifiers, min(opened_in) as opened_in, ends_at is not null as dated,
      case when ends_at is not null then ends_at when ended then min(valid_from) end as ends_at,
      case when run = 1 and ends_at is not null then 0 else min(valid_from) end as valid_from, max(valid_to) as valid_to
    from numbered_release group by source, product, release, run, ends_at, ended),
  possible_release as materialized (
    select m.kind, m.purl, m.cpe, m.version, m.stem, m.fits, l.source, l.title, l.product, l.release, l.ends_at, l.dated, l.opened_in, l.valid_from, l.valid_to
    from software_release m join release_line l on l.product = m.product and l.release = m.release
    where m.org_id = $org_id and (m.identifier = '' or strpos(l.identifiers, '"' || m.identifier || '"') > 0)),
  release_point as (
    select kind, purl, cpe, version, valid_from as t from possible_release union select kind, purl, cpe, version, valid_to from possible_release),
  release_piece as (
    select kind, purl, cpe, version, t as valid_from, lead(t) over (partition by kind, purl, cpe, version order by t) as valid_to from release_point),
  told_release as (
    select p.valid_from as piece_from, p.valid_to as piece_to, c.kind, c.purl, c.cpe, c.version, c.stem, c.fits, c.source, c.title, c.product, c.release, c.ends_at, c.dated, c.opened_in,
      min(c.product) over w as first_product, max(c.product) over w as last_product, max(length(c.stem)) over w as longest,
      max(c.source) over w as last_source
    from release_piece p join possible_release c on c.kind = p.kind and c.purl = p.purl and c.cpe = p.cpe and c.version = p.version
      and c.valid_from <= p.valid_from and p.valid_from < c.valid_to
    window w as (partition by p.kind, p.purl, p.cpe, p.version, p.valid_from)),
  feed_support as materialized (
    select kind, purl, cpe, version, max(product) as product, max(release) as release, max(title) as title, max(source) as source,
      min(ends_at) as ends_at, bool_or(dated) as dated, min(opened_in) as opened_in, piece_from as valid_from, max(piece_to) as valid_to
    from told_release where first_product = last_product and length(stem) = longest and source = last_source
    group by kind, purl, cpe, version, piece_from having min(release) = max(release) and bool_and(fits) and min(ends_at) is not null)`

/** SQL: the row `f` of {@link feedSupport} that is about software `s` (a row of software_history), whatever its time. */
const ofSoftware = (f: string, s: string): string =>
  `${f}.kind = 'software' and ${f}.purl = coalesce(${s}.purl, '') and ${f}.cpe = coalesce(${s}.cpe, '') and ${f}.version = ${s}.version`

/** SQL: an end and who says so as one text, of which the least is the earliest; null where `ends_at` is. Digits enough for any instant. */
const packed = (ends_at: string, said_by: string): string => `lpad(cast(${ends_at} as text), 16, '0') || ${said_by}`

/**
 * SQL over rows `s` of software_history with `f` of {@link feedSupport} beside them: the earliest end that their reports state, else the earliest that a feed
 * does, with who says so; null: nobody says. An aggregate. See {@link endOf} and {@link saidBy}.
 */
export const endsSql = `coalesce(min(${packed('s.end_of_support_at', 's.source')}),
      min(${packed('f.ends_at', `f.source || '${SEPARATOR}' || f.product || '${SEPARATOR}' || f.release`)}))`

/** SQL: the instant of an end as {@link endsSql} gives it. */
export const endOf = (ends: string): string => `cast(substr(${ends}, 1, 16) as bigint)`

/** Who says an end as {@link endsSql} gives it; null: nobody. */
export function saidBy(ends: string | null): SupportSaidBy | null {
  if (ends === null) return null
  const [source, product, release] = ends.slice(16).split(SEPARATOR)
  return { source: source!, product: product ?? null, release: release ?? null }
}

/** SQL: the join that {@link endsSql} needs at $at. */
export const supportJoin = `left join feed_support f on ${ofSoftware('f', 's')} and f.valid_from <= $at and $at < f.valid_to`

/** CTE `os_run` (asset_id, os, valid_from, valid_to): from when to when each asset has an operating system, as text. */
const osRuns = `os_marked as (
    select asset_id, os, valid_from, valid_to, case when lag(os) over w = os and lag(valid_to) over w = valid_from then 0 else 1 end as begins
    from asset_history where org_id = $org_id and os is not null window w as (partition by asset_id order by valid_from)),
  os_numbered as (select *, sum(begins) over (partition by asset_id order by valid_from rows unbounded preceding) as run from os_marked),
  os_run as (select asset_id, os, min(valid_from) as valid_from, max(valid_to) as valid_to from os_numbered group by asset_id, os, run)`

/**
 * CTE `ending_software` after {@link feedSupport} (asset_id, name, version, ends_at, source, reference, opened_in, valid_from, valid_to): what is installed, from when to when, with
 * the end of its support as stated at that end itself: by a report, else by a feed, with its name of the release. An operating system goes by the feed's title and release.
 */
export const endingSoftware = `${osRuns},
  ending_software as materialized (
    select s.asset_id, s.name, s.version, s.end_of_support_at as ends_at, s.source, '' as reference, s.opened_in, s.valid_from, s.valid_to
    from software_history s where s.org_id = $org_id and s.retracted_in = ${NEVER} and s.end_of_support_at is not null
    union all
    select s.asset_id, s.name, s.version, f.ends_at, f.source, f.product || ' ' || f.release, f.opened_in, s.valid_from, s.valid_to
    from software_history s join feed_support f on ${ofSoftware('f', 's')} and f.dated and f.valid_from <= f.ends_at and f.ends_at < f.valid_to
    where s.org_id = $org_id and s.retracted_in = ${NEVER} and not exists (
      select 1 from software_history o where o.org_id = $org_id and o.retracted_in = ${NEVER} and o.asset_id = s.asset_id and o.name = s.name and o.version = s.version
        and o.end_of_support_at is not null and o.valid_from <= f.ends_at and f.ends_at < o.valid_to)
    union all
    select r.asset_id, f.title, f.release, f.ends_at, f.source, f.product || ' ' || f.release, f.opened_in, r.valid_from, r.valid_to
    from os_run r join feed_support f on f.kind = 'os' and f.version = r.os and f.dated and f.valid_from <= f.ends_at and f.ends_at < f.valid_to)`

const sameInstallation = (a: string, b: string): string =>
  `${a}.asset_id = ${b}.asset_id and ${a}.name = ${b}.name and ${a}.version = ${b}.version`

/**
 * CTEs down to `unsupported` (asset_id, component, subject, from_day, from_cause, to_day, to_cause): the days on which an asset has software, or an operating system,
 * whose support has ended by what counts then: what its report says, and a feed where none does. Support that ends, and another word of the feed, is *content
 * changed*. Parameter: $org_id.
 */
export const unsupportedSoftware = `${feedSupport},
  ${osRuns},
  own_end as materialized (
    select asset_id, name, version, end_of_support_at as ends_at, valid_from, valid_to from software_history
    where org_id = $org_id and retracted_in = ${NEVER} and end_of_support_at is not null),
  ended_by_feed as materialized (
    select s.asset_id, s.name, s.version, s.valid_from as came_at, s.valid_to as went_at, greatest(s.valid_from, f.valid_from, f.ends_at) as valid_from, least(s.valid_to, f.valid_to) as valid_to
    from software_history s join feed_support f on ${ofSoftware('f', 's')}
    where s.org_id = $org_id and s.retracted_in = ${NEVER} and s.end_of_support_at is null and greatest(s.valid_from, f.valid_from, f.ends_at) < least(s.valid_to, f.valid_to)),
  cut_at as (
    select e.*, e.valid_from as t from ended_by_feed e
    union select e.*, o.valid_from from ended_by_feed e join own_end o on ${sameInstallation('o', 'e')} and e.valid_from < o.valid_from and o.valid_from < e.valid_to
    union select e.*, o.valid_to from ended_by_feed e join own_end o on ${sameInstallation('o', 'e')} and e.valid_from < o.valid_to and o.valid_to < e.valid_to),
  cut_piece as (
    select asset_id, name, version, came_at, went_at, t as valid_from,
      coalesce(lead(t) over (partition by asset_id, name, version, came_at, went_at, valid_from, valid_to order by t), valid_to) as valid_to
    from cut_at),
  unsupported_time as materialized (
    select asset_id, name, version, valid_from as came_at, valid_to as went_at, greatest(valid_from, ends_at) as valid_from, valid_to from own_end where ends_at < valid_to
    union all
    select p.asset_id, p.name, p.version, p.came_at, p.went_at, p.valid_from, p.valid_to from cut_piece p
    where not exists (select 1 from own_end o where ${sameInstallation('o', 'p')} and o.valid_from <= p.valid_from and p.valid_from < o.valid_to)
    union all
    select r.asset_id, f.title, f.release, r.valid_from, r.valid_to, greatest(r.valid_from, f.valid_from, f.ends_at), least(r.valid_to, f.valid_to)
    from os_run r join feed_support f on f.kind = 'os' and f.version = r.os and greatest(r.valid_from, f.valid_from, f.ends_at) < least(r.valid_to, f.valid_to)),
  unsupported as (
    select t.asset_id, t.name as component, trim(t.name || ' ' || t.version) as subject, ${daySql('t.valid_from', 'd1')} as from_day, ${daySql('t.valid_to', 'd2')} as to_day,
      case when t.valid_from > t.came_at then ${causeSql('content_changed')} else ${causeSql('configuration_changed')} end as from_cause,
      case when t.valid_to < t.went_at then ${causeSql('content_changed')} else ${causeSql('remediated')} end as to_cause
    from unsupported_time t left join day d1 on ${dayJoin('t.valid_from', '$org_id', 'd1')} left join day d2 on ${dayJoin('t.valid_to', '$org_id', 'd2')})`
