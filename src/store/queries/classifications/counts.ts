import type { AssetRuleKind } from '../../../model/asset-rule.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, holds, momentParams, presentColumns } from '../moment.ts'

/** How many assets fit a rule at a moment. */
export interface RuleCount {
  rule_id: string
  /** Certain enough, or confirmed by a person, whether the rule is on or not. */
  assets: number
  /** Fit, but not certain enough, and nobody decided yet. */
  to_review: number
}

/** Assets of each rule of a kind that has any; `thresholds` by rule. Assets that have left are not counted. */
export const countRules = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  kind: AssetRuleKind,
  thresholds: readonly { id: string; threshold: number }[],
): Promise<RuleCount[]> =>
  thresholds.length === 0
    ? Promise.resolve([])
    : engine.query<RuleCount>(
        `with ${presentColumns(scope, ['asset_id'])},
        rule as (select unnest($ids) as rule_id, unnest($thresholds) as threshold)
        select c.rule_id, count(case when ${memberSql} then 1 end) as assets, count(case when ${reviewSql} then 1 end) as to_review
        from asset_class c join a on a.asset_id = c.asset_id join rule r on r.rule_id = c.rule_id
        where c.org_id = $org_id and c.kind = $kind and ${holds('c')} group by c.rule_id order by c.rule_id collate "C"`,
        {
          ...momentParams(scope, moment),
          kind,
          ids: thresholds.map(({ id }) => id),
          thresholds: thresholds.map(({ threshold }) => threshold),
        },
      )

/** SQL over a row `c` of asset_class beside its rule `r`: certain enough, or confirmed. */
export const memberSql = `(coalesce(c.decision, '') <> 'no' and (c.certainty >= r.threshold or coalesce(c.decision, '') = 'yes'))`

/** SQL as {@link memberSql}: fits, but is not certain enough, and nobody decided. */
export const reviewSql = '(c.decision is null and c.certainty < r.threshold)'
