import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type AssetRules, readAssetRules } from '../../insights/asset-rules.ts'
import { type AssetValues, type ValueByLevel, valuesOf } from '../../insights/asset-values.ts'
import {
  type Classification,
  type ClassificationSettingShape,
  compileRules,
  isTranslation,
  ruleFields,
} from '../../insights/classification.ts'
import { conditionWords } from '../../insights/condition-words.ts'
import { classificationsAsKnown } from '../../insights/definitions.ts'
import type { Criticality } from '../../model/asset.ts'
import { groupedBy } from '../../model/grouped-by.ts'
import { formatInstant, NEVER } from '../../model/time.ts'
import { dayText } from '../../store/days.ts'
import { definitionLog } from '../../store/definitions/read.ts'
import { recordsOfAssets } from '../../store/identity/record-of.ts'
import { countPresent } from '../../store/derive/rules-held.ts'
import { countExposures, type LevelSum, sumLevels } from '../../store/queries/assets/levels.ts'
import { listGroupsOfAsset, readSaid } from '../../store/queries/assets/said.ts'
import { countRules } from '../../store/queries/classifications/counts.ts'
import { listFitsBeside, listRulesOfAsset, listStatedWords, tryRule } from '../../store/queries/classifications/members.ts'
import { sumUnfixable } from '../../store/queries/assets/unfixable.ts'
import { kept } from '../../store/kept.ts'
import { describeAssets } from '../../store/queries/assets/describe.ts'
import type { Asked } from '../asked.ts'
import type {
  AssetLevels,
  AssetValueAnswer,
  ClassificationList,
  ExposureOfAssets,
  GroupRuleList,
  RulePreview,
  SettingPreview,
  StatedWordList,
} from '../shapes/classifications.ts'

/** The rules about assets that hold for the organisation, as they were known. */
async function rulesOf({ store, scope, catalog, known_at }: Asked): Promise<AssetRules> {
  const { classifications } = known_at === null ? catalog : await classificationsAsKnown(store.engine, catalog)
  return readAssetRules(store.engine, classifications, scope.org_id)
}

/** One classification. Throws UserError('unknown_classification'). */
export async function findClassification(asked: Asked, id: string): Promise<Classification> {
  const found = (await rulesOf(asked)).classifications.find((each) => each.id === id)
  if (!found) throw new UserError('unknown_classification', `there is no classification "${id}"`, { status: 404 })
  return found
}

const wordsOf = (classification: Classification) =>
  classification.clues.map(({ when, certainty }, index) => ({
    when: classification.written[index]!.when as Record<string, unknown>,
    certainty,
    words: conditionWords(when, ruleFields),
  }))

/** Classifications with the number of their assets: own ones first, then those with most assets. */
export async function answerClassifications(asked: Asked): Promise<z.infer<typeof ClassificationList>> {
  const { classifications } = await rulesOf(asked)
  const counts = new Map(
    (await countRules(asked.store.engine, asked.scope, asked.moment, 'criticality', classifications)).map((row) => [row.rule_id, row]),
  )
  const items = classifications.map((each) => {
    const { id, title, why, source, predefined, on, criticality, threshold } = each
    const { assets = 0, to_review = 0 } = counts.get(id) ?? {}
    return {
      id,
      title,
      why,
      source,
      predefined,
      on,
      criticality,
      threshold,
      clues: wordsOf(each),
      translates: isTranslation(each),
      assets,
      to_review,
    }
  })
  return {
    items: items.toSorted(
      (a, b) =>
        Number(a.predefined) - Number(b.predefined) || b.assets - a.assets || b.to_review - a.to_review || (a.title < b.title ? -1 : 1),
    ),
  }
}

/** Group rules in their order, with the number of assets that fit each. */
export async function answerGroupRules(asked: Asked): Promise<z.infer<typeof GroupRuleList>> {
  const { groups } = await rulesOf(asked)
  const counts = await countRules(
    asked.store.engine,
    asked.scope,
    asked.moment,
    'group',
    groups.map(({ id }) => ({ id, threshold: 1 })),
  )
  const assetsOf = new Map(counts.map(({ rule_id, assets }) => [rule_id, assets]))
  return {
    items: groups.map(({ id, group, position, on, when, written }) => ({
      id,
      group,
      position,
      on,
      when: written as Record<string, unknown>,
      words: conditionWords(when, ruleFields),
      assets: assetsOf.get(id) ?? 0,
    })),
  }
}

/** Which assets a classification would find now. */
export async function previewRule(asked: Asked, classification: Classification): Promise<z.infer<typeof RulePreview>> {
  const found = await tryRule(asked.store.engine, asked.scope, asked.moment, compileRules([classification], []))
  const words = wordsOf(classification)
  const first = found.slice(0, 100)
  const about = await describeAssets(
    asked.store.engine,
    asked.scope,
    asked.moment,
    first.map(({ asset_id }) => asset_id),
  )
  return {
    assets: found.filter(({ certainty }) => certainty >= classification.threshold).length,
    to_review: found.filter(({ certainty }) => certainty < classification.threshold).length,
    items: first.flatMap(({ asset_id, clue, certainty }) => {
      const asset = about.get(asset_id)
      return asset ? [{ ...asset, certainty, reason: words[clue]!.words }] : []
    }),
  }
}

