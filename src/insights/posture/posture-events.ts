import { type Justification, scoreMoving } from '../../model/exception.ts'
import { DAY_US, type Instant } from '../../model/time.ts'
import { dayText, parseDay, endOfDay } from '../../store/days.ts'
import { readDefinitions } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'
import { type ClosingImport, closingImports, type EventRow, grownAssets, scoredDays } from '../../store/queries/events/write.ts'
import { type EndingException, endingExceptions } from '../../store/queries/posture/ending-exceptions.ts'
import { type DefinitionChanged, definitionChanges } from '../../store/queries/posture/definition-changes.ts'
import { controlTitles } from '../../store/queries/explain/names.ts'
import { type Silence, silences } from '../../store/queries/posture/silence.ts'
import { allStoredDeltas } from '../../store/queries/scores/deltas.ts'
import { parseInitiative, type Catalog } from '../catalog.ts'
import { overdueActivities } from '../remediation/activities.ts'
import { kpisNow, kpiSteps } from '../kpis.ts'
import { everyDay, type HistoryPoint, statesOf } from '../history.ts'
import { readHistory, readInitiativeHistories, readMetricHistories, type ScoreName } from '../scores.ts'
import { scoreSteps, targetSteps } from './score-steps.ts'
import { readThresholds } from './thresholds.ts'

/** A value of a score that is not to be passed; the body of a definition of kind 'limit' is a list of them. */
interface Limit {
  score: ScoreName
  id: string
  /** 0–100 in the score's own direction. */
  worse_than: number
}

/** A score with its history, one point for each of the days. */
interface Told {
  score: ScoreName
  id: string
  title: string
  history: HistoryPoint[]
}

/** The days on which the organisation has scores, and what is asked of each of them. */
interface Days {
  /** The end of each day, by its place in the histories. */
  ends: readonly { day: number; ends_at: Instant }[]
  /** Events tell what happened until then. */
  now: Instant
}

/**
 * The posture events of an organisation, from its first score to `today`: scores that moved by their threshold or more within a day, targets reached
 * and missed, KPIs at risk and missed, recommended actions that regressed, new initiatives, changed content, silent sources, and imports that closed very much.
 */
export async function postureEvents(engine: Engine, org_id: number, catalog: Catalog, today: number, now: Instant): Promise<EventRow[]> {
  const write = writerOf(org_id, catalog)
  const others = [
    ...(await definitionEvents(engine, org_id, catalog, now, write)),
    ...(await silences(engine, org_id, now)).map((silence) => silentEvent(silence, write)),
    ...(await endingExceptions(engine, org_id, now)).map((ending) => endingEvent(ending, write)),
    ...(await closingImports(engine, org_id, today)).map((closing) => closingEvent(closing, write)),
    ...(await overdueEvents(engine, org_id, { at: now, day: today }, write)),
  ]
  const ends = await scoredDays(engine, org_id, today)
  const first = ends[0]?.day
  if (first === undefined) return others
  const scope = { org_id, groups: null }
  const metrics = await readMetricHistories(engine, scope, catalog, first, today)
  // Dozens of frameworks share their controls: one that nobody has set a target for would only say again what another has said.
  const followed = new Map([...catalog.initiatives].filter(([, { target }]) => target !== null))
  const told: Told[] = [
    {
      score: 'exposure',
      id: '',
      title: 'Exposure score',
      history: await readHistory(engine, scope, catalog, 'exposure', '', first, today),
    },
    { score: 'secure', id: '', title: 'Secure score', history: await readHistory(engine, scope, catalog, 'secure', '', first, today) },
    ...[...(await readInitiativeHistories(engine, scope, { ...catalog, initiatives: followed }, metrics, first, today))].map(
      ([id, history]) => ({
        score: 'initiative' as const,
        id,
        title: catalog.initiatives.get(id)!.title,
        history,
      }),
    ),
    ...[...metrics].map(([id, history]) => ({ score: 'metric' as const, id, title: catalog.metrics.get(id)!.title, history })),
  ]
  const days: Days = { ends, now }
  return [
    ...(await moveEvents(engine, org_id, told, days, write)),
    ...(await targetEvents(engine, org_id, catalog, told, days, write)),
    ...(await kpiEvents(engine, org_id, catalog, told, days, write)),
    ...(await limitEvents(engine, org_id, told, days, write)),
    ...(await regressionEvents(engine, org_id, days, write)),
    ...others,
  ]
}

