import type { z } from 'zod'
import { directions, formulas, readCoverage, readHistory, scoreOf, type ScoreName } from '../../insights/scores.ts'
import { exposureBounds, secureBounds } from '../../insights/unknown.ts'
import { listGroups } from '../../store/queries/overview/groups.ts'
import { levelOf } from '../../store/queries/words.ts'
import type { Api } from '../api.ts'
import type { Asked } from '../asked.ts'
import type { GroupScore, History, Scores } from '../shapes.ts'
import { findInitiative, summarizeInitiatives } from './initiatives.ts'
import { findMetric, pointsOf, unknownOf } from './metrics.ts'

/** How many days of history the changes of a score need. */
export const CHANGE_DAYS = 14

/** All scores of an organisation at a moment, with its coverage. */
export async function answerScores(api: Api, asked: Asked): Promise<z.infer<typeof Scores>> {
  const {
    store: { engine },
    catalog,
  } = api
  const { scope, moment } = asked
  const [exposures, secures, initiatives, coverage, unknown] = await Promise.all([
    readHistory(engine, scope, catalog, 'exposure', '', moment.day - CHANGE_DAYS, moment.day),
    readHistory(engine, scope, catalog, 'secure', '', moment.day - CHANGE_DAYS, moment.day),
    summarizeInitiatives(api, asked),
    readCoverage(engine, scope, moment.day),
    unknownOf(api, asked),
  ])
  return {
    as_of: asked.as_of,
    exposure: { ...scoreOf(catalog, 'exposure', '', exposures), ...exposureBounds(unknown, exposures.at(-1)) },
    secure: { ...scoreOf(catalog, 'secure', '', secures), ...secureBounds(unknown, secures.at(-1)) },
    initiatives: initiatives.map(({ title, score }) => ({ ...score, title })),
    coverage,
  }
}

/** One score day by day. Throws UserError('unknown_metric'), UserError('unknown_initiative'). */
export async function answerHistory(
  api: Api,
  asked: Asked,
  score: ScoreName,
  id: string,
  range: { from: number; to: number },
): Promise<z.infer<typeof History>> {
  const title =
    score === 'metric'
      ? findMetric(api, id).title
      : score === 'initiative'
        ? findInitiative(api, id).title
        : score === 'exposure'
          ? 'Exposure score'
          : 'Secure score'
  const points = pointsOf(await readHistory(api.store.engine, asked.scope, api.catalog, score, id, range.from, range.to))
  const target = score === 'initiative' ? 100 * findInitiative(api, id).target : null
  return {
    score,
    id: score === 'metric' || score === 'initiative' ? id : '',
    title,
    direction: directions[score],
    formula: formulas[score],
    target,
    rules: 'now',
    points,
  }
}

/** The exposure score of each asset group, the most exposed first; assets without a group are in none. */
export async function answerGroups(api: Api, asked: Asked): Promise<z.infer<typeof GroupScore>[]> {
  const groups = await listGroups(api.store.engine, asked.scope, asked.moment)
  return groups.map(({ asset_group, assets, scored, exposure }) => ({
    asset_group,
    assets,
    scored,
    value: exposure === null ? null : exposure * 100,
    level: levelOf(exposure === null ? null : exposure * 1e9),
  }))
}
