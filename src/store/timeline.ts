import { type Instant, NEVER } from '../model/time.ts'

/** One interval of a line: `value` stands for all its attributes, equal text = equal attributes. */
export interface Interval {
  valid_from: Instant
  valid_to: Instant
  value: string
}

/** A report looked at this instant, and would have shown a fact with such a value. */
export interface Look {
  at: Instant
  shows(value: string): boolean
}

/** A report listed the fact at this instant with this value. */
export interface Listing {
  at: Instant
  value: string
}

/** Whether of two different values of one instant the first counts. A total order: the order of import does not matter. */
export type Prefers = (a: string, b: string) => boolean

const greatest: Prefers = (a, b) => a > b

/**
 * Who must have listed a fact for its intervals to be as they are: something at each start, and inside an interval every look that
 * would have shown it.
 */
export function listingsOf(intervals: readonly Interval[], looks: readonly Look[]): Listing[] {
  const starts = intervals.map(({ valid_from, value }) => ({ at: valid_from, value }))
  const inside = looks.flatMap((look) => {
    const interval = intervals.find(({ valid_from, valid_to }) => valid_from <= look.at && look.at < valid_to)
    return interval && look.shows(interval.value) ? [{ at: look.at, value: interval.value }] : []
  })
  return [...starts, ...inside]
}

/**
 * Intervals from listings and looks: a value holds from the first listing that says so until a listing that says otherwise, or a look that
 * would have shown it and did not. Of several listings at one instant the one that `prefers` says counts, and a listing counts more than
 * a look, so that the order of import does not matter.
 */
export function intervalsOf(listings: readonly Listing[], looks: readonly Look[], prefers: Prefers = greatest): Interval[] {
  const listed = new Map<Instant, string>()
  for (const { at, value } of listings) {
    const held = listed.get(at)
    if (held === undefined || prefers(value, held)) listed.set(at, value)
  }
  const looked = new Map<Instant, Look[]>()
  for (const look of looks) looked.set(look.at, [...(looked.get(look.at) ?? []), look])
  const intervals: Interval[] = []
  let open: Interval | null = null
  for (const at of [...new Set([...listed.keys(), ...looked.keys()])].toSorted((a, b) => a - b)) {
    const value = listed.get(at)
    if (value === undefined ? !open || !looked.get(at)!.some((look) => look.shows(open!.value)) : open?.value === value) continue
    if (open) open.valid_to = at
    open = value === undefined ? null : { valid_from: at, valid_to: NEVER, value }
    if (open) intervals.push(open)
  }
  return intervals
}

/**
 * Puts a listing that comes late in its place. `before`: the looks of all other reports of the scope; `own`: those of the late one.
 * `since`: the fact's own date, when the report gives one and nothing was known before it.
 */
export function placeListing(
  intervals: readonly Interval[],
  before: readonly Look[],
  own: readonly Look[],
  late: Listing,
  since: Instant | null = null,
  prefers: Prefers = greatest,
): Interval[] {
  const listings = listingsOf(intervals, before)
  if (since !== null && since < late.at) {
    const earlier = listings.filter((listing) => listing.at < late.at)
    const inferred = earlier.length === 1 && earlier[0]!.at === since && !before.some((look) => look.at === since)
    if (earlier.length === 0) listings.push({ at: since, value: late.value })
    else if (inferred) earlier[0]!.value = late.value
  }
  return intervalsOf([...listings, late], [...before, ...own], prefers)
}

/** The intervals after looks that came late and did not list it; `looks` holds them too. `before`: all other looks. */
export const placeLooks = (intervals: readonly Interval[], before: readonly Look[], looks: readonly Look[]): Interval[] =>
  intervalsOf(listingsOf(intervals, before), looks)

/**
 * The intervals as they would be without the reports of these instants; `looks` are the others'. An interval that begins before its first
 * listing, at the fact's own date, is gone with its last listing, and otherwise keeps that beginning. `stated`: beginnings of intervals
 * that one of these reports stated.
 */
export function withoutReports(
  intervals: readonly Interval[],
  looks: readonly Look[],
  gone: readonly { at: Instant; looks: readonly Look[] }[],
  stated: ReadonlySet<Instant> = new Set(),
): Interval[] {
  const all = [...looks, ...gone.flatMap((report) => report.looks)]
  const looked = new Set([...looks.map(({ at }) => at), ...gone.map(({ at }) => at)])
  const instants = new Set(gone.map(({ at }) => at).filter((at) => !looks.some((look) => look.at === at)))
  const listings = listingsOf(intervals, all)
  const kept = listings.filter(({ at }) => !instants.has(at))
  const lost = new Set<Instant>()
  for (const { valid_from, valid_to } of intervals) {
    const inside = ({ at }: Listing) => valid_from < at && at < valid_to
    const theirs = stated.has(valid_from) || listings.some((listing) => inside(listing) && instants.has(listing.at))
    if (theirs && !looked.has(valid_from) && !kept.some(inside)) lost.add(valid_from)
  }
  return intervalsOf(
    kept.filter(({ at }) => !lost.has(at)),
    looks,
  )
}
