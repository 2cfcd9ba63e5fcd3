import type { ControlDetails, TotalDetails } from '../model/record.ts'
import type { Instant } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { kept } from '../store/kept.ts'
import { storedDeltas } from '../store/queries/scores/deltas.ts'
import {
  type DescribedControl,
  readActionDeltas,
  readDescribedControls,
  readTenantLooks,
  readTenantResults,
  readTotals,
  type TenantResult,
} from '../store/queries/snapshots/read.ts'

/** Points of one action at a day's end, thousandths. */
export interface ActionPoints {
  id: string
  points: number
  max_points: number
}

/** The secure score of one day. */
export interface SnapshotDay {
  day: number
  /** Instant at which the day ends; what holds then is its score. */
  ends_at: Instant
  /** Thousandths. */
  points: number
  max_points: number
}

/** A description with its lists read. */
export interface SnapshotControl extends Omit<DescribedControl, 'frameworks' | 'details'> {
  frameworks: { framework: string; requirement: string }[]
  details: ControlDetails
}

/** All that the daily snapshots of an organisation are made of, by its own deltas: read once for each state of the store. */
export interface Snapshots {
  /** Days with a score, the newest first. */
  days: SnapshotDay[]
  /** By control_id. */
  controls: ReadonlyMap<string, SnapshotControl>
  /** Points of the actions of some days: one pass over all changes, whatever their number. In the order of their ids. */
  actionsOf: (days: readonly number[]) => Map<number, ActionPoints[]>
  /** How many actions any day has at the most. */
  most_actions: number
}

/** The snapshots of an organisation until today. */
export function readSnapshots(engine: Engine, org_id: number, today: number): Promise<Snapshots> {
  return kept(engine, ['snapshots', org_id, today], async () => {
    const [totals, deltas, described] = await Promise.all([
      storedDeltas(engine, org_id, 'secure', ''),
      readActionDeltas(engine, org_id),
      readDescribedControls(engine, org_id),
    ])
    const first = totals[0]?.day ?? today + 1
    const ends = new Map(
      (
        await engine.query<{ day: number; ends_at: Instant }>(
          'select day, ends_at from day where org_id = $org_id and day between $first and $today',
          { org_id, first, today },
        )
      ).map(({ day, ends_at }) => [day, ends_at]),
    )
    const days: SnapshotDay[] = []
    let [next, points, max_points] = [0, 0, 0]
    for (let day = first; day <= today; day++) {
      for (; next < totals.length && totals[next]!.day <= day; next++) {
        points += totals[next]!.numerator_delta
        max_points += totals[next]!.denominator_delta
      }
      const ends_at = ends.get(day)
      if (max_points > 0 && ends_at !== undefined) days.push({ day, ends_at, points, max_points })
    }
    return {
      days: days.toReversed(),
      controls: new Map(described.map((control) => [control.control_id, readControl(control)])),
      most_actions: Math.max(1, new Set(deltas.map(({ id }) => id)).size),
      actionsOf: (wanted) => {
        const found = new Map<number, ActionPoints[]>()
        const state = new Map<string, ActionPoints>()
        let place = 0
        for (const day of [...wanted].toSorted((a, b) => a - b)) {
          for (; place < deltas.length && deltas[place]!.day <= day; place++) {
            const { id, points: more, max_points: most } = deltas[place]!
            const before = state.get(id)
            const after = { id, points: (before?.points ?? 0) + more, max_points: (before?.max_points ?? 0) + most }
            if (after.max_points > 0) state.set(id, after)
            else state.delete(id)
          }
          found.set(
            day,
            [...state.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)),
          )
        }
        return found
      },
    }
  })
}

const readControl = ({ frameworks, details, ...control }: DescribedControl): SnapshotControl => ({
  ...control,
  frameworks: JSON.parse(frameworks) as SnapshotControl['frameworks'],
  details: details === null ? {} : (JSON.parse(details) as ControlDetails),
})

/** What tools said of whole tenants, and when they looked, for some days. */
export interface TenantWords {
  /** Of each control what holds at an instant; several tenants: the first. */
  resultsAt: (ends_at: Instant) => ReadonlyMap<string, TenantResult>
  /** When a source last looked before an instant; null: never. */
  lookedAt: (source: string, ends_at: Instant) => Instant | null
}

/** Reads what was said within the days, which must not be empty. */
export async function readTenantWords(engine: Engine, org_id: number, days: readonly SnapshotDay[]): Promise<TenantWords> {
  const ends = days.map(({ ends_at }) => ends_at)
  const since = ends.reduce((a, b) => Math.min(a, b)) - 1
  const until = ends.reduce((a, b) => Math.max(a, b))
  const [results, looks] = await Promise.all([readTenantResults(engine, org_id, since, until), readTenantLooks(engine, org_id, until)])
  const bySource = new Map<string, Instant[]>()
  for (const { source, observed_at } of looks) bySource.set(source, [...(bySource.get(source) ?? []), observed_at])
  return {
    resultsAt: (ends_at) => {
      const held = new Map<string, TenantResult>()
      for (const result of results)
        if (result.valid_from < ends_at && ends_at <= result.valid_to && !held.has(result.control_id)) held.set(result.control_id, result)
      return held
    },
    lookedAt: (source, ends_at) => (bySource.get(source) ?? []).findLast((at) => at < ends_at) ?? null,
  }
}

/** What the tenant's own snapshots said beside their points, at the ends of these days; days of which nothing was said are left out. */
export async function readTotalWords(engine: Engine, org_id: number, days: readonly SnapshotDay[]): Promise<Map<number, TotalDetails>> {
  if (!days.length) return new Map()
  const ends = days.map(({ ends_at }) => ends_at)
  const said = (
    await readTotals(
      engine,
      org_id,
      ends.reduce((a, b) => Math.min(a, b)) - 1,
      ends.reduce((a, b) => Math.max(a, b)),
    )
  ).map((row) => ({
    ...row,
    read: JSON.parse(row.details) as TotalDetails,
  }))
  const words = new Map<number, TotalDetails>()
  for (const { day, ends_at } of days) {
    const held = said.find(({ valid_from, valid_to }) => valid_from < ends_at && ends_at <= valid_to)
    if (held) words.set(day, held.read)
  }
  return words
}
