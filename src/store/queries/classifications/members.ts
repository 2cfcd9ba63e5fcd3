import type { AssetRuleKind } from '../../../model/asset-rule.ts'
import { type AssetRulesSql, foundCtes, namedIn } from '../../derive/classes.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, holds, momentParams, presentColumns } from '../moment.ts'
import { memberSql, reviewSql } from './counts.ts'

/** An asset that fits a rule, by which clue. */
export interface RuleMember {
  asset_id: number
  clue: number
  certainty: number
  decision: 'yes' | 'no' | null
  /** First day on which it holds. */
  since_day: number
}

/** Assets that fit a rule at a moment: its members, those to review, or those that a person said are none. */
export const listMembers = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  kind: AssetRuleKind,
  rule: { id: string; threshold: number },
  which: 'members' | 'review' | 'dismissed',
): Promise<RuleMember[]> =>
  engine.query<RuleMember>(
    `with ${presentColumns(scope, ['asset_id'])}, r as (select cast($threshold as integer) as threshold)
    select c.asset_id, c.clue, c.certainty, c.decision, c.from_day as since_day from asset_class c join a on a.asset_id = c.asset_id cross join r
    where c.org_id = $org_id and c.kind = $kind and c.rule_id = $rule_id and ${holds('c')}
      and ${which === 'members' ? memberSql : which === 'review' ? reviewSql : `c.decision = 'no'`} order by c.asset_id`,
    { ...momentParams(scope, moment), kind, rule_id: rule.id, threshold: rule.threshold },
  )

/** Assets that would fit a rule which is not kept yet, at a moment: worked out on the spot. `rules`: that rule alone. */
export async function tryRule(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  rules: AssetRulesSql,
): Promise<Pick<RuleMember, 'asset_id' | 'clue' | 'certainty'>[]> {
  const sql = `with ${presentColumns(scope, ['asset_id'])}, ${foundCtes(rules, 'a')}
    select f.asset_id, f.clue, f.certainty from found f where ${holds('f')} order by f.certainty desc, f.asset_id`
  return engine.query(sql, { ...namedIn(sql, rules.params), ...momentParams(scope, moment) })
}

/** Why an asset has its level and its group at a moment: every rule that it fits, and what people set. */
export async function listRulesOfAsset(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  asset_id: number,
): Promise<
  {
    kind: AssetRuleKind
    rule_id: string
    clue: number
    certainty: number
    decision: 'yes' | 'no' | null
    counts: boolean
    since_day: number
  }[]
> {
  return engine.query(
    `select c.kind, c.rule_id, c.clue, c.certainty, c.decision, c.counts, c.from_day as since_day from asset_class c
    where c.org_id = $org_id and c.asset_id = $asset_id and ${holds('c')} order by c.kind, c.counts desc, c.certainty desc, c.rule_id collate "C"`,
    { org_id: scope.org_id, asset_id, at: moment.at },
  )
}
