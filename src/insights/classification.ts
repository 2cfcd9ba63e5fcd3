import { z } from 'zod'
import { type Criticality, criticalities, nameTypes } from '../model/asset.ts'
import { CERTAIN_ENOUGH } from '../model/asset-rule.ts'
import type { AssetRulesSql, FactTest } from '../store/derive/classes.ts'
import { assetColumns } from './condition-fields.ts'
import { type Column, type Columns, comparisonSql, ParameterList } from './condition-sql.ts'
import { type Comparison, type Condition, type Field, type Fields, fieldsOf, parseCondition } from './conditions.ts'
import { UserError } from '../errors.ts'

/** One way to recognise an asset, with how sure it makes us, 1–100. */
export interface Clue {
  when: Condition
  certainty: number
}

/** A rule that says how critical assets are. Ids are those of files, or of definitions that people made. */
export interface Classification {
  id: string
  title: string
  why: string
  /** Where the rule comes from; null for an organisation's own. */
  source: string | null
  predefined: boolean
  criticality: Criticality
  /** Its assets count from this certainty on; below it they are to be reviewed. */
  threshold: number
  on: boolean
  clues: readonly Clue[]
  /** The clues as they were written, for screens and editors. */
  written: readonly { when: unknown; certainty: number }[]
  /** The file's text, of predefined ones. */
  yaml?: string
}

/** A rule that puts assets into a group; of several that fit, the one with the lowest position counts. */
export interface GroupRule {
  id: string
  group: string
  /** From 1. */
  position: number
  on: boolean
  when: Condition
  written: unknown
}

const Clues = z
  .array(z.strictObject({ when: z.record(z.string(), z.unknown()), certainty: z.number().int().min(1).max(100) }))
  .min(1)
  .max(30)
const Threshold = z.number().int().min(1).max(100)

/** A file of catalog/classifications. */
export const ClassificationShape = z.strictObject({
  title: z.string().min(3).max(120),
  why: z.string().min(10).max(2000),
  source: z.url({ protocol: /^https$/ }),
  criticality: z.enum(criticalities),
  threshold: Threshold.default(CERTAIN_ENOUGH),
  on: z.boolean().default(true),
  clues: Clues,
})

/** An organisation's own classification, as its definition holds it. */
export const OwnClassificationShape = z.strictObject({
  title: z.string().trim().min(3).max(120),
  why: z.string().trim().max(2000).default(''),
  criticality: z.enum(criticalities),
  threshold: Threshold.default(CERTAIN_ENOUGH),
  on: z.boolean().default(true),
  clues: Clues,
})

/** What of a predefined classification an organisation may set otherwise. */
export const ClassificationSettingShape = z.strictObject({
  on: z.boolean().optional(),
  criticality: z.enum(criticalities).optional(),
  threshold: Threshold.optional(),
})

/** A group rule, as its definition holds it. */
export const GroupRuleShape = z.strictObject({
  group: z.string().trim().min(1).max(200),
  position: z.number().int().min(1).max(10_000),
  on: z.boolean().default(true),
  when: z.record(z.string(), z.unknown()),
})

/** The field that holds how critical a source calls an asset in its own scale. */
const STATED = 'asset.stated_criticality'

/** Whether a classification only translates what sources say in their own scales: then it says no more than they do, and goes before rules that guess. */
export const isTranslation = ({ clues }: Pick<Classification, 'clues'>): boolean =>
  clues.every(({ when }) => [...fieldsOf(when)].every((field) => field === STATED))

/** What reports say of the asset itself: the level and the group that they state, not those that rules and people made of it. */
const reported: Columns = new Map<string, Column>([
  ...[...assetColumns].map(
    ([name, column]) =>
      [
        name,
        name === 'asset.criticality'
          ? { ...column, title: 'criticality as reported', sql: column.sql.replace('a.criticality', 'a.reported_criticality') }
          : name === 'asset.asset_group'
            ? { ...column, title: 'asset group as reported', sql: 'a.reported_group' }
            : column,
      ] as const,
  ),
  [STATED, { type: 'text', title: "criticality in its source's words", sql: 'a.stated_criticality' }],
])

/** Several facts of an asset: a condition holds while any of them meets it. */
type Fact = Field & { table: FactTest['table']; sql: string }

