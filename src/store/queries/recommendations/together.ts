import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import type { MetricSql } from '../metrics/sweep.ts'
import { countingSql, foundFindings, foundParams, recommendationSql } from './found.ts'
import type { CampaignSql } from './figures.ts'

/** A predicate over f, v, c: some of these recommendations closes the finding. */
export function closedByAny(ids: readonly string[], campaigns: readonly CampaignSql[]): { member: string; params: Params } {
  const asked = campaigns.filter(({ id }) => ids.includes(id))
  return {
    member: [`(${recommendationSql}) = any($together_ids)`, ...asked.map(({ member }) => `coalesce((${member}), false)`)].join(' or '),
    params: { together_ids: [...ids], ...Object.assign({}, ...asked.map(({ params }) => params)) },
  }
}

/** A metric's question of assets and findings, its parameters named as no other's. */
export interface AskedMetric extends Pick<MetricSql, 'population' | 'subject' | 'terms' | 'params'> {
  /** Whom it finds exposed, where that takes more than its population and the freshness of looks; else null. */
  exposed: readonly number[] | null
}

/**
 * For each metric how many of the assets that it finds exposed are so no longer when exactly the findings close for which `member` holds (over f, v,
 * c): every term that makes them so needs one of these. What counts for nothing is no part of a recommendation and stays open. One question for all of them.
 */
export async function countCleared(
  engine: Engine,
  scope: Scope,
  day: number,
  closing: { member: string; params: Params },
  metrics: readonly AskedMetric[],
): Promise<number[]> {
  if (metrics.length === 0) return []
  const columns = metrics.map(({ terms }, index): [string, string] => [
    `met_${index}`,
    terms
      .flatMap((term) => (term.finding === null ? [] : [`(${term.asset === null ? '' : `(${term.asset}) and `}(${term.finding}))`]))
      .join(' or ') || 'false',
  ])
  const counts = metrics.map(({ population, subject, terms, exposed }, index) => {
    const ofAsset = terms.flatMap((term) => (term.finding === null ? [`coalesce((${term.asset ?? 'true'}), false)`] : []))
    const asked =
      exposed === null
        ? `(${population}) and a.asset_id in (select asset_id from fresh_history where org_id = $org_id and subject = '${subject}' and from_day <= $day and $day < to_day)`
        : `a.asset_id in (select unnest($exposed_${index}))`
    return `cast(coalesce(sum(case when was_${index} and not still_${index} and not (${ofAsset.join(' or ') || 'false'}) and ${asked} then 1 else 0 end), 0) as bigint) as cleared_${index}`
  })
  const text = `${foundFindings(scope.groups, { closing: `(${closing.member}) and ${countingSql}`, ...Object.fromEntries(columns) }, { informational: true })},
    of_asset as (
      select asset_id, ${metrics.map((_, index) => `bool_or(met_${index}) as was_${index}, bool_or(met_${index} and not closing) as still_${index}`).join(', ')}
      from found group by asset_id having bool_or(closing)
    )
    select ${counts.join(', ')} from here a join of_asset o on o.asset_id = a.asset_id`
  const [row] = await engine.query<Record<string, number>>(text, {
    ...foundParams(scope, day),
    ...closing.params,
    ...Object.assign({}, ...metrics.map(({ params }) => params)),
    ...Object.fromEntries(metrics.flatMap(({ exposed }, index) => (exposed === null ? [] : [[`exposed_${index}`, [...exposed]]]))),
  })
  return metrics.map((_, index) => row![`cleared_${index}`]!)
}
