import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import type { Initiative, Metric } from '../../insights/catalog.ts'
import { jointGain } from '../../insights/joint-gain.ts'
import { metricActions } from '../../insights/metric-actions.ts'
import { metricRecommendations, ownRecommendation, standsAlone } from '../../insights/metric-recommendations.ts'
import { type CataloguedRecommendation, catalogueRecommendations, inOrder } from '../../insights/recommendation-catalog.ts'
import { readGains, type Recommendation, recommendationsOf } from '../../insights/recommendations.ts'
import { exploitStages } from '../../model/exploit.ts'
import {
  exceptionCovers,
  gainingScores,
  impacts,
  recommendationKinds,
  recommendationStates,
  recommendationTags,
  remediationTypes,
  surfaces,
  threats,
} from '../../model/recommendation.ts'
import { severities } from '../../model/severity.ts'
import { dayText } from '../../store/days.ts'
import { frameworkControls } from '../../store/queries/initiatives/framework-deltas.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { CataloguedRecommendation as Catalogued, JointGain } from '../shapes/recommendation.ts'
import type { MetricDetail } from '../shapes.ts'
import { exposedBy, historiesOf } from './metrics.ts'
import { implementationWords } from './recommendation-words.ts'

const gainsOf = ({ store, catalog, edition, scope, moment }: Asked) =>
  remember(store, ['open gains', scope, moment.day, edition], () => readGains(store.engine, scope, catalog, moment.day))

/** All recommendations that gain something at a moment, the greatest gain first. */
export const recommend = async (asked: Asked): Promise<Recommendation[]> => recommendationsOf(asked.catalog, await gainsOf(asked))

/** The whole catalogue at a moment: what is open, mitigated, done, or nobody can tell. */
export const catalogue = (asked: Asked): Promise<CataloguedRecommendation[]> => {
  const { store, catalog, scope, moment } = asked
  return remember(store, ['recommendations', scope, moment.day, asked.edition, asked.now ? null : moment.at], async () =>
    inOrder(
      withPreview(catalog, [
        ...(await catalogueRecommendations(store.engine, scope, catalog, moment, await gainsOf(asked))),
        ...(await metricActions(store.engine, scope, catalog, moment.day, await historiesOf(asked))),
      ]),
    ),
  )
}

/** The rows, with the tag *preview* on what only initiatives are about that may still change. */
const withPreview = ({ initiatives }: Asked['catalog'], rows: readonly CataloguedRecommendation[]): CataloguedRecommendation[] =>
  rows.map((row) =>
    row.initiatives.length > 0 && row.initiatives.every((id) => initiatives.get(id)?.preview)
      ? { ...row, tags: [...row.tags, 'preview' as const] }
      : row,
  )

/** A row of the catalogue as it goes over the wire. */
export const catalogued =
  ({ moment, as_of }: Asked, activities: ReadonlyMap<string, number>) =>
  (row: CataloguedRecommendation): z.infer<typeof Catalogued> => {
    const { changed_on_day, objectives: _, description: _text, remediation: _steps, url: _url, ...rest } = row
    return {
      ...rest,
      implementation: implementationWords(row),
      last_calculated_at: as_of,
      last_state_change: changed_on_day === null || changed_on_day > moment.day ? null : dayText(changed_on_day),
      activities: activities.get(row.id) ?? 0,
    }
  }

/** Text that holds all of some words, for {@link several}. */
const all = (words: readonly string[]): string | null => (words.length === 0 ? null : `|${words.join('|')}|`)

/** Fields by which recommendations can be filtered and sorted. */
export const recommendationFields: GivenFields<CataloguedRecommendation> = new Map<string, GivenField<CataloguedRecommendation>>([
  ['id', text('id', (row) => row.id)],
  ['kind', text('kind', (row) => row.kind, recommendationKinds)],
  ['title', text('title', (row) => row.title)],
  ['component', text('component', (row) => row.component)],
  ['state', text('state', (row) => row.state, recommendationStates)],
  ['exception', text('exception', (row) => row.exception, exceptionCovers)],
  ['remediation_type', text('remediation type', (row) => row.remediation_type, remediationTypes)],
  ['impact', ordered('impact', impacts, (row) => row.impact)],
  ['risk', ordered('risk', ['low', 'medium', 'high', 'critical'], (row) => row.risk)],
  ['rank', number('rank', (row) => row.rank)],
  ['score', text('score', (row) => row.score, gainingScores)],
  ['gain', { read: (row) => Math.round(row.gain * 1e9), column: { type: 'number', title: 'gain', scale: 1e9 } }],
  [
    'gain_before',
    { read: (row) => Math.round(row.gain_before * 1e9), column: { type: 'number', title: 'gain without exceptions', scale: 1e9 } },
  ],
  ['exposure_gain', { read: (row) => Math.round(row.exposure_gain * 1e9), column: { type: 'number', title: 'exposure gain', scale: 1e9 } }],
  ['assets', number('assets', (row) => row.assets)],
  ['assets_after', number('assets after exceptions', (row) => row.assets_after)],
  ['assets_change', number('change of assets in 14 days', (row) => row.trend.at(-1)! - row.trend[0]!)],
  ['critical_assets', number('critical assets', (row) => row.critical_assets)],
  ['internet_assets', number('internet-facing assets', (row) => row.internet_assets)],
  ['findings', number('findings', (row) => row.findings)],
  ['vulnerabilities', number('vulnerabilities', (row) => row.vulnerabilities)],
  ['stage', ordered('exploit stage', exploitStages, (row) => row.stage)],
  ['severity', ordered('severity', severities, (row) => row.severity)],
  ['last_state_change', number('last state change', (row) => row.changed_on_day)],
  ['metrics', number('related metrics', (row) => row.metrics.length)],
  ['initiatives', number('related initiatives', (row) => row.initiatives.length)],
  ['source', several('source', (row) => all(row.sources))],
  ['workload', text('workload', (row) => row.workload)],
  ['vendor', text('vendor', (row) => row.vendor)],
  ['category', text('category', (row) => row.category)],
  ['counts', text('counts toward a score', (row) => (row.counts ? 'yes' : 'no'), ['yes', 'no'])],
  ['stale', text('stale', (row) => (row.stale ? 'yes' : 'no'), ['yes', 'no'])],
  ['surface', several('attack surface', (row) => all(row.surfaces), surfaces)],
  ['tag', several('tag', (row) => all(row.tags), recommendationTags)],
  ['threat', several('threat', (row) => all(row.threats), threats)],
  ['active_alert', text('active alert', (row) => (row.active_alert === null ? null : row.active_alert ? 'yes' : 'no'), ['yes', 'no'])],
  ['no_user_impact', number('assets without impact on users', (row) => row.user_impact?.none ?? null)],
  ['metric', several('metric', (row) => all(row.metrics))],
  ['initiative', several('initiative', (row) => all(row.initiatives))],
])