const facts: ReadonlyMap<string, Fact> = new Map<string, Fact>([
  ['software.name', { type: 'text', title: 'installed software', table: 'software', sql: 'x.name' }],
  ['software.vendor', { type: 'text', title: 'vendor of installed software', table: 'software', sql: 'x.vendor' }],
  ['software.cpe', { type: 'text', title: 'CPE of installed software', table: 'software', sql: 'x.cpe' }],
  ['software.place', { type: 'text', title: 'path or port of software', table: 'software', sql: 'x.place' }],
  ['names.any', { type: 'text', title: 'any name', table: 'name', sql: 'x.name' }],
  ...nameTypes.map((type): [string, Fact] => [
    `names.${type}`,
    { type: 'text', title: type.replace('_', ' '), table: 'name', sql: `case when x.name_type = '${type}' then x.name end` },
  ]),
  ['discovery.source', { type: 'text', title: 'discovered by', table: 'source', sql: 'x.source' }],
])

/** All fields that a rule about assets may read: attributes and facts, never findings, so that closing one moves no asset's weight. */
export const ruleFields: Fields = new Map<string, Field>([...reported, ...facts])

/** Reads the condition of a rule. Throws UserError('bad_condition'). */
function readRuleCondition(input: unknown, place: string): Condition {
  const condition = parseCondition(input, ruleFields, place)
  checkFacts(condition, place)
  return condition
}

function checkFacts(condition: Condition, place: string): void {
  if (condition.op === 'field') {
    const { field, test } = condition
    if (facts.has(field) && (test.is === 'unknown' || (test.is === 'one_of' && test.or_unknown)))
      throw new UserError(
        'bad_condition',
        `${place}.${field} holds several values: ask for a value, or for a text that one contains (~text)`,
      )
  } else if (condition.op === 'not') checkFacts(condition.part, place)
  else for (const part of condition.parts) checkFacts(part, place)
}

/** Reads a classification that was checked against its shape. Throws UserError('bad_condition'). */
export function readClassification(
  id: string,
  shape: z.infer<typeof OwnClassificationShape> & { source?: string },
  predefined: boolean,
): Classification {
  return {
    id,
    title: shape.title,
    why: shape.why,
    source: shape.source ?? null,
    predefined,
    criticality: shape.criticality,
    threshold: shape.threshold,
    on: shape.on,
    clues: shape.clues.map(({ when, certainty }, index) => ({ when: readRuleCondition(when, `clues[${index}].when`), certainty })),
    written: shape.clues,
  }
}

/** Reads a group rule that was checked against its shape. Throws UserError('bad_condition'). */
export const readGroupRule = (id: string, { when, ...shape }: z.infer<typeof GroupRuleShape>): GroupRule => ({
  ...shape,
  id,
  when: readRuleCondition(when, 'when'),
  written: when,
})

/** Rules of one organisation as SQL, see store/derive/classes.ts. Classifications by criticality come first in their own order. */
export function compileRules(classifications: readonly Classification[], groups: readonly GroupRule[]): AssetRulesSql {
  const parameters = new ParameterList('rule')
  const tests: FactTest[] = []
  const byTest = new Map<string, number>()
  const testOf = (comparison: Comparison): number => {
    const key = JSON.stringify(comparison)
    const known = byTest.get(key)
    if (known !== undefined) return known
    const fact = facts.get(comparison.field)!
    const column: Column = { type: fact.type, title: fact.title, sql: fact.sql }
    tests.push({ table: fact.table, sql: comparisonSql(comparison, new Map([[comparison.field, column]]), parameters) })
    byTest.set(key, tests.length - 1)
    return tests.length - 1
  }
  const sqlOf = (condition: Condition): string => {
    switch (condition.op) {
      case 'field':
        return facts.has(condition.field) ? `coalesce(m.fact_${testOf(condition)}, false)` : comparisonSql(condition, reported, parameters)
      case 'not':
        return `not (${sqlOf(condition.part)})`
      case 'all':
      case 'any': {
        if (condition.parts.length === 0) return condition.op === 'all' ? 'true' : 'false'
        return condition.parts.map((part) => `(${sqlOf(part)})`).join(condition.op === 'all' ? ' and ' : ' or ')
      }
    }
  }
  const rules = [
    ...classifications.map(({ id, criticality, threshold, on, clues }, order) => ({
      kind: 'criticality' as const,
      id,
      value: criticality,
      // What a source says goes before what rules guess; of several that count, the most critical; of equal ones the first.
      rank:
        ((isTranslation({ clues }) ? 0 : criticalities.length) + criticalities.length - criticalities.indexOf(criticality)) * 10_000 +
        order,
      threshold,
      on,
      clues: clues.map(({ when, certainty }) => ({ sql: sqlOf(when), certainty })),
    })),
    ...groups.map(({ id, group, position, on, when }, order) => ({
      kind: 'group' as const,
      id,
      value: group,
      rank: position * 10_000 + order,
      threshold: 1,
      on,
      clues: [{ sql: sqlOf(when), certainty: 100 }],
    })),
  ]
  return { rules, tests, params: parameters.params }
}