/** What an event says beside its type; what is left out is not known or does not apply. */
type Said = Pick<EventRow, 'type' | 'day' | 'happened_at'> & { key: string; words: Record<string, string> } & Partial<EventRow>

type Write = (said: Said) => EventRow

/** Makes rows of events: direction and headline are those of the catalog. `key` makes the id unique among those of its day and type. */
const writerOf =
  (org_id: number, catalog: Catalog): Write =>
  ({ key, words, ...said }) => {
    const definition = catalog.events.get(said.type)
    const headline = (definition?.headline ?? '{title}').replace(/\{(\w+)\}/g, (_, name: string) => words[name] ?? words['title'] ?? '')
    return {
      org_id,
      event_id: `${dayText(said.day)}:${said.type}:${key}`,
      feed: 'posture',
      component: null,
      score: null,
      score_id: null,
      score_before: null,
      score_after: null,
      score_effect: null,
      recovered_day: null,
      direction: definition?.direction ?? 'neutral',
      subject_kind: null,
      subjects: '[]',
      effects: '[]',
      assets: 0,
      active_assets: 0,
      severity: null,
      source: null,
      headline,
      ...said,
    }
  }

const billionths = (value: number): number => Math.round(value * 1e7)
const inPoints = (points: number): string => `${points.toFixed(1)} points`

/** The instant of what the end of a day tells. */
const instantOf = ({ ends, now }: Days, index: number): Instant => Math.min(now, ends[index]!.ends_at - 1)

async function moveEvents(engine: Engine, org_id: number, told: readonly Told[], days: Days, write: Write): Promise<EventRow[]> {
  const thresholds = await readThresholds(engine, org_id)
  const moved = told.map((each) => ({ ...each, steps: scoreSteps(each.score, each.history, thresholds(each.score, each.id)) }))
  const worse = moved.flatMap(({ score, history, steps }) =>
    score === 'exposure' ? steps.filter(({ direction }) => direction === 'worse').map(({ index }) => history[index]!.day) : [],
  )
  const grown = await grownAssets(engine, org_id, worse)
  return moved.flatMap(({ score, id, title, history, steps }) =>
    steps.map(({ index, before, after, points, direction, recovered }) => {
      const { day, numerator, denominator } = history[index]!
      const name = score === 'initiative' || score === 'metric' ? score : (`${score}_score` as const)
      return write({
        type: `${name}_${direction}`,
        key: id,
        words: { title, points: inPoints(points) },
        day,
        happened_at: instantOf(days, index),
        score,
        score_id: id,
        score_before: billionths(before),
        score_after: billionths(after),
        assets: score === 'metric' ? numerator : score === 'exposure' && direction === 'worse' ? (grown.get(day) ?? 0) : 0,
        active_assets: score === 'metric' ? denominator : 0,
        recovered_day: recovered === null ? null : history[recovered]!.day,
      })
    }),
  )
}

/** Of initiatives: a target that a person set counts from the day on which it was set. */
async function targetEvents(
  engine: Engine,
  org_id: number,
  catalog: Catalog,
  told: readonly Told[],
  days: Days,
  write: Write,
): Promise<EventRow[]> {
  const since = new Map((await readDefinitions(engine, org_id, 'target')).map((each) => [each.id, each.since]))
  return told.flatMap(({ score, id, title, history }) => {
    const initiative = score === 'initiative' ? catalog.initiatives.get(id) : undefined
    if (!initiative || initiative.target === null) return []
    const target = 100 * initiative.target
    const by = initiative.target_by ? parseDay(initiative.target_by) : null
    return targetSteps(score, history, target, by)
      .filter(({ index }) => days.ends[index]!.ends_at > (since.get(id) ?? 0))
      .map(({ index, what, before, after, recovered }) => {
        const written = target.toFixed(target % 1 === 0 ? 0 : 1)
        const missed =
          what === 'due' ? `target of ${written} not reached by ${initiative.target_by}` : `fell below its target of ${written}`
        return write({
          type: what === 'reached' ? 'target_reached' : 'target_missed',
          key: id,
          words: { title, target: written, missed },
          day: history[index]!.day,
          happened_at: instantOf(days, index),
          score,
          score_id: id,
          score_before: before === null ? null : billionths(before),
          score_after: billionths(after),
          recovered_day: recovered === null ? null : history[recovered]!.day,
        })
      })
  })
}

