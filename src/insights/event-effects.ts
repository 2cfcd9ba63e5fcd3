import { type CauseId, causeNumber } from '../model/cause.ts'
import type { Engine } from '../store/engines/engine.ts'
import { eventEffects, type EventPart, type EventSubject } from '../store/queries/events/effects.ts'
import type { Scope } from '../store/scope.ts'
import { dayCauses, type DayCauses } from './day-causes.ts'
import { apportion } from './split.ts'

/** An event as far as what it moved is concerned. */
export interface EventOfDay {
  event_id: string
  type: string
  day: number
  subjects: readonly string[]
}

/** What an event moved the exposure score by through one cause; units of 1e-6 points. */
export interface EventEffect {
  cause: number
  units: number
}

/** What moved the score on a day, and how much of each cause no event tells. */
export interface DayLedger extends Omit<DayCauses, 'causes'> {
  /** `rest`: the part of `units` that no event of the day tells. */
  causes: { cause: number; units: number; rest: number }[]
}

const started = ['coverage_changed', 'new_vulnerability', 'configuration_changed'] as const
const types: Record<string, { how: EventSubject['how']; causes: readonly CauseId[] }> = {
  new_vulnerability: { how: 'starts', causes: started },
  known_vulnerability_found: { how: 'starts', causes: ['new_vulnerability', 'configuration_changed'] },
  software_installed: { how: 'starts', causes: ['new_vulnerability', 'configuration_changed'] },
  new_configuration_assessment: { how: 'starts', causes: started },
  vulnerability_mitigated: { how: 'ends', causes: ['remediated'] },
  software_removed: { how: 'ends', causes: ['remediated'] },
  exception_started: { how: 'ends', causes: ['exception_started'] },
  exception_ended: { how: 'starts', causes: ['exception_ended'] },
  ...Object.fromEntries(
    ['new_public_exploit', 'exploit_verified', 'exploit_in_kit', 'known_exploited', 'used_by_ransomware', 'epss_jump'].map((type) => [
      type,
      { how: 'stage' as const, causes: ['exploit_intelligence'] as const },
    ]),
  ),
}

/** Of several changes of one vulnerability's exploits on one day, which tells the effect: the last. */
const rank = ['epss_jump', 'new_public_exploit', 'exploit_verified', 'exploit_in_kit', 'known_exploited', 'used_by_ransomware']

/** What rounding the shares of very many assets leaves of a cause that events tell whole; units of 1e-12 points. */
const NOISE = 1000

/** The subjects of events, which go by their place in the list, each (subject, day, cause) once; a day after the other, so that few are held at a time. */
function* subjectsOf(events: readonly EventOfDay[]): Generator<EventSubject> {
  const days = new Map<number, { event: number; told: EventOfDay }[]>()
  for (const [event, told] of events.entries()) {
    const own = days.get(told.day)
    if (own) own.push({ event, told })
    else days.set(told.day, [{ event, told }])
  }
  for (const [day, own] of days) {
    const found = new Map<string, { event: number; subject: string; cause: number; how: EventSubject['how']; rank: number }>()
    for (const { event, told } of own) {
      const { type, subjects } = told
      const moves = types[type]
      if (!moves) continue
      for (const subject of subjects)
        for (const id of moves.causes) {
          const cause = causeNumber(id)
          const key = `${cause} ${subject}`
          const place = rank.indexOf(type)
          if ((found.get(key)?.rank ?? -2) < place) found.set(key, { event, subject, cause, how: moves.how, rank: place })
        }
    }
    for (const { event, subject, cause, how } of found.values()) yield { event, subject, day, cause, how }
  }
}

/**
 * What each event moved the exposure score of a scope by, cause by cause, and the ledger of each day that moved from `from_day` to `to_day`:
 * of every day and cause the events' effects and the rest sum to the cause, as the explanation of that day shows it, to the last
 * digit. `events` must be all of these days.
 */
export async function effectsOf(
  engine: Engine,
  scope: Scope,
  events: readonly EventOfDay[],
  from_day: number,
  to_day: number,
  ask: typeof eventEffects = eventEffects,
): Promise<{ effects: Map<string, EventEffect[]>; days: DayLedger[] }> {
  const [causes, parts] = [await dayCauses(engine, scope, from_day, to_day), await ask(engine, scope, subjectsOf(events))]
  const byStep = new Map<string, EventPart[]>()
  for (const part of parts.toSorted((a, b) => (events[a.event]!.event_id < events[b.event]!.event_id ? -1 : 1))) {
    const key = `${events[part.event]!.day} ${part.cause}`
    const told = byStep.get(key)
    if (told) told.push(part)
    else byStep.set(key, [part])
  }
  const effects = new Map<string, EventEffect[]>()
  const days = causes.map(({ causes: moved, ...day }) => ({
    ...day,
    causes: moved.map(({ cause, units, exact }) => {
      const told = byStep.get(`${day.day} ${cause}`) ?? []
      // The rest is what the parts leave of the cause, in the same units of 1e-12 points.
      const whole = Number((exact.numerator * 1_000_000n) / exact.denominator)
      const rest = whole - told.reduce((sum, { part }) => sum + part, 0)
      const pieces = [...told.map(({ part }) => part), ...(Math.abs(rest) > NOISE ? [rest] : [])]
      const wholes = apportion(
        pieces.map((part) => ({ whole: BigInt(Math.floor(part / 1_000_000)), remainder: part / 1_000_000 - Math.floor(part / 1_000_000) })),
        BigInt(units),
      ).map(Number)
      for (const [index, { event }] of told.entries()) {
        const { event_id } = events[event]!
        if (wholes[index] !== 0) effects.set(event_id, [...(effects.get(event_id) ?? []), { cause, units: wholes[index]! }])
      }
      return { cause, units, rest: wholes[told.length] ?? 0 }
    }),
  }))
  return { effects, days }
}
