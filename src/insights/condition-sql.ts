import type { Params } from '../store/engines/engine.ts'
import { lowerSql } from '../store/queries/lower.ts'
import { type Comparison, type Condition, type Field, parseCondition } from './conditions.ts'

/** A field together with the SQL that gives it. `sql` comes from our own lists only, never from outside; `ordered` gives the position. */
export interface Column extends Field {
  /** Where the field holds several values: `in ($values)`, where one must be among those asked for. */
  sql: string
}

export type Columns = ReadonlyMap<string, Column>

export interface CompiledFilter {
  /** A predicate with named parameters; 'true' when nothing is asked. */
  sql: string
  params: Params
}

/** Collects named parameters `<prefix>_1`, `<prefix>_2`, … */
export class ParameterList {
  readonly params: Record<string, Params[string]> = {}
  private readonly prefix: string
  private count = 0

  constructor(prefix: string) {
    this.prefix = prefix
  }

  /** Keeps the value and returns its place in the text, `$filter_1`. */
  add(value: Params[string]): string {
    const name = `${this.prefix}_${++this.count}`
    this.params[name] = value
    return `$${name}`
  }
}

/**
 * Reads a condition from outside (the API's `filter`, already parsed as JSON) and compiles it over the given columns.
 * Throws UserError('bad_condition').
 */
export function compileFilter(condition: unknown, columns: Columns, prefix = 'filter'): CompiledFilter {
  const parameters = new ParameterList(prefix)
  const sql = conditionSql(parseCondition(condition, columns), columns, parameters)
  return { sql, params: parameters.params }
}

/** SQL of a condition over columns, with SQL's own three values of truth. */
export function conditionSql(condition: Condition, columns: Columns, parameters: ParameterList): string {
  switch (condition.op) {
    case 'field':
      return comparisonSql(condition, columns, parameters)
    case 'not':
      return `not (${conditionSql(condition.part, columns, parameters)})`
    case 'all':
    case 'any': {
      if (condition.parts.length === 0) return condition.op === 'all' ? 'true' : 'false'
      const parts = condition.parts.map((part) => `(${conditionSql(part, columns, parameters)})`)
      return parts.join(condition.op === 'all' ? ' and ' : ' or ')
    }
  }
}

/** SQL of one comparison. Throws a plain error for a field that has no column: conditions are checked when they are read. */
export function comparisonSql({ field, test }: Comparison, columns: Columns, parameters: ParameterList): string {
  const column = columns.get(field)
  if (!column) throw new Error(`no column for ${field}`)
  const { sql } = column
  switch (test.is) {
    case 'unknown':
      return `(${sql}) is null`
    case 'containing':
      return `strpos(${lowerSql(`(${sql})`)}, ${parameters.add(lowerAscii(test.text))}) > 0`
    case 'compared':
      return `(${sql}) ${test.sign} ${parameters.add(stored(test.value, column))}`
    case 'one_of': {
      const listed = (values: readonly (string | number | boolean)[]) =>
        values.map((value) => (typeof value === 'boolean' ? value : parameters.add(value))).join(', ')
      if (column.several) return sql.replace('$values', listed([...new Set(test.values.map(String))]))
      const values = [...new Set(test.values.map((value) => (typeof value === 'boolean' ? value : stored(value, column))))]
      // Not `= any($list)`: DuckDB plans each of those as a join, which takes a question of a hundred conditions ten times as long.
      const parts = [`(${sql}) in (${listed(values)})`]
      if (test.or_unknown) parts.push(`(${sql}) is null`)
      return parts.length === 1 ? parts[0]! : `(${parts.join(' or ')})`
    }
  }
}

/** The value as the column keeps it: ranks for ordered words, scaled numbers without the noise of binary fractions. */
function stored(value: string | number, column: Column): string | number {
  if (column.type === 'ordered') return column.values!.indexOf(String(value))
  return typeof value === 'number' ? Math.round(value * (column.scale ?? 1) * 1e6) / 1e6 : value
}

const lowerAscii = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** SQL of the position of a word column in a list of our own words; null for null and for any other word. */
export const rankSql = (sql: string, values: readonly string[]): string =>
  `case ${sql} ${values.map((value, rank) => `when '${value}' then ${rank}`).join(' ')} end`