type Field = GivenField<CataloguedRecommendation>
function text(title: string, read: (row: CataloguedRecommendation) => string | null, values?: readonly string[]): Field {
  return { read, column: { type: 'text', title, ...(values ? { values } : {}) } }
}
function several(title: string, read: (row: CataloguedRecommendation) => string | null, values?: readonly string[]): Field {
  return { read, column: { type: 'text', title, several: true, ...(values ? { values } : {}) } }
}
function number(title: string, read: (row: CataloguedRecommendation) => number | null): Field {
  return { read, column: { type: 'number', title } }
}
function ordered<W extends string>(title: string, values: readonly W[], word: (row: CataloguedRecommendation) => W | null): Field {
  return {
    read: (row) => {
      const value = word(row)
      return value === null ? null : values.indexOf(value)
    },
    column: { type: 'ordered', title, values },
  }
}

/** One row of the catalogue. Throws UserError('unknown_recommendation'). */
export async function findCatalogued(asked: Asked, id: string): Promise<CataloguedRecommendation> {
  const found = (await catalogue(asked)).find((each) => each.id === id)
  if (!found)
    throw new UserError('unknown_recommendation', `there is no recommendation "${id.slice(0, 100)}" at that moment`, { status: 404 })
  return found
}

/** What some recommendations give back together. Throws UserError('unknown_recommendation'). */
export async function gainTogether(asked: Asked, ids: readonly string[]): Promise<z.infer<typeof JointGain>> {
  const chosen = [...new Set(ids)].toSorted()
  const rows = await Promise.all(chosen.map((id) => findCatalogued(asked, id)))
  const { store, catalog, scope, moment } = asked
  const metrics = [...new Set(rows.flatMap((row) => row.metrics))]
  const gain = await remember(store, ['gain together', chosen, scope, moment.day, asked.edition], () =>
    jointGain(store.engine, scope, catalog, chosen, metrics, moment.day),
  )
  return { recommendations: chosen, ...gain }
}

/**
 * The recommendations of a metric, the greatest gain first, and last its own for the assets of which no other closes anything. Together they are for exactly the
 * assets that it finds exposed.
 */
export async function recommendationsOfMetric(asked: Asked, metric: Metric): Promise<z.infer<typeof MetricDetail>['recommendations']> {
  const exposed = (await exposedBy(asked, metric.id)).map((asset) => asset.asset_id)
  const parts = await metricRecommendations(asked.store.engine, asked.scope, metric, asked.moment.day, exposed)
  if (parts.length === 0) return []
  const own = ownRecommendation(metric)
  const known = new Map((standsAlone(metric) ? await catalogue(asked) : await recommend(asked)).map((each) => [each.id, each]))
  return parts
    .map(({ recommendation: id, assets }) => {
      const found = known.get(id)
      if (id === own && !found) return { id, title: metric.recommendation ?? metric.title, gain: null, score: null, assets }
      return { id, title: found?.title ?? id.replace(/^[a-z]+:/, ''), gain: found?.gain ?? 0, score: found?.score ?? null, assets }
    })
    .toSorted((a, b) => (b.gain ?? -1) - (a.gain ?? -1) || b.assets - a.assets || (a.id < b.id ? -1 : 1))
}

/**
 * The catalogue's recommendations that an initiative is about: those of its metrics, or the controls that serve its framework. Only what applies to assets that
 * are there (M-063).
 */
export async function recommendationsOfInitiative(asked: Asked, initiative: Initiative): Promise<CataloguedRecommendation[]> {
  const rows = (await catalogue(asked)).filter(({ state }) => state !== 'not_available')
  if (!initiative.frameworks.length) return rows.filter(({ initiatives }) => initiatives.includes(initiative.id))
  const controls = await frameworkControls(asked.store.engine, asked.scope.org_id, initiative.framework_keys ?? [])
  return rows.filter(({ id }) => id.startsWith('setting:') && controls.has(id.slice('setting:'.length)))
}
