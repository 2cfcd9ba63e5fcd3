import type { z } from 'zod'
import { UserError } from '../errors.ts'
import { type Criticality, criticalities } from '../model/asset.ts'
import { type DefinitionChange, type Author, changeDefinitions } from '../store/definitions/change.ts'
import { readDefinition, readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import { recordsOfAssets } from '../store/identity/record-of.ts'
import type { Store } from '../store/store.ts'
import type { AssetValuesShape } from './asset-values.ts'
import type { OwnClassificationShape } from './classification.ts'
import {
  type Classification,
  ClassificationSettingShape,
  type GroupRuleShape,
  readClassification,
  readGroupRule,
} from './classification.ts'

/** Most assets that one act sets. */
const MOST_ASSETS = 100_000

/** Own classifications and group rules of an organisation are few; more would be a list, not rules. */
const MOST_RULES = 500

type Changed = { import_no: number | null }

/** What a person sets of assets; undefined leaves it, null takes the person's word back, '' says that there is none. */
export interface AssetSetting {
  criticality?: Criticality | '' | null | undefined
  asset_group?: string | null | undefined
}

/**
 * Sets the level or the group of assets by hand, from now on. Throws UserError('unknown_asset'), UserError('bad_assets'). Call `compute` afterwards,
 * as after each change here.
 */
export async function setAssets(
  store: Store,
  org_id: number,
  asset_ids: readonly number[],
  setting: AssetSetting,
  by: Author,
): Promise<Changed> {
  const wanted = [
    ...(setting.criticality === undefined ? [] : [{ kind: 'asset_criticality' as const, body: setting.criticality }]),
    ...(setting.asset_group === undefined ? [] : [{ kind: 'asset_group' as const, body: setting.asset_group?.trim() ?? null }]),
  ]
  if (!wanted.length) throw new UserError('bad_assets', 'say what to set: a criticality or an asset group')
  if (setting.asset_group && setting.asset_group.length > 200)
    throw new UserError('bad_assets', 'the name of a group has at most 200 characters')
  const records = await recordsOf(store.engine, org_id, asset_ids)
  const standing = new Set(
    (await readDefinitions(store.engine, org_id, ['asset_criticality', 'asset_group'])).map(({ kind, id }) => `${kind} ${id}`),
  )
  const changes = [...records.values()].flatMap((own) =>
    wanted.flatMap(({ kind, body }): DefinitionChange[] => [
      { kind, id: String(own[0]), body },
      ...own.slice(1).flatMap((other) => (standing.has(`${kind} ${other}`) ? [{ kind, id: String(other), body: null }] : [])),
    ]),
  )
  return changeDefinitions(store, org_id, changes, by)
}

/** Says of assets whether they are what a classification takes them for; null takes that back. Throws UserError('unknown_asset'), UserError('bad_assets'). */
export async function reviewAssets(
  store: Store,
  org_id: number,
  classification: string,
  asset_ids: readonly number[],
  decision: 'yes' | 'no' | null,
  by: Author,
): Promise<Changed> {
  const records = await recordsOf(store.engine, org_id, asset_ids)
  const standing = new Set((await readDefinitions(store.engine, org_id, 'asset_review')).map(({ id }) => id))
  const changes = [...records.values()].flatMap((own): DefinitionChange[] => [
    { kind: 'asset_review', id: `${own[0]}/${classification}`, body: decision },
    ...own.slice(1).flatMap((other): DefinitionChange[] => {
      const id = `${other}/${classification}`
      return standing.has(id) ? [{ kind: 'asset_review', id, body: null }] : []
    }),
  ])
  return changeDefinitions(store, org_id, changes, by)
}

async function recordsOf(engine: Engine, org_id: number, asset_ids: readonly number[]): Promise<Map<number, number[]>> {
  const asked = [...new Set(asset_ids)]
  if (!asked.length) throw new UserError('bad_assets', 'no asset was named')
  if (asked.length > MOST_ASSETS) throw new UserError('bad_assets', `one act sets at most ${MOST_ASSETS} assets, these are ${asked.length}`)
  const records = await recordsOfAssets(engine, org_id, asked)
  const missing = asked.find((asset_id) => !records.has(asset_id))
  if (missing !== undefined) throw new UserError('unknown_asset', `there is no asset ${missing} here`, { status: 404 })
  return records
}

/** Sets of a predefined classification whether it is on, its level or its threshold; null in all: as it comes. Throws UserError('unknown_classification'). */
export async function setClassification(
  store: Store,
  org_id: number,
  predefined: ReadonlyMap<string, Classification>,
  id: string,
  setting: z.infer<typeof ClassificationSettingShape>,
  by: Author,
): Promise<Changed> {
  const shipped = predefined.get(id)
  if (!shipped) throw unknownClassification(id)
  const held = await readDefinition(store.engine, org_id, 'classification_setting', id)
  const now = { ...(held ? ClassificationSettingShape.parse(JSON.parse(held.body)) : {}), ...setting }
  const differs = Object.fromEntries(
    (['on', 'criticality', 'threshold'] as const).flatMap((key) =>
      now[key] === undefined || now[key] === shipped[key] ? [] : [[key, now[key]]],
    ),
  )
  const body = Object.keys(differs).length ? JSON.stringify(differs) : null
  return changeDefinitions(store, org_id, [{ kind: 'classification_setting', id, body }], by)
}

/** Adds or changes an organisation's own classification. Throws UserError('bad_condition'), UserError('predefined_classification'), UserError('too_many_rules'). */
export async function saveClassification(
  store: Store,
  org_id: number,
  predefined: ReadonlyMap<string, Classification>,
  id: string,
  body: z.infer<typeof OwnClassificationShape>,
  by: Author,
): Promise<Changed> {
  if (predefined.has(id))
    throw new UserError(
      'predefined_classification',
      `"${id}" comes with Plimsoll: it can be switched on and off and its level and threshold set, not rewritten; give yours another id`,
    )
  readClassification(id, body, false)
  const own = await readDefinitions(store.engine, org_id, 'classification')
  if (!own.some((each) => each.id === id) && own.length >= MOST_RULES)
    throw new UserError('too_many_rules', `an organisation has at most ${MOST_RULES} classifications of its own`)
  return changeDefinitions(store, org_id, [{ kind: 'classification', id, body: JSON.stringify(body) }], by)
}

/** Ends an organisation's own classification. Throws UserError('unknown_classification'), UserError('predefined_classification'). */
export async function removeClassification(
  store: Store,
  org_id: number,
  predefined: ReadonlyMap<string, Classification>,
  id: string,
  by: Author,
): Promise<Changed> {
  if (predefined.has(id))
    throw new UserError('predefined_classification', `"${id}" comes with Plimsoll and cannot be deleted: switch it off instead`)
  const { import_no } = await changeDefinitions(store, org_id, [{ kind: 'classification', id, body: null }], by)
  if (import_no === null) throw unknownClassification(id)
  return { import_no }
}

/** Replaces the group rules of an organisation, in their order. Throws UserError('bad_condition'), UserError('too_many_rules'). */
export async function saveGroupRules(
  store: Store,
  org_id: number,
  rules: readonly (Omit<z.infer<typeof GroupRuleShape>, 'position'> & { id: string })[],
  by: Author,
): Promise<Changed> {
  if (rules.length > MOST_RULES) throw new UserError('too_many_rules', `an organisation has at most ${MOST_RULES} group rules`)
  const wanted = rules.map(({ id, ...rule }, index) => {
    const body = { ...rule, position: index + 1 }
    readGroupRule(id, body)
    return { kind: 'group_rule' as const, id, body: JSON.stringify(body) }
  })
  const twice = wanted.find(({ id }, index) => wanted.findIndex((each) => each.id === id) !== index)
  if (twice) throw new UserError('bad_assets', `two group rules have the id "${twice.id}"`)
  const held = await readDefinitions(store.engine, org_id, 'group_rule')
  const gone = held.filter(({ id }) => !wanted.some((each) => each.id === id))
  return changeDefinitions(store, org_id, [...wanted, ...gone.map(({ id }) => ({ kind: 'group_rule' as const, id, body: null }))], by)
}

/** Sets what assets weigh in the exposure score; null: the standard. */
export async function setAssetValues(
  store: Store,
  org_id: number,
  values: z.infer<typeof AssetValuesShape> | null,
  by: Author,
): Promise<Changed> {
  if (values?.factors && values.rule !== 'criticality')
    throw new UserError('bad_assets', `factors belong to the rule "criticality": the rule "${values.rule}" has its own`)
  const standard = values === null || (values.rule === 'criticality' && !values.factors)
  return changeDefinitions(store, org_id, [{ kind: 'asset_value', id: 'factors', body: standard ? null : JSON.stringify(values) }], by)
}

/** Sets how many days a look of a source stays fresh; null: as worked out from its rhythm. Throws UserError('unknown_source'). */
export async function setStaleness(store: Store, org_id: number, source: string, days: number | null, by: Author): Promise<Changed> {
  const [known] = await store.engine.query('select 1 as known from source_staleness where org_id = $org_id and source = $source', {
    org_id,
    source,
  })
  if (!known) throw new UserError('unknown_source', `no source "${source}" has reported here`, { status: 404 })
  return changeDefinitions(store, org_id, [{ kind: 'staleness', id: source, body: days === null ? null : String(days) }], by)
}

const unknownClassification = (id: string): UserError =>
  new UserError('unknown_classification', `there is no classification "${id}"`, { status: 404 })

/** Levels as people may set them. */
export const settableLevels = [...criticalities, ''] as const
