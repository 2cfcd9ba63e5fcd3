import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import type { MetricSql } from '../metrics/sweep.ts'
import { foundFindings, foundParams, recommendationSql } from './found.ts'
import type { CampaignSql } from './figures.ts'

/** A predicate over f, v, c: some of these recommendations closes the finding. */
export function closedByAny(ids: readonly string[], campaigns: readonly CampaignSql[]): { member: string; params: Params } {
  const asked = campaigns.filter(({ id }) => ids.includes(id))
  return {
    member: [`(${recommendationSql}) = any($together_ids)`, ...asked.map(({ member }) => `coalesce((${member}), false)`)].join(' or '),
    params: { together_ids: [...ids], ...Object.assign({}, ...asked.map(({ params }) => params)) },
  }
}

/** A metric's question of assets and findings, and whom it finds exposed. */
export interface AskedMetric {
  terms: MetricSql['terms']
  params: Params
  exposed: readonly number[]
}

/**
 * How many of the assets that a metric finds exposed are so no longer when exactly the findings close for which `member` holds (over f, v,
 * c): every term that makes them so needs one of these.
 */
export async function countCleared(
  engine: Engine,
  scope: Scope,
  day: number,
  closing: { member: string; params: Params },
  metric: AskedMetric,
): Promise<number> {
  if (metric.exposed.length === 0) return 0
  const onFindings = metric.terms.filter((term) => term.finding !== null)
  const match = onFindings.map((term) => `(${term.asset === null ? '' : `(${term.asset}) and `}(${term.finding}))`).join(' or ') || 'false'
  const ofAsset = metric.terms.filter((term) => term.finding === null).map((term) => `coalesce((${term.asset ?? 'true'}), false)`)
  const text = `${foundFindings(scope.groups, { member: closing.member, met: match }, { informational: true })}
    select count(*) as cleared from here a where a.asset_id in (select unnest($exposed)) and not (${ofAsset.join(' or ') || 'false'})
      and a.asset_id not in (select asset_id from found where met and not member)`
  const [row] = await engine.query<{ cleared: number }>(text, {
    ...foundParams(scope, day),
    ...closing.params,
    ...Object.fromEntries(Object.entries(metric.params).filter(([name]) => new RegExp(`\\$${name}\\b`).test(text))),
    exposed: [...metric.exposed],
  })
  return row!.cleared
}