/** Of KPIs: each counts from the day on which it was set as it is. */
async function kpiEvents(
  engine: Engine,
  org_id: number,
  catalog: Catalog,
  told: readonly Told[],
  { ends, now }: Days,
  write: Write,
): Promise<EventRow[]> {
  const events: EventRow[] = []
  const [first, last] = [ends[0]!.day, ends.at(-1)!.day]
  for (const { kpi_id, name, since, ...kpi } of await kpisNow(engine, org_id)) {
    const { score, id } = kpi
    const known = (score !== 'initiative' || catalog.initiatives.has(id)) && (score !== 'metric' || catalog.metrics.has(id))
    if (!known) continue
    const history =
      told.find((each) => each.score === score && each.id === id)?.history ??
      (await readHistory(engine, { org_id, groups: null }, catalog, score, id, first, last))
    const from = ends.find(({ ends_at }) => ends_at > since)?.day ?? last
    for (const { index, state, why, before, after, recovered } of kpiSteps(kpi, history, from))
      events.push(
        write({
          type: `kpi_${state}`,
          key: kpi_id,
          words: { title: name, missed: why },
          day: history[index]!.day,
          happened_at: instantOf({ ends, now }, index),
          score,
          score_id: id,
          score_before: before === null ? null : billionths(before),
          score_after: after === null ? null : billionths(after),
          recovered_day: recovered === null ? null : history[recovered]!.day,
        }),
      )
  }
  return events
}

/** Scores that got worse than a limit of a notification rule. The key begins with the rule. */
async function limitEvents(engine: Engine, org_id: number, told: readonly Told[], days: Days, write: Write): Promise<EventRow[]> {
  const events: EventRow[] = []
  for (const { id: rule_id, body } of await readDefinitions(engine, org_id, 'limit')) {
    for (const { score, id, worse_than } of JSON.parse(body) as Limit[]) {
      const found = told.find((each) => each.score === score && each.id === id)
      if (!found) continue
      for (const { index, what, before, after, recovered } of targetSteps(score, found.history, worse_than, null)) {
        if (what !== 'fell_below') continue
        events.push(
          write({
            type: 'score_beyond',
            key: `${rule_id}/${score}/${id}/${worse_than}`,
            words: { title: found.title, value: after.toFixed(1), limit: String(worse_than) },
            day: found.history[index]!.day,
            happened_at: instantOf(days, index),
            score,
            score_id: id,
            score_before: before === null ? null : billionths(before),
            score_after: billionths(after),
            recovered_day: recovered === null ? null : found.history[recovered]!.day,
          }),
        )
      }
    }
  }
  return events
}

/** Recommended actions that had all their points and lost some, one event for each day. */
async function regressionEvents(engine: Engine, org_id: number, days: Days, write: Write): Promise<EventRow[]> {
  const first = days.ends[0]!.day
  const last = days.ends.at(-1)!.day
  const controls = new Map<string, Awaited<ReturnType<typeof allStoredDeltas>>>()
  for (const delta of await allStoredDeltas(engine, org_id, 'control')) {
    const list = controls.get(delta.id)
    if (list) list.push(delta)
    else controls.set(delta.id, [delta])
  }
  const lost = new Map<number, { id: string; points: number; back: number | null }[]>()
  for (const [id, deltas] of controls) {
    const history = everyDay(statesOf(deltas, 1000), first, last)
    for (const [index, point] of history.entries()) {
      const before = history[index - 1]
      if (!before || before.value !== 100 || point.value === null || point.value === 100) continue
      const back = history.findIndex(({ value }, later) => later > index && value === 100)
      const points = ((100 - point.value) / 100) * point.denominator
      lost.set(index, [...(lost.get(index) ?? []), { id, points, back: back === -1 ? null : back }])
    }
  }
  const titles = await controlTitles(engine, org_id, [...new Set([...lost.values()].flat().map(({ id }) => id))])
  return [...lost].map(([index, list]) => {
    const ordered = list.toSorted((a, b) => b.points - a.points || (a.id < b.id ? -1 : 1))
    const points = list.reduce((sum, each) => sum + each.points, 0)
    const back = list.some((each) => each.back === null) ? null : Math.max(...list.map((each) => each.back!))
    const title = titles.get(ordered[0]!.id) ?? ordered[0]!.id
    return write({
      type: 'action_regressed',
      key: '',
      words: { title: list.length === 1 ? title : `${title} and ${list.length - 1} more`, points: inPoints(points) },
      day: first + index,
      happened_at: instantOf(days, index),
      subjects: JSON.stringify(ordered.map(({ id }) => id)),
      recovered_day: back === null ? null : first + back,
    })
  })
}

