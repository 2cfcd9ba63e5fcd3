import { parse } from 'yaml'
import { type Criticality, criticalities } from '../model/asset.ts'
import { standardValues } from '../model/asset-rule.ts'
import type { DefinitionKind } from '../model/definition.ts'
import { readDefinitions } from '../store/definitions/read.ts'
import type { AssetRulesSql } from '../store/derive/classes.ts'
import type { HeldRule } from '../store/derive/rules-held.ts'
import type { Engine } from '../store/engines/engine.ts'
import {
  type Classification,
  ClassificationSettingShape,
  compileRules,
  type GroupRule,
  GroupRuleShape,
  OwnClassificationShape,
  readClassification,
  readGroupRule,
} from './classification.ts'
import { AssetValuesShape, type AssetValues, standardAssetValues, valuesOf } from './asset-values.ts'

/** What an organisation decides about its assets by rule. */
export interface AssetRules {
  /** Predefined ones as the organisation set them, then its own, each by id. */
  classifications: readonly Classification[]
  /** By position. */
  groups: readonly GroupRule[]
  values: AssetValues
}

/** The rules of an organisation as they hold now, over the predefined `classifications` of the catalog. */
export async function readAssetRules(
  engine: Engine,
  classifications: ReadonlyMap<string, Classification>,
  org_id: number,
): Promise<AssetRules> {
  const definitions = await readDefinitions(engine, org_id, ['classification_setting', 'classification', 'group_rule', 'asset_value'])
  const bodies = (wanted: DefinitionKind) =>
    new Map(definitions.filter(({ kind }) => kind === wanted).map(({ id, body }) => [id, parse(body) as unknown]))
  const settings = bodies('classification_setting')
  const own = bodies('classification')
  const groups = bodies('group_rule')
  const values = bodies('asset_value')
  return {
    classifications: [
      ...[...classifications.values()].map((each) => {
        const setting = ClassificationSettingShape.parse(settings.get(each.id) ?? {})
        return {
          ...each,
          on: setting.on ?? each.on,
          criticality: setting.criticality ?? each.criticality,
          threshold: setting.threshold ?? each.threshold,
        }
      }),
      ...[...own].map(([id, body]) => readClassification(id, OwnClassificationShape.parse(body), false)),
    ],
    groups: [...groups].map(([id, body]) => readGroupRule(id, GroupRuleShape.parse(body))).toSorted((a, b) => a.position - b.position),
    values: values.has('factors') ? AssetValuesShape.parse(values.get('factors')) : standardAssetValues,
  }
}

/** The rules as the store keeps them beside what it derived with them: equal text, equal effect. */
export const heldOf = ({ classifications, groups }: AssetRules): HeldRule[] => [
  ...classifications.map(({ id, criticality, threshold, on, written }, order) => ({
    kind: 'criticality',
    rule_id: id,
    body: JSON.stringify({ criticality, threshold, on, order, written }),
  })),
  ...groups.map(({ id, group, position, on, written }, order) => ({
    kind: 'group',
    rule_id: id,
    body: JSON.stringify({ group, position, on, order, written }),
  })),
]

/** The rules as SQL. */
export const rulesSql = ({ classifications, groups }: AssetRules): AssetRulesSql => compileRules(classifications, groups)

/** Those of the rules whose "kind id" is among `changed`, as SQL. */
export const changedRulesSql = ({ classifications, groups }: AssetRules, changed: ReadonlySet<string>): AssetRulesSql =>
  compileRules(
    classifications.filter(({ id }) => changed.has(`criticality ${id}`)),
    groups.filter(({ id }) => changed.has(`group ${id}`)),
  )

/** Asset values in thousandths that are not the standard ones, by criticality or `none`. `assets`: how many the organisation has now. */
export function unusualValues(values: AssetValues, assets: number): Map<string, number> {
  const wanted = valuesOf(values, assets)
  return new Map(
    ([...criticalities, 'none'] as (Criticality | 'none')[]).flatMap((each): [string, number][] =>
      wanted[each] === standardValues[each] ? [] : [[each, wanted[each]]],
    ),
  )
}
