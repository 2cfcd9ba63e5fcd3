import type { z } from 'zod'
import type { HistoryPoint } from '../../insights/history.ts'
import {
  directions,
  formulas,
  readCoverage,
  readHistory,
  readHistoryThen,
  scoreOf,
  type ScoreName,
  targetOf,
} from '../../insights/scores.ts'
import { exposureBounds, readSecureUnknown, secureBounds } from '../../insights/unknown.ts'
import { listGroups } from '../../store/queries/overview/groups.ts'
import { levelOf } from '../../store/queries/words.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { GroupScore, History, Score, Scores } from '../shapes.ts'
import { findInitiative, summarizeInitiatives } from './initiatives.ts'
import { findMetric, pointsOf, unknownOf } from './metrics.ts'

/** How many days of history the changes of a score need. */
export const CHANGE_DAYS = 14

/** The secure score alone. */
export async function answerSecure(asked: Asked): Promise<z.infer<typeof Score>> {
  const { store, scope, catalog, moment } = asked
  const [points, unknown] = await Promise.all([
    readHistory(store.engine, scope, catalog, 'secure', '', moment.day - CHANGE_DAYS, moment.day),
    remember(store, ['secure-unknown', scope, moment.day], () => readSecureUnknown(store.engine, scope, moment.day)),
  ])
  return { ...scoreOf(catalog, 'secure', '', points), ...secureBounds(unknown, points.at(-1)) }
}

/** All scores of an organisation at a moment, with its coverage. */
export async function answerScores(asked: Asked): Promise<z.infer<typeof Scores>> {
  const {
    store: { engine },
    catalog,
  } = asked
  const { scope, moment } = asked
  const [exposures, secures, initiatives, coverage, unknown] = await Promise.all([
    readHistory(engine, scope, catalog, 'exposure', '', moment.day - CHANGE_DAYS, moment.day),
    readHistory(engine, scope, catalog, 'secure', '', moment.day - CHANGE_DAYS, moment.day),
    summarizeInitiatives(asked),
    readCoverage(engine, scope, moment.day),
    unknownOf(asked),
  ])
  return {
    as_of: asked.as_of,
    exposure: { ...scoreOf(catalog, 'exposure', '', exposures), ...exposureBounds(unknown, exposures.at(-1)) },
    secure: { ...scoreOf(catalog, 'secure', '', secures), ...secureBounds(unknown, secures.at(-1)) },
    initiatives: initiatives.map(({ title, score }) => ({ ...score, title })),
    coverage,
  }
}

/** The history of a score by the rules that were asked for. Throws UserError('unknown_score'). */
export const readHistoryAsked = (
  { store, scope, catalog, rules }: Asked,
  score: ScoreName,
  id: string,
  { from, to }: { from: number; to: number },
): Promise<HistoryPoint[]> => (rules === 'then' ? readHistoryThen : readHistory)(store.engine, scope, catalog, score, id, from, to)

/** One score day by day. Throws UserError('unknown_metric'), UserError('unknown_initiative'). */
export async function answerHistory(
  asked: Asked,
  score: ScoreName,
  id: string,
  range: { from: number; to: number },
): Promise<z.infer<typeof History>> {
  const title =
    score === 'metric'
      ? findMetric(asked, id).title
      : score === 'initiative'
        ? findInitiative(asked, id).title
        : score === 'exposure'
          ? 'Exposure score'
          : 'Secure score'
  const points = pointsOf(await readHistoryAsked(asked, score, id, range))
  const target = score === 'initiative' ? targetOf(asked.catalog, id) : null
  return {
    score,
    id: score === 'metric' || score === 'initiative' ? id : '',
    title,
    direction: directions[score],
    formula: formulas[score],
    target,
    rules: asked.rules,
    points,
  }
}

/** The exposure score of each asset group, the most exposed first; assets without a group are in none. */
export async function answerGroups(asked: Asked): Promise<z.infer<typeof GroupScore>[]> {
  const groups = await listGroups(asked.store.engine, asked.scope, asked.moment)
  return groups.map(({ asset_group, assets, scored, exposure }) => ({
    asset_group,
    assets,
    scored,
    value: exposure === null ? null : exposure * 100,
    level: levelOf(exposure === null ? null : exposure * 1e9),
  }))
}
