import { UserError } from '../errors.ts'
import type { MetricSql } from '../store/queries/metrics/sweep.ts'
import { assetColumns, findingColumns } from './condition-fields.ts'
import { comparisonSql, conditionSql, ParameterList } from './condition-sql.ts'
import { type Comparison, type Condition, fieldsOf } from './conditions.ts'

/** A comparison or its opposite. */
interface Literal {
  comparison: Comparison
  negated: boolean
}

/** An AND of comparisons. A condition is an OR of these. */
export type Term = readonly Literal[]

/** More AND-terms than this make a sweep wider than it is worth; two metrics say it better. */
const MAX_TERMS = 8

/** What the fields of a dimension are about. */
const words: Readonly<Record<string, string>> = { vulnerability: 'a vulnerability', control: 'a control', software: 'software' }

const isFinding = (field: string): boolean => findingColumns.has(field)

/**
 * The condition as an OR of AND-terms; `not` ends at single comparisons (three-valued logic allows both steps).
 * Throws UserError('bad_condition') above eight terms.
 */
export function termsOf(condition: Condition, place: string): Term[] {
  const tooWide = () => new UserError('bad_condition', `${place} has more than ${MAX_TERMS} alternatives: split it into several metrics`)
  const expand = (part: Condition, negated: boolean): Term[] => {
    if (part.op === 'field') return [[{ comparison: part, negated }]]
    if (part.op === 'not') return expand(part.part, !negated)
    const parts = part.parts.map((each) => expand(each, negated))
    if ((part.op === 'any') !== negated) return parts.flat()
    let terms: Term[] = [[]]
    for (const alternatives of parts) {
      terms = terms.flatMap((term) => alternatives.map((alternative) => [...term, ...alternative]))
      if (terms.length > 1000) throw tooWide()
    }
    return terms
  }
  const terms = expand(condition, false)
  if (terms.length > MAX_TERMS) throw tooWide()
  return terms
}

/**
 * What is wrong with a metric's conditions, empty when nothing is. It keeps law 5, fixing never hurts: an asset is exposed when it has
 * some finding for which the condition holds, so `not` may negate attributes of one finding or of the asset, never both at once (which
 * would read like "has no such finding"); and populations read attributes of assets only.
 */
export function lintMetric(population: Condition, exposed_when: Condition): string[] {
  const problems: string[] = []
  for (const field of fieldsOf(population)) {
    if (isFinding(field)) problems.push(`population reads ${field}: only asset.* may decide who is asked`)
  }
  const look = (condition: Condition): void => {
    if (condition.op === 'field') return
    if (condition.op !== 'not') return condition.parts.forEach(look)
    const read = [...fieldsOf(condition.part)]
    if (read.some(isFinding) && !read.every(isFinding))
      problems.push('exposed_when has a "not" over both the asset and its findings: it may negate attributes of one of them')
    look(condition.part)
  }
  look(exposed_when)
  for (const term of termsOf(exposed_when, 'exposed_when')) {
    const dimensions = new Set(term.map(({ comparison }) => comparison.field.split('.')[0]))
    const kinds = ['vulnerability', 'control', 'software'].filter((kind) => dimensions.has(kind))
    if (kinds.length > 1)
      problems.push(`exposed_when asks one finding to be ${kinds.map((kind) => words[kind]).join(' and ')}: it can never hold`)
    if (term.length === 0) problems.push('exposed_when is empty: every asset would be exposed')
  }
  return problems
}

/** Compiles a metric's two conditions for the sweep. `subject`: whose freshness decides whether an asset could be asked. */
export function compileMetric(population: Condition, exposed_when: Condition, subject: MetricSql['subject'], prefix = 'metric'): MetricSql {
  const parameters = new ParameterList(prefix)
  const objectives = objectivesOf(exposed_when)
  return {
    subject,
    population: conditionSql(population, assetColumns, parameters),
    ...compileTerms(exposed_when, parameters),
    objectives: objectives && parameters.add(objectives),
    params: parameters.params,
  }
}

/** The objectives that a condition asks for, when every one of its alternatives asks for some: then who was never asked does not count. Null otherwise. */
export function objectivesOf(condition: Condition): string[] | null {
  const terms = termsOf(condition, 'condition').map((term) =>
    term.flatMap(({ comparison, negated }) =>
      !negated && comparison.field === 'control.objective' && comparison.test.is === 'one_of' ? comparison.test.values.map(String) : [],
    ),
  )
  return terms.some((objectives) => objectives.length === 0) ? null : [...new Set(terms.flat())]
}

/** The terms of a condition, each as one predicate over the asset and one over the finding (null: not read), and what they read. */
export function compileTerms(condition: Condition, parameters: ParameterList): Pick<MetricSql, 'terms' | 'reads'> {
  const fields = fieldsOf(condition)
  const software = fields.has('software.support')
  const terms = termsOf(condition, 'condition').map((term) => {
    // What asks about a vulnerability or a control is about such findings only, also when it asks for the unknown.
    const kinds = ['vulnerability', 'control', 'software'].filter((kind) =>
      term.some(({ comparison }) => comparison.field.startsWith(`${kind}.`)),
    )
    const side = (finding: boolean): string | null => {
      const literals = term.filter(({ comparison }) => isFinding(comparison.field) === finding)
      if (literals.length === 0) return null
      const predicates = literals.map(({ comparison, negated }) => {
        const sql = comparisonSql(comparison, finding ? findingColumns : assetColumns, parameters)
        return negated ? `not (${sql})` : `(${sql})`
      })
      if (finding) predicates.unshift(...kinds.map((kind) => `f.kind = '${kind}'`))
      if (finding && software && !kinds.includes('software')) predicates.unshift(`f.kind <> 'software'`)
      return predicates.join(' and ')
    }
    return { asset: side(false), finding: side(true), kind: kinds.length === 1 ? kinds[0]! : null }
  })
  const reads = {
    vulnerability: [...fields].some((field) => field.startsWith('vulnerability.')),
    control: ['control.severity', 'control.category', 'control.source', 'control.title'].some((field) => fields.has(field)),
    component: fields.has('finding.component'),
    fixable: fields.has('finding.fixable'),
    software,
  }
  return { terms, reads }
}