/** What the levels weigh, with each level's part of the exposure score of the scope. `trial`: values that are not kept yet. */
export async function answerValues(asked: Asked, trial?: AssetValues): Promise<z.infer<typeof AssetValueAnswer>> {
  const values = trial ?? (await rulesOf(asked)).values
  const { engine } = asked.store
  const factors = valuesOf(values, values.rule === 'classic' ? await countPresent(engine, asked.scope.org_id) : 0)
  const sums = await sumLevels(engine, asked.scope, asked.moment)
  const of = (level: string) => sums.find(({ criticality }) => criticality === level)
  const levels = (['very_high', 'high', 'medium', 'none', 'low'] as const).map((criticality) => ({
    criticality,
    assets: of(criticality)?.assets ?? 0,
    scored: of(criticality)?.scored ?? 0,
    value: factors[criticality] / 1000,
    weight: (of(criticality)?.scored ?? 0) * factors[criticality],
    weighted: (of(criticality)?.exposure ?? 0) * factors[criticality],
  }))
  const weight = levels.reduce((sum, level) => sum + level.weight, 0)
  const weighted = levels.reduce((sum, level) => sum + level.weighted, 0)
  return {
    rule: values.rule,
    factors: Object.fromEntries(levels.map(({ criticality, value }) => [criticality, value])) as Record<keyof ValueByLevel, number>,
    standard: values.rule === 'criticality' && !values.factors,
    score: weight === 0 ? null : (100 * weighted) / weight,
    levels: levels.map(({ weight: own, weighted: part, ...level }) => ({
      ...level,
      weight_share: weight === 0 ? null : own / weight,
      score_share: weighted === 0 ? null : part / weighted,
    })),
  }
}

/** Assets that would have a level; '' = none. */
export interface LevelMove {
  asset_ids: readonly number[]
  criticality: Criticality | ''
}

/** The exposure score now, and if some assets had other levels. 0–100; null: nothing is in the score. */
export async function previewLevels(asked: Asked, moves: readonly LevelMove[]): Promise<{ before: number | null; after: number | null }> {
  const { engine } = asked.store
  const { values } = await rulesOf(asked)
  const factors = valuesOf(values, values.rule === 'classic' ? await countPresent(engine, asked.scope.org_id) : 0)
  const all = await sumLevels(engine, asked.scope, asked.moment)
  const scoreOf = (sums: readonly { scored: number; exposure: number; factor: number }[]) => {
    const weight = sums.reduce((sum, row) => sum + row.scored * row.factor, 0)
    return weight === 0 ? null : (100 * sums.reduce((sum, row) => sum + row.exposure * row.factor, 0)) / weight
  }
  const own = (row: LevelSum, sign: number, level: keyof ValueByLevel) => ({
    scored: sign * row.scored,
    exposure: sign * row.exposure,
    factor: factors[level],
  })
  const moved = await Promise.all(
    moves.map(async ({ asset_ids, criticality }) => {
      const chosen = await sumLevels(engine, asked.scope, asked.moment, asset_ids)
      return chosen.flatMap((row) => [own(row, -1, row.criticality), own(row, 1, criticality || 'none')])
    }),
  )
  const now = all.map((row) => own(row, 1, row.criticality))
  return {
    before: scoreOf(now),
    after: scoreOf([...now, ...moved.flat()]),
  }
}

/** Which assets would have another level, were a classification set otherwise, and what the exposure score would be. Throws UserError('unknown_classification'). */
export async function previewSetting(
  asked: Asked,
  id: string,
  setting: z.infer<typeof ClassificationSettingShape>,
): Promise<z.infer<typeof SettingPreview>> {
  const found = await findClassification(asked, id)
  const { classifications } = await rulesOf(asked)
  const { on = found.on, criticality = found.criticality, threshold = found.threshold } = setting
  const wanted = classifications.map((each) => (each.id === id ? { ...each, on, criticality, threshold } : each))
  const rules = new Map(compileRules(wanted, []).rules.map((rule) => [rule.id, rule]))
  const fits = await listFitsBeside(asked.store.engine, asked.scope, asked.moment, id)
  const groups = new Map<string, { before: Criticality | null; after: Criticality | null; asset_ids: number[] }>()
  for (const [asset_id, own] of groupedBy(fits, (fit) => fit.asset_id)) {
    const { criticality: before, criticality_by } = own[0]!
    // What a person or a source says in our own words goes before any rule.
    if (criticality_by === 'person' || criticality_by === 'source') continue
    const best = own
      .filter(({ rule_id, certainty, decision }) => {
        const rule = rules.get(rule_id)
        return rule?.on && decision !== 'no' && (certainty >= rule.threshold || decision === 'yes')
      })
      .map(({ rule_id }) => rules.get(rule_id)!)
      .toSorted((a, b) => a.rank - b.rank)[0]
    const after = (best?.value ?? null) as Criticality | null
    if (after === before) continue
    const key = `${before} ${after}`
    const group = groups.get(key) ?? { before, after, asset_ids: [] }
    group.asset_ids.push(asset_id)
    groups.set(key, group)
  }
  const moves = [...groups.values()]
  const score = await previewLevels(
    asked,
    moves.map(({ after, asset_ids }) => ({ asset_ids, criticality: after ?? '' })),
  )
  return {
    moves: moves.map(({ before, after, asset_ids }) => ({ before, after, assets: asset_ids.length })),
    score_before: score.before,
    score_after: score.after,
  }
}

