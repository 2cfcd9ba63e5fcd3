import {
  type DaysAhead,
  exceptionTurns,
  findingTurns,
  type FindingTurn,
  type SupportEnd,
  supportEnds,
} from '../store/queries/exceptions/turns.ts'
import type { AskedMoment } from '../store/queries/moment.ts'
import type { Scope } from '../store/scope.ts'
import type { Store } from '../store/store.ts'
import type { Catalog } from './catalog.ts'
import type { HistoryPoint } from './history.ts'
import { storeAhead } from './knowledge.ts'
import { readHistory, readInitiativeHistories, readMetricHistories, type ScoreName } from './scores.ts'

/** What a score is at the end of the day before and at the end of the day, when nothing else happens; null: nothing to score. */
export interface ScoreTurn {
  score: ScoreName
  id: string
  title: string
  before: number | null
  after: number | null
}

/** A day on which something ends or begins that people or makers said in advance. */
export interface DayAhead extends Omit<FindingTurn, 'day'> {
  day: number
  /** Numbers of exceptions that no longer hold at the end of this day, and of those that hold from it on. */
  ends: number[]
  begins: number[]
  support: Omit<SupportEnd, 'day'>[]
  /** Both scores of the whole, and the initiatives that move. Empty on days on which no score can. */
  scores: ScoreTurn[]
}

/**
 * What ends when, after a day and up to another: exceptions and support, with what each score will do on that day if until then nothing else
 * happens: nothing is found, nothing fixed, every asset is looked at as lately as it is now. What an end of
 * support does to the metric of unsupported software, and so to initiatives, is left out.
 */
export async function readAhead(store: Store, scope: Scope, catalog: Catalog, moment: AskedMoment, to_day: number): Promise<DayAhead[]> {
  const range: DaysAhead = { from_day: moment.day, to_day }
  const [edges, support] = [await exceptionTurns(store.engine, scope.org_id, range), await supportEnds(store.engine, scope, moment, range)]
  // Where nobody said anything in advance, the scores stand still, and the world of tomorrow need not be worked out.
  const world = edges.length > 0 ? storeAhead(store, catalog, { org_id: scope.org_id, ahead_day: moment.day }).engine : null
  const turns = world ? await findingTurns(world, scope, range) : []
  const histories = world && turns.length > 0 ? await world.snapshot((engine) => historiesOf(engine, scope, catalog, range)) : []
  const days = [...new Set([...edges, ...support, ...turns].map(({ day }) => day))].toSorted((a, b) => a - b)
  return days.map((day) => {
    const { day: _, ...turn } = turns.find((each) => each.day === day) ?? { day, counts_again: 0, left_out: 0, assets: 0 }
    const on = edges.filter((each) => each.day === day)
    return {
      day,
      ...turn,
      ends: on.filter(({ begins }) => begins === 0).map(({ exception_id }) => exception_id),
      begins: on.filter(({ begins }) => begins === 1).map(({ exception_id }) => exception_id),
      support: support.filter((each) => each.day === day).map(({ day: _day, ...each }) => each),
      scores: turn.counts_again + turn.left_out === 0 ? [] : histories.flatMap((each) => scoreTurn(each, day - moment.day)),
    }
  })
}

interface Titled extends Pick<ScoreTurn, 'score' | 'id' | 'title'> {
  history: HistoryPoint[]
}

async function historiesOf(engine: Store['engine'], scope: Scope, catalog: Catalog, { from_day, to_day }: DaysAhead): Promise<Titled[]> {
  const metrics = await readMetricHistories(engine, scope, catalog, from_day, to_day)
  const initiatives = await readInitiativeHistories(engine, scope, catalog, metrics, from_day, to_day)
  const whole = async (score: 'exposure' | 'secure', title: string): Promise<Titled> => ({
    score,
    id: '',
    title,
    history: await readHistory(engine, scope, catalog, score, '', from_day, to_day),
  })
  return [
    await whole('exposure', 'Exposure score'),
    await whole('secure', 'Secure score'),
    ...[...initiatives].map(([id, history]) => ({ score: 'initiative' as const, id, title: catalog.initiatives.get(id)!.title, history })),
  ]
}

/** The move of a score on a day by its place after the first; of initiatives only one that moves. */
function scoreTurn({ history, ...score }: Titled, place: number): ScoreTurn[] {
  const [before, after] = [history[place - 1]!.value, history[place]!.value]
  return score.score === 'initiative' && before === after ? [] : [{ ...score, before, after }]
}
