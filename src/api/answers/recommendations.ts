import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import type { Metric } from '../../insights/catalog.ts'
import { ParameterList } from '../../insights/condition-sql.ts'
import { compileTerms } from '../../insights/metric-condition.ts'
import { listRecommendations, type Recommendation } from '../../insights/recommendations.ts'
import { exploitStages, stageRank } from '../../model/exploit.ts'
import { severities, severityRank } from '../../model/severity.ts'
import { recommendedFor } from '../../store/queries/findings/recommended.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { MetricDetail } from '../shapes.ts'
import { exposedBy } from './metrics.ts'

/** All recommendations at a moment, the greatest gain first. */
export const recommend = ({ store, catalog, scope, moment }: Asked): Promise<Recommendation[]> =>
  remember(store, ['recommendations', scope, moment.day], () => listRecommendations(store.engine, scope, catalog, moment.day))

/** Fields by which recommendations can be filtered and sorted. */
export const recommendationFields: GivenFields<Recommendation> = new Map<string, GivenField<Recommendation>>([
  ['id', { read: (row) => row.id, column: { type: 'text', title: 'id' } }],
  ['kind', { read: (row) => row.kind, column: { type: 'text', title: 'kind', values: ['update', 'setting', 'campaign', 'attention'] } }],
  ['title', { read: (row) => row.title, column: { type: 'text', title: 'title' } }],
  ['component', { read: (row) => row.component, column: { type: 'text', title: 'component' } }],
  ['score', { read: (row) => row.score, column: { type: 'text', title: 'score', values: ['exposure', 'secure'] } }],
  ['gain', { read: (row) => Math.round(row.gain * 1e9), column: { type: 'number', title: 'gain', scale: 1e9 } }],
  ['assets', { read: (row) => row.assets, column: { type: 'number', title: 'assets' } }],
  ['critical_assets', { read: (row) => row.critical_assets, column: { type: 'number', title: 'critical assets' } }],
  ['findings', { read: (row) => row.findings, column: { type: 'number', title: 'findings' } }],
  ['vulnerabilities', { read: (row) => row.vulnerabilities, column: { type: 'number', title: 'vulnerabilities' } }],
  ['stage', { read: (row) => stageRank(row.stage), column: { type: 'ordered', title: 'exploit stage', values: exploitStages } }],
  [
    'severity',
    {
      read: (row) => (row.severity === null ? null : severityRank(row.severity)),
      column: { type: 'ordered', title: 'severity', values: severities },
    },
  ],
  ['source', { read: (row) => row.source, column: { type: 'text', title: 'source' } }],
  ['category', { read: (row) => row.category, column: { type: 'text', title: 'category' } }],
])

/** One recommendation that gains something at this moment. Throws UserError('unknown_recommendation'). */
export async function findRecommendation(asked: Asked, id: string): Promise<Recommendation> {
  const found = (await recommend(asked)).find((each) => each.id === id)
  if (!found)
    throw new UserError('unknown_recommendation', `there is no recommendation "${id.slice(0, 100)}" at that moment`, { status: 404 })
  return found
}

/** How many recommendations a metric shows. */
const SHOWN = 10

/** The recommendations that close findings which make assets exposed to a metric, the greatest gain first. */
export async function recommendationsOfMetric(asked: Asked, metric: Metric): Promise<z.infer<typeof MetricDetail>['recommendations']> {
  const parameters = new ParameterList('metric')
  const findings = compileTerms(metric.exposed_when, parameters).terms.flatMap((term) =>
    term.finding === null ? [] : [`(${term.finding})`],
  )
  if (findings.length === 0) return []
  const exposed = await exposedBy(asked, metric.id)
  const ids = await recommendedFor(
    asked.store.engine,
    asked.scope,
    asked.moment.day,
    exposed.map((asset) => asset.asset_id),
    findings.join(' or '),
    parameters.params,
  )
  if (ids.size === 0) return []
  const all = await recommend(asked)
  return all
    .filter(({ id }) => ids.has(id))
    .slice(0, SHOWN)
    .map(({ id, title, gain, assets }) => ({ id, title, gain, assets }))
}