/** What sources call assets in scales of their own, and what that counts as. */
export async function answerStatedWords(asked: Asked): Promise<z.infer<typeof StatedWordList>> {
  const translations = (await rulesOf(asked)).classifications.filter(isTranslation)
  const words = await listStatedWords(
    asked.store.engine,
    asked.scope,
    asked.moment,
    translations.map(({ id }) => id),
  )
  return {
    items: words.map(({ word, assets, rule_id }) => {
      const rule = translations.find(({ id }) => id === rule_id)
      return { word, assets, classification: rule ? { id: rule.id, title: rule.title, on: rule.on, criticality: rule.criticality } : null }
    }),
  }
}

/** Why an asset has its level, its group and its value, and in which groups it was. */
export async function answerLevels(asked: Asked, asset_id: number): Promise<z.infer<typeof AssetLevels>> {
  const { engine } = asked.store
  const { scope, moment } = asked
  const [rules, fits, said, groups, records] = await Promise.all([
    rulesOf(asked),
    listRulesOfAsset(engine, scope, moment, asset_id),
    readSaid(engine, scope, moment, asset_id),
    listGroupsOfAsset(engine, scope, moment, asset_id),
    recordsOfAssets(engine, scope.org_id, [asset_id]),
  ])
  const own = new Set((records.get(asset_id) ?? []).map(String))
  const decided = async (attribute: 'criticality' | 'asset_group') => {
    const by = said[`${attribute}_by`]
    const set =
      by === 'person'
        ? (await definitionLog(engine, scope.org_id, attribute === 'criticality' ? 'asset_criticality' : 'asset_group')).find(
            ({ id, valid_from, valid_to }) => own.has(id) && valid_from <= moment.at && moment.at < valid_to,
          )
        : undefined
    return {
      value: said[attribute],
      by: by === null ? null : by.startsWith('rule:') ? ('rule' as const) : (by as 'person' | 'source'),
      rule_id: by?.startsWith('rule:') ? by.slice(5) : null,
      actor: set?.actor ?? null,
      reason: set?.reason ?? null,
      since: set ? formatInstant(set.valid_from) : null,
      sources: said.sources.filter((each) => each.attribute === attribute).map(({ source, value }) => ({ source, value })),
    }
  }
  return {
    criticality: await decided('criticality'),
    asset_group: await decided('asset_group'),
    value: said.value / 1000,
    rules: fits.flatMap(({ kind, rule_id, clue, certainty, decision, counts, since_day }): z.infer<typeof AssetLevels>['rules'] => {
      const since = dayText(since_day)
      if (kind === 'group') {
        const rule = rules.groups.find(({ id }) => id === rule_id)
        return rule
          ? [
              {
                kind,
                rule_id,
                title: rule.group,
                value: rule.group,
                on: rule.on,
                counts,
                certainty,
                threshold: 1,
                decision,
                reason: conditionWords(rule.when, ruleFields),
                since,
              },
            ]
          : []
      }
      const rule = rules.classifications.find(({ id }) => id === rule_id)
      if (!rule) return []
      const { title, criticality: value, on, threshold } = rule
      return [{ kind, rule_id, title, value, on, counts, certainty, threshold, decision, reason: wordsOf(rule)[clue]?.words ?? '', since }]
    }),
    groups: groups.map(({ asset_group, valid_from, valid_to }) => ({
      asset_group,
      since: formatInstant(valid_from),
      until: valid_to > moment.at || valid_to === NEVER ? null : formatInstant(valid_to),
    })),
  }
}

/** Assets by exposure level, and how much of the score has no fix. */
export async function answerExposures(asked: Asked): Promise<z.infer<typeof ExposureOfAssets>> {
  const { engine } = asked.store
  const [counts, { hazard, without_fix }] = await Promise.all([
    countExposures(engine, asked.scope, asked.moment),
    kept(engine, ['without fix', asked.scope, asked.moment], () => sumUnfixable(engine, asked.scope, asked.moment)),
  ])
  return {
    levels: (['none', 'low', 'medium', 'high'] as const).map((level) => ({ level, assets: counts[level] })),
    stale: counts.stale,
    never_scanned: counts.never_scanned,
    without_fix: hazard === 0 ? null : without_fix / hazard,
  }
}
