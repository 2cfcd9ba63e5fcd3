import { type Instant, NEVER } from '../model/time.ts'

/** One interval of a line: `value` stands for all its attributes, equal text = equal attributes. */
export interface Interval {
  valid_from: Instant
  valid_to: Instant
  value: string
}

/** At this instant a report that looked said: this value, or (null) not there. */
export interface Observation {
  at: Instant
  value: string | null
}

/**
 * What was observed, from the intervals that it made and the instants at which a covering report looked: each look inside an
 * interval must have seen it, each look outside must not. An interval's start was seen too.
 */
export function observationsOf(intervals: readonly Interval[], looks: readonly Instant[]): Observation[] {
  const instants = new Set([...looks, ...intervals.map((interval) => interval.valid_from)])
  return [...instants]
    .toSorted((a, b) => a - b)
    .map((at) => ({ at, value: intervals.find((interval) => interval.valid_from <= at && at < interval.valid_to)?.value ?? null }))
}

/**
 * Intervals from observations in the order of time: a value holds from the first observation that says so until the first that says
 * otherwise. Of several at one instant a value wins over "not there", and the greatest value over the others, so that order does not matter.
 */
export function intervalsOf(observations: readonly Observation[]): Interval[] {
  const byInstant = new Map<Instant, string | null>()
  for (const { at, value } of observations) {
    const held = byInstant.get(at)
    byInstant.set(at, held === undefined || held === null || (value !== null && value > held) ? value : held)
  }
  const intervals: Interval[] = []
  let open: Interval | null = null
  for (const [at, value] of [...byInstant].toSorted((a, b) => a[0] - b[0])) {
    if (open && open.value === value) continue
    if (open) open.valid_to = at
    open = value === null ? null : { valid_from: at, valid_to: NEVER, value }
    if (open) intervals.push(open)
  }
  return intervals
}

/**
 * Puts an observation that comes late in its place. `looks`: instants at which other covering reports of the scope looked.
 * `since`: the fact's own date, when the report gives one and nothing was known before it.
 */
export function placeLate(intervals: readonly Interval[], looks: readonly Instant[], late: Observation, since: Instant | null = null): Interval[] {
  const observations = observationsOf(intervals, looks)
  if (late.value !== null && since !== null && since < late.at) {
    const earlier = observations.filter((observation) => observation.at < late.at && observation.value !== null)
    const inferred = earlier.length === 1 && earlier[0]!.at === since && !looks.includes(since)
    if (earlier.length === 0 || inferred) {
      const rest = observations.filter((observation) => observation.at !== since)
      return intervalsOf([...rest, { at: since, value: late.value }, late])
    }
  }
  return intervalsOf([...observations, late])
}

/** The intervals as they would be had nobody looked at instant `at`. */
export function withoutLook(intervals: readonly Interval[], looks: readonly Instant[], at: Instant): Interval[] {
  return intervalsOf(observationsOf(intervals, looks).filter((observation) => observation.at !== at))
}
