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

/** A report stated at `seen` that the item is closed, since `at` (at or before `seen`). */
export interface Closing {
  at: Instant
  seen: Instant
}

/** What reports stated of one line beyond what its intervals and the looks tell. */
export interface Stated {
  /** Reports that listed it without looking for it. */
  listed: readonly Instant[]
  closings: readonly Closing[]
  /** Values that a closing ends. */
  closes(value: string): boolean
}

export const nothingStated: Stated = { listed: [], closings: [], closes: () => false }

/** Whether of two different values of one instant the first counts. A total order: the order of import does not matter. */
export type Prefers = (a: string, b: string) => boolean

const greatest: Prefers = (a, b) => a > b

const at = (intervals: readonly Interval[], instant: Instant): Interval | undefined =>
  intervals.find(({ valid_from, valid_to }) => valid_from <= instant && instant < valid_to)

/**
 * Who must have listed a fact for its intervals to be as they are: something at each start, and inside an interval every look that
 * would have shown it, and every report that is known to have listed it.
 */
export function listingsOf(intervals: readonly Interval[], looks: readonly Look[], stated: Stated = nothingStated): Listing[] {
  const starts = intervals.map(({ valid_from, value }) => ({ at: valid_from, value }))
  const inside = looks.flatMap((look) => {
    const interval = at(intervals, look.at)
    return interval && look.shows(interval.value) ? [{ at: look.at, value: interval.value }] : []
  })
  const listed = stated.listed.flatMap((instant) => {
    const interval = at(intervals, instant)
    return interval ? [{ at: instant, value: interval.value }] : []
  })
  // What was stated as closed and goes on all the same was listed at that instant too.
  const both = stated.closings.flatMap(({ seen }) => {
    const interval = at(intervals, seen)
    return interval && stated.closes(interval.value) ? [{ at: seen, value: interval.value }] : []
  })
  return [...starts, ...inside, ...listed, ...both]
}

/**
 * The looks that closings are: each at the instant since when the item is closed, and at the one when that was seen, should it have been
 * listed in between. A line may be several items: it is closed with the last of them, and not at all while a report of that instant lists it.
 */
export function looksOfClosings({ closings, closes }: Stated, listings: readonly Listing[]): Look[] {
  const listed = new Set(listings.map((listing) => listing.at))
  const last = new Map<Instant, Instant>()
  for (const closing of closings)
    if (!listed.has(closing.seen)) last.set(closing.seen, Math.max(closing.at, last.get(closing.seen) ?? closing.at))
  return [...last].flatMap(([seen, since]) => [...new Set([since, seen])].map((instant) => ({ at: instant, shows: closes })))
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

/** What a late report says of a line: what it lists, what it looked for, and which of its items are closed. */
export interface Late {
  listing: Listing | null
  looks: readonly Look[]
  closings?: readonly Closing[]
  /** The fact's own date, when the report gives one and nothing was known before it. */
  since?: Instant | null
}

/** Puts what comes late in its place. `before`: the looks of all other reports of the scope; `stated`: what those stated of the line. */
export function placeLate(
  intervals: readonly Interval[],
  before: readonly Look[],
  late: Late,
  prefers: Prefers = greatest,
  stated: Stated = nothingStated,
): Interval[] {
  const listings = listingsOf(intervals, before, stated)
  const { listing, since = null } = late
  if (listing && since !== null && since < listing.at) {
    const earlier = listings.filter((each) => each.at < listing.at)
    const inferred = earlier.length === 1 && earlier[0]!.at === since && !before.some((look) => look.at === since)
    if (earlier.length === 0) listings.push({ at: since, value: listing.value })
    else if (inferred) earlier[0]!.value = listing.value
  }
  if (listing) listings.push(listing)
  const closings = looksOfClosings({ ...stated, closings: [...stated.closings, ...(late.closings ?? [])] }, listings)
  return intervalsOf(listings, [...before, ...late.looks, ...closings], prefers)
}

/**
 * The intervals as they would be without the reports of these instants; `looks` are the others', `begun` the beginnings of intervals that
 * one of these reports stated, `stated` what all of them stated of the line. An interval that begins before its first listing, at the
 * fact's own date, is gone with its last listing, and otherwise keeps that beginning.
 */
export function withoutReports(
  intervals: readonly Interval[],
  looks: readonly Look[],
  gone: readonly { at: Instant; looks: readonly Look[] }[],
  begun: ReadonlySet<Instant> = new Set(),
  stated: Stated = nothingStated,
): Interval[] {
  const all = [...looks, ...gone.flatMap((report) => report.looks)]
  const looked = new Set([...looks.map((look) => look.at), ...gone.map((report) => report.at)])
  const instants = new Set(gone.map((report) => report.at).filter((instant) => !looks.some((look) => look.at === instant)))
  const listings = listingsOf(intervals, all, stated)
  const kept = listings.filter((listing) => !instants.has(listing.at))
  const lost = new Set<Instant>()
  for (const { valid_from, valid_to } of intervals) {
    const inside = (listing: Listing) => valid_from < listing.at && listing.at < valid_to
    const theirs = begun.has(valid_from) || listings.some((listing) => inside(listing) && instants.has(listing.at))
    if (theirs && !looked.has(valid_from) && !kept.some(inside)) lost.add(valid_from)
  }
  const left = kept.filter((listing) => !lost.has(listing.at))
  const closings = looksOfClosings({ ...stated, closings: stated.closings.filter(({ seen }) => !instants.has(seen)) }, left)
  return intervalsOf(left, [...looks, ...closings])
}
