import type { z } from 'zod'
import { readCoverage, readHistory, scoreOf } from '../../insights/scores.ts'
import { exposureBounds, secureBounds } from '../../insights/unknown.ts'
import { countOverview } from '../../store/queries/overview/counts.ts'
import { listOrganisations } from '../../store/queries/overview/organisations.ts'
import { listSources } from '../../store/queries/sources/list.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { Organisation, Overview } from '../shapes.ts'
import { titleOf } from '../titles.ts'
import { dotsOf, eventItem, eventsOf } from './events.ts'
import { summarizeInitiatives } from './initiatives.ts'
import { pointsOf, summarizeMetrics, unknownOf } from './metrics.ts'
import { recommend } from './recommendations.ts'
import { CHANGE_DAYS } from './scores.ts'

/** What is shown before anything was imported: the organisation that the first import will open. */
const nobody: z.infer<typeof Organisation> = {
  org_id: 0,
  slug: '',
  name: 'My organisation',
  zone: 'UTC',
  demo: false,
  tenants: [],
  assets: 0,
}

/** All that the overview shows. */
export async function answerOverview(asked: Asked, range: { from: number; to: number }): Promise<z.infer<typeof Overview>> {
  const { store, catalog, scope, moment } = asked
  const [known, exposures, secures, coverage, counts, initiatives, metrics, recommendations, risk, posture, dots, sources, unknown] =
    await Promise.all([
      listOrganisations(store.engine, moment.at),
      historyOf(asked, 'exposure', range),
      historyOf(asked, 'secure', range),
      readCoverage(store.engine, scope, moment.day),
      remember(store, ['overview', scope, moment.day, asked.now ? null : moment.at], () => countOverview(store.engine, scope, moment)),
      summarizeInitiatives(asked),
      summarizeMetrics(asked),
      recommend(asked),
      eventsOf(asked, { feed: 'risk', ...range }),
      eventsOf(asked, { feed: 'posture', ...range }),
      dotsOf(asked, range),
      answerSources(asked),
      unknownOf(asked),
    ])
  const organisation = known.find((each) => each.org_id === scope.org_id) ?? nobody
  return {
    organisation,
    as_of: asked.as_of,
    empty: sources.every((source) => source.kind === 'feed') && coverage.assets === 0,
    exposure: { ...scoreOf(catalog, 'exposure', '', exposures.changes), ...exposureBounds(unknown, exposures.now) },
    secure: { ...scoreOf(catalog, 'secure', '', secures.changes), ...secureBounds(unknown, secures.now) },
    coverage,
    exposure_history: exposures.points,
    secure_history: secures.points,
    ...counts,
    initiatives,
    metrics: metrics.filter((metric) => metric.exposure !== null).slice(0, 6),
    recommendations: recommendations.slice(0, 6),
    events: risk.items.slice(0, 8).map(eventItem),
    posture_events: posture.items.slice(0, 5).map(eventItem),
    event_dots: dots,
    sources,
  }
}

async function historyOf(
  { store, catalog, scope, moment }: Asked,
  score: 'exposure' | 'secure',
  { from, to }: { from: number; to: number },
) {
  const history = await readHistory(store.engine, scope, catalog, score, '', Math.min(from, moment.day - CHANGE_DAYS), moment.day)
  return {
    now: history.at(-1),
    changes: history.slice(-1 - CHANGE_DAYS),
    points: pointsOf(history.filter(({ day }) => from <= day && day <= to)),
  }
}

/** Sources with their titles. */
export async function answerSources({ store, scope, moment }: Asked): Promise<z.infer<typeof Overview>['sources']> {
  const items = await listSources(store.engine, scope, moment)
  return items.map(({ format, ...source }) => ({ ...source, title: titleOf(format) ?? source.source }))
}