/** New initiatives one by one; all else that was changed on a day in one event. */
async function definitionEvents(engine: Engine, org_id: number, catalog: Catalog, now: Instant, write: Write): Promise<EventRow[]> {
  const events: EventRow[] = []
  const changed = new Map<number, DefinitionChanged[]>()
  for (const change of await definitionChanges(engine, org_id, now)) {
    if (change.kind === 'initiative' && change.what === 'added')
      events.push(
        write({
          type: 'new_initiative',
          key: change.id,
          words: { title: titleOf(catalog, change) },
          day: change.day,
          happened_at: change.at,
          score: 'initiative',
          score_id: change.id,
        }),
      )
    else changed.set(change.day, [...(changed.get(change.day) ?? []), change])
  }
  for (const [day, list] of changed) {
    const named = [...new Map(list.map((change) => [`${change.kind}:${change.id}`, titleOf(catalog, change)]))]
    const title = named[0]![1]
    events.push(
      write({
        type: 'content_changed',
        key: '',
        words: { title: named.length === 1 ? title : `${title} and ${named.length - 1} more` },
        day,
        happened_at: list.at(-1)!.at,
        subjects: JSON.stringify(named.map(([id]) => id)),
      }),
    )
  }
  return events
}

/** The title that a definition has now, else the one that it had. */
function titleOf(catalog: Catalog, { kind, id, body }: DefinitionChanged): string {
  const now = { metric: catalog.metrics, initiative: catalog.initiatives, objective: catalog.objectives }[kind].get(id)?.title
  if (now !== undefined) return now
  try {
    return kind === 'initiative' ? parseInitiative(id, body).title : id
  } catch {
    return id // a text that this version of the program cannot read
  }
}

/** The id names the day of the last report: the day of silence moves when the source's rhythm is known better. */
function silentEvent({ source, last_day, silent_at, silent_day, again_day, lasts }: Silence, write: Write): EventRow {
  return {
    ...write({
      type: 'source_silent',
      key: source,
      words: { source, days: String(lasts / DAY_US) },
      day: silent_day,
      happened_at: silent_at,
      source,
      recovered_day: again_day,
    }),
    event_id: `${dayText(last_day)}:source_silent:${source}`,
  }
}

/** An exception is about to end: the id names its end, which a person may still move. */
const endingEvent = (
  { exception_id, subject, component, justification, last_day, told_at, told_day }: EndingException,
  write: Write,
): EventRow =>
  write({
    type: 'exception_ends_soon',
    key: `${exception_id}:${dayText(last_day)}`,
    words: {
      title: subject ?? (component === null ? 'all that is found' : `all that is found in ${component}`),
      end: dayText(last_day),
      counts: scoreMoving.includes(justification as Justification) ? ': what it covers counts again' : '',
    },
    day: told_day,
    happened_at: told_at,
    component,
  })

/** Remediation that was not done by its day is told on the day after; the id names the day, which a person may still move. */
async function overdueEvents(engine: Engine, org_id: number, moment: { at: Instant; day: number }, write: Write): Promise<EventRow[]> {
  const overdue = await overdueActivities(engine, org_id, moment)
  return Promise.all(
    overdue.map(async ({ remediation_id, title, component, due_day, open }) =>
      write({
        type: 'remediation_overdue',
        key: `${remediation_id}:${dayText(due_day)}`,
        words: { title, due: dayText(due_day), open: `${open} ${open === 1 ? 'asset' : 'assets'}` },
        day: due_day + 1,
        happened_at: await endOfDay(engine, org_id, due_day),
        component,
      }),
    ),
  )
}

/** A report closed many findings of a source at once: told as it was learned, so an undone import tells nothing. */
const closingEvent = ({ import_no, happened_at, day, source, closed, open }: ClosingImport, write: Write): EventRow =>
  write({
    type: 'many_closed',
    key: `${import_no}:${source}`,
    words: { source, closed: String(closed), open: String(open) },
    day,
    happened_at,
    source,
  })
