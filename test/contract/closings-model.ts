import { NEVER } from '../../src/model/time.ts'

/** What one report says of one asset at one instant. `day`: number of a day, at whose beginning it looked. */
export interface Said {
  /** `both` bears the names of `one` and of `two`: all three are one asset then. */
  asset: 'one' | 'two' | 'both'
  day: number
  /** What was looked for: everything, the grave only, nothing. */
  looked: 'all' | 'high' | 'nothing'
  /** Items by number of the finding: open with a severity (2 medium, 3 high), or closed on a day (null: it does not say). */
  items: { finding: number; open: 2 | 3 | null; closed: number | null }[]
  /** Items of the same kind that are results of a check. */
  results: { control: number; status: 'fail' | 'pass' | 'closed' }[]
}

export type Step = { kind: 'report'; source: string; said: Said[] } | { kind: 'undo'; undone: number }

export interface Held {
  asset: string
  source: string
  line: string
  value: string
  from: number
  to: number
}

type Visit = Said & { source: string }

/** The reports that are learned and not undone after the first `known` steps. */
function standing(steps: readonly Step[], known: number): Visit[] {
  const learned = steps.slice(0, known)
  const undone = new Set(learned.flatMap((step) => (step.kind === 'undo' ? [step.undone] : [])))
  return learned.flatMap((step, place) =>
    step.kind === 'report' && !undone.has(place) ? step.said.map((said) => ({ ...said, source: step.source })) : [],
  )
}

/** One line, told from all that was ever said of it, day by day. */
function tell(
  visits: readonly Visit[],
  stated: (visit: Visit) => { open: string[]; closed: number[] },
  shows: (visit: Visit, value: string) => boolean,
  ends: (value: string) => boolean,
): { value: string; from: number; to: number }[] {
  interface Told {
    value: string
    from: number
    to: number
  }
  const held: Told[] = []
  let open = null as Told | null
  const listedOn = (day: number) => visits.filter((visit) => visit.day === day).flatMap((visit) => stated(visit).open)
  for (let day = 0; day <= 40; day++) {
    const values = listedOn(day).toSorted()
    if (values.length) {
      // The gravest; fail before pass.
      const value = values.includes('fail') ? 'fail' : values.at(-1)!
      if (open?.value === value) continue
      if (open) open.to = day
      held.push((open = { value, from: day, to: Infinity }))
      continue
    }
    if (!open) continue
    const { value } = open
    const missed = visits.some((visit) => visit.day === day && shows(visit, value))
    const closed = visits.some(
      (visit) =>
        listedOn(visit.day).length === 0 && stated(visit).closed.some((at) => visit.day === day || Math.min(at, visit.day) === day),
    )
    if (!missed && !(closed && ends(value))) continue
    open.to = day
    open = null
  }
  return held
}

/** Of several closed items of one line in one day's reports the last one counts. */
function last(visits: readonly Visit[], closed: (visit: Visit) => number[]): (visit: Visit) => number[] {
  return (visit) => {
    const all = visits.filter((each) => each.day === visit.day).flatMap((each) => closed(each).map((at) => Math.min(at, each.day)))
    return closed(visit).length ? [Math.max(...all)] : []
  }
}

/** Every line of every source and asset, as known after `known` steps: all reports kept, nothing worked out before. */
export function historyOf(steps: readonly Step[], known = steps.length): Held[] {
  const visits = standing(steps, known)
  const one = visits.some(({ asset }) => asset === 'both')
  const assetOf = ({ asset }: Visit) => (one ? 'both' : asset)
  const held: Held[] = []
  for (const place of new Set(visits.map((visit) => `${visit.source} ${assetOf(visit)}`))) {
    const own = visits.filter((visit) => `${visit.source} ${assetOf(visit)}` === place)
    const asset = assetOf(own[0]!)
    const { source } = own[0]!
    const add = (line: string, told: ReturnType<typeof tell>) => {
      for (const { value, from, to } of told) held.push({ asset, source, line, value, from, to: to === Infinity ? NEVER : to })
    }
    for (const finding of [0, 1]) {
      const closed = last(own, (visit) =>
        visit.items.flatMap((item) => (item.finding === finding && item.open === null ? [item.closed ?? Infinity] : [])),
      )
      add(
        `CVE-2024-${finding}`,
        tell(
          own,
          (visit) => ({
            open: visit.items.flatMap((item) => (item.finding === finding && item.open !== null ? [String(item.open)] : [])),
            closed: closed(visit),
          }),
          (visit, value) => visit.looked === 'all' || (visit.looked === 'high' && value === '3'),
          () => true,
        ),
      )
    }
    for (const control of [0])
      add(
        `check-${control}`,
        tell(
          own,
          (visit) => ({
            open: visit.results.flatMap((each) => (each.control === control && each.status !== 'closed' ? [each.status] : [])),
            closed: visit.results.some((each) => each.control === control && each.status === 'closed') ? [visit.day] : [],
          }),
          (visit) => visit.looked === 'all',
          (value) => value === 'fail',
        ),
      )
  }
  return held
}
