import type { z } from 'zod'
import { type CatalogMove, catalogMoves } from '../../insights/catalog-moves.ts'
import { catalogAt } from '../../insights/definitions.ts'
import { MOST_THINKING } from '../../insights/draft.ts'
import type { EventAnswer } from '../../insights/events.ts'
import { type ChangedBy, changedBy } from '../../insights/posture/changed-by.ts'
import { relatedThreats } from '../../insights/posture/related-threats.ts'
import type { ScoreName } from '../../insights/scores.ts'
import { dayText, endOfDay } from '../../store/days.ts'
import { controlTitles } from '../../store/queries/explain/names.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { PostureDetail } from '../shapes/events.ts'
import { answerExplain } from './explain.ts'
import { recommend, recommendationsOfInitiative, recommendationsOfMetric } from './recommendations.ts'

type Detail = z.infer<typeof PostureDetail>

/** How many parts, recommendations and subjects an event shows. */
const SHOWN = 10

/** What the detail of a posture event tells beyond its row: why its score moved, what that did to initiatives, and what would help. */
export async function answerPosture(asked: Asked, event: EventAnswer): Promise<Detail> {
  const why = asked.catalog.events.get(event.type)?.why ?? ''
  if (event.feed === 'risk') return { why, move: null, initiatives: [], recommendations: [], threats: [], about: [] }
  const changed = await changedOf(asked, event)
  return {
    why,
    move: await moveOf(asked, event, changed),
    initiatives: event.score === 'metric' ? await effectsOf(asked, event) : [],
    recommendations: await helpFor(asked, event),
    threats: await threatsOf(asked, event, changed),
    about: await aboutOf(asked, event),
  }
}

const explained = (asked: Asked, score: ScoreName, id: string, day: number, limit: number) =>
  answerExplain(asked, asked, { from: day - 1, to: day }, { score, id, asset_id: null }, { limit })

const isThere = ({ catalog }: Asked, { score, score_id }: EventAnswer): boolean =>
  score === 'metric'
    ? catalog.metrics.has(score_id ?? '')
    : score === 'initiative'
      ? catalog.initiatives.has(score_id ?? '')
      : score !== null

/** The assets that made the score of an event worse or better; null: no score of today's moved. */
function changedOf(asked: Asked, event: EventAnswer): Promise<ChangedBy[]> | null {
  if (event.score_before === null || event.score_after === null || !isThere(asked, event)) return null
  return remember(asked.store, ['changed by', asked.scope, event.event_id], () =>
    changedBy(asked.store.engine, asked.scope, asked.catalog, event),
  )
}

/** The risk events behind it; see {@link relatedThreats}. */
async function threatsOf({ store, scope }: Asked, event: EventAnswer, changed: readonly ChangedBy[] | null): Promise<Detail['threats']> {
  const worse = (changed ?? []).filter((each) => each.change === 'worse').map(({ asset_id }) => asset_id)
  const found = await relatedThreats(store.engine, scope.org_id, worse, event.day, SHOWN)
  return found.map(({ day, ...threat }) => ({ ...threat, day: dayText(day) }))
}

async function moveOf(asked: Asked, event: EventAnswer, changed: readonly ChangedBy[] | null): Promise<Detail['move']> {
  if (changed === null) return null
  const told = await explained(asked, event.score as ScoreName, event.score_id ?? '', event.day, SHOWN)
  const { direction, change, causes, groups, parts } = told
  const worse = changed.filter((each) => each.change === 'worse').length
  return { direction, change, causes, groups, parts, worse_assets: worse, better_assets: changed.length - worse }
}

/** What a metric moved each of its initiatives by on the day: its part in the explanation of the initiative. */
async function effectsOf(asked: Asked, event: EventAnswer): Promise<Detail['initiatives']> {
  const effects: Detail['initiatives'] = []
  for (const { id, title, metrics } of asked.catalog.initiatives.values()) {
    const part = metrics.find((metric) => metric.id === event.score_id)
    if (!part) continue
    const told = await explained(asked, 'initiative', id, event.day, 1000)
    const own = told.parts.filter((each) => each.kind === 'metric' && each.id === event.score_id)
    effects.push({ id, title, weight: part.weight, effect: own.reduce((sum, each) => sum + each.part, 0) })
  }
  return effects.toSorted((a, b) => Math.abs(b.effect ?? 0) - Math.abs(a.effect ?? 0) || (a.id < b.id ? -1 : 1))
}

/** The recommendations that close most of what the event is about, as things are now. */
async function helpFor(asked: Asked, event: EventAnswer): Promise<Detail['recommendations']> {
  if (!isThere(asked, event)) return []
  const short = (list: readonly { id: string; title: string; gain: number | null }[]) =>
    list.flatMap(({ id, title, gain }) => (gain === null || gain === 0 ? [] : [{ id, title, gain }])).slice(0, SHOWN)
  const { catalog } = asked
  if (event.score === 'metric') return short(await recommendationsOfMetric(asked, catalog.metrics.get(event.score_id!)!))
  if (event.score === 'exposure' || event.score === 'secure')
    return short((await recommend(asked)).filter(({ score }) => score === event.score))
  return short(await recommendationsOfInitiative(asked, catalog.initiatives.get(event.score_id!)!))
}

async function aboutOf(asked: Asked, event: EventAnswer): Promise<Detail['about']> {
  const { store, scope, catalog } = asked
  const subjects = event.subjects.slice(0, 100)
  if (event.type === 'action_regressed') {
    const titles = await controlTitles(store.engine, scope.org_id, subjects)
    return subjects.map((id) => ({ kind: 'control', id, title: titles.get(id) ?? id, change: null }))
  }
  if (event.type !== 'content_changed') return []
  const moves = await movesOf(asked, event.day)
  const changeOf = (kind: string, id: string) => {
    const move = moves.find((each) => each.kind === kind && each.id === id)
    return move ? { before: move.before, after: move.after, notes: [...(move.what === 'changed' ? [] : [move.what]), ...move.why] } : null
  }
  const changed = subjects.map((subject) => {
    const kind = subject.slice(0, subject.indexOf(':'))
    const id = subject.slice(kind.length + 1)
    const definitions = { metric: catalog.metrics, initiative: catalog.initiatives, objective: catalog.objectives }
    return { kind, id, title: definitions[kind as keyof typeof definitions]?.get(id)?.title ?? id, change: changeOf(kind, id) }
  })
  const effects = moves
    .filter(({ kind, id, what }) => kind === 'initiative' && what === 'same' && !subjects.includes(`initiative:${id}`))
    .map(({ kind, id, title, before, after, why }) => ({ kind, id, title, change: { before, after, notes: why } }))
  return [...changed, ...effects]
}

/** What the definitions of a day's end make of the scores beside those of the day before, from the findings of that end. */
function movesOf({ store, scope, today, edition }: Asked, day: number): Promise<CatalogMove[]> {
  const { engine } = store
  return remember(store, ['catalog moves', scope, day, edition], async () => {
    const lastOf = async (of: number) => catalogAt(engine, today, scope.org_id, (await endOfDay(engine, scope.org_id, of)) - 1)
    return engine.hurried(3 * MOST_THINKING, async (hurried) => catalogMoves(hurried, scope, await lastOf(day - 1), await lastOf(day), day))
  })
}
