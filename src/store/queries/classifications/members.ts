import type { Criticality } from '../../../model/asset.ts'
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

/** A criticality rule that an asset fits, with the asset's level. */
export interface FitBeside {
  asset_id: number
  rule_id: string
  certainty: number
  decision: 'yes' | 'no' | null
  criticality: Criticality | null
  /** Whose word counts now: person, source, rule:<id>; null: nobody's. */
  criticality_by: string | null
}

/** All criticality rules that the assets fit which fit one of them. */
export const listFitsBeside = (engine: Engine, scope: Scope, moment: AskedMoment, rule_id: string): Promise<FitBeside[]> =>
  engine.query<FitBeside>(
    `with ${presentColumns(scope, ['asset_id', 'criticality', 'criticality_by'])}
    select c.asset_id, c.rule_id, c.certainty, c.decision, a.criticality, a.criticality_by
    from asset_class o join asset_class c on c.org_id = o.org_id and c.asset_id = o.asset_id and c.kind = o.kind join a on a.asset_id = c.asset_id
    where o.org_id = $org_id and o.kind = 'criticality' and o.rule_id = $rule_id and ${holds('o')} and ${holds('c')}`,
    { ...momentParams(scope, moment), rule_id },
  )

/** What sources call assets in scales of their own, with the number of these assets, and which of some rules translates it; null: none. */
export const listStatedWords = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  rules: readonly string[],
): Promise<{ word: string; assets: number; rule_id: string | null }[]> =>
  engine.query(
    `with ${presentColumns(scope, ['asset_id', 'stated_criticality'])},
    translated as (
      select a.stated_criticality as word, min(c.rule_id collate "C") as rule_id from a join asset_class c on c.asset_id = a.asset_id
      where c.org_id = $org_id and c.kind = 'criticality' and ${holds('c')} and c.rule_id = any($rules) group by a.stated_criticality)
    select a.stated_criticality as word, count(*) as assets, min(t.rule_id) as rule_id from a left join translated t on t.word = a.stated_criticality
    where a.stated_criticality is not null group by a.stated_criticality order by count(*) desc, a.stated_criticality collate "C"`,
    { ...momentParams(scope, moment), rules: [...rules] },
  )

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
