import { UserError } from '../errors.ts'

/** What a field holds. `ordered`: words in rising order, kept as their position. `values` closes the set of words. */
export interface Field {
  type: 'text' | 'number' | 'boolean' | 'ordered'
  /** The words that it may hold; always given for `ordered`. */
  values?: readonly string[]
  /** How people call it, in the middle of a sentence. */
  title: string
  /** Holds several values at once: one can ask whether a word is among them, nothing else. */
  several?: true
  /** Numbers of conditions are multiplied by this before they are compared with the column: 10 for CVSS kept in tenths. */
  scale?: number
}

/** Fields by the name that conditions use. */
export type Fields = ReadonlyMap<string, Field>

/** One comparison of a field, checked against the field's type. */
export type Test =
  | { is: 'one_of'; values: readonly (string | number | boolean)[]; or_unknown: boolean }
  | { is: 'unknown' }
  | { is: 'compared'; sign: '>' | '>=' | '<' | '<='; value: number | string }
  | { is: 'containing'; text: string }

export interface Comparison {
  op: 'field'
  field: string
  test: Test
}

/**
 * A filter as data. Truth has three values: a comparison with something unknown is neither true nor false, `not` leaves it so, and only
 * what is true passes. `field: null` asks for the unknown itself and is always true or false. `all` of nothing is true.
 */
export type Condition = { op: 'all' | 'any'; parts: readonly Condition[] } | { op: 'not'; part: Condition } | Comparison

/** Limits that keep a condition from outside small. */
const MAX_DEPTH = 12
const MAX_COMPARISONS = 100
const MAX_LIST = 500
const MAX_TEXT = 500

/**
 * Reads a condition as it stands in YAML or JSON: `{field: value}`, a list = any of, `">= 9"`, `"~text"` = contains, `"= text"` = exactly
 * this text, `null` = unknown, `all`, `any`, `not`; several keys together must all hold. Throws UserError('bad_condition') that names the
 * place, `exposed_when.any[1].vulnerability.cvss`.
 */
export function parseCondition(input: unknown, fields: Fields, place = 'filter'): Condition {
  let comparisons = 0

  const read = (value: unknown, at: string, depth: number): Condition => {
    if (depth > MAX_DEPTH) throw bad(at, `is nested deeper than ${MAX_DEPTH} levels`)
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw bad(at, 'must be an object such as {"asset.type": "device"}')
    const parts = Object.entries(value).map(([key, content]): Condition => {
      const here = `${at}.${key}`
      if (key === 'all' || key === 'any') {
        if (!Array.isArray(content) || content.length === 0) throw bad(here, 'must be a list of conditions')
        if (content.length > MAX_LIST) throw bad(here, `has more than ${MAX_LIST} entries`)
        return { op: key, parts: content.map((part, index) => read(part, `${here}[${index}]`, depth + 1)) }
      }
      if (key === 'not') return { op: 'not', part: read(content, here, depth + 1) }
      const field = fields.get(key)
      if (!field) throw bad(here, `is not a known field; there are: ${[...fields.keys()].join(', ')}`)
      if (++comparisons > MAX_COMPARISONS) throw bad(at, `has more than ${MAX_COMPARISONS} comparisons`)
      return { op: 'field', field: key, test: readTest(content, field, here) }
    })
    return parts.length === 1 ? parts[0]! : { op: 'all', parts }
  }

  return read(input, place, 0)
}

function readTest(content: unknown, field: Field, at: string): Test {
  const test = readAnyTest(content, field, at)
  if (field.several && (test.is !== 'one_of' || test.or_unknown))
    throw bad(at, 'holds several words: ask whether one of them is there, or a list of which one is')
  return test
}

function readAnyTest(content: unknown, field: Field, at: string): Test {
  if (content === null) return { is: 'unknown' }
  if (Array.isArray(content)) {
    if (content.length === 0) throw bad(at, 'is an empty list: nothing can be one of nothing')
    if (content.length > MAX_LIST) throw bad(at, `has more than ${MAX_LIST} entries`)
    const values = content.filter((value) => value !== null).map((value) => readValue(value, field, at))
    if (values.length === 0) return { is: 'unknown' }
    return { is: 'one_of', values, or_unknown: values.length < content.length }
  }
  if (typeof content === 'string') {
    if (content.length > MAX_TEXT) throw bad(at, `is longer than ${MAX_TEXT} characters`)
    if (content.startsWith('~')) {
      const text = content.slice(1).trim()
      if (field.type !== 'text') throw bad(at, 'is not a text: "~" searches in texts only')
      if (!text) throw bad(at, 'has no text after "~"')
      return { is: 'containing', text }
    }
    const comparison = /^(>=|<=|>|<|=) ?(.*)$/s.exec(content)
    if (comparison?.[1] === '=') return { is: 'one_of', values: [readValue(comparison[2]!, field, at)], or_unknown: false }
    if (comparison) {
      if (field.type !== 'number' && field.type !== 'ordered') throw bad(at, 'has no order: > and < are for numbers and ranks')
      const sign = comparison[1] as '>' | '>=' | '<' | '<='
      return { is: 'compared', sign, value: readValue(comparison[2]!.trim(), field, at) as number | string }
    }
  }
  return { is: 'one_of', values: [readValue(content, field, at)], or_unknown: false }
}

function readValue(value: unknown, field: Field, at: string): string | number | boolean {
  if (field.type === 'boolean') {
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw bad(at, `must be true or false, not ${show(value)}`)
  }
  if (field.type === 'number') {
    const number = typeof value === 'string' && /^-?\d{1,15}(\.\d{1,9})?$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isFinite(number) && Math.abs(number) < 1e15) return number
    throw bad(at, `must be a number or a comparison such as ">= 9", not ${show(value)}`)
  }
  if (typeof value !== 'string' && typeof value !== 'number') throw bad(at, `must be a text, not ${show(value)}`)
  const text = String(value)
  if (text.length > MAX_TEXT) throw bad(at, `is longer than ${MAX_TEXT} characters`)
  if (text.includes('\u0000')) throw bad(at, 'holds a zero character')
  if (field.values && !field.values.includes(text)) throw bad(at, `must be one of ${field.values.join(', ')}, not ${show(value)}`)
  return text
}

const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 80)

const bad = (at: string, what: string): UserError => new UserError('bad_condition', `${at} ${what}`)

/** Names of all fields that a condition reads. */
export function fieldsOf(condition: Condition): Set<string> {
  if (condition.op === 'field') return new Set([condition.field])
  const parts = condition.op === 'not' ? [condition.part] : condition.parts
  return new Set(parts.flatMap((part) => [...fieldsOf(part)]))
}

/** The values that a condition compares a field with for being one of them. */
export function valuesOf(condition: Condition, field: string): (string | number | boolean)[] {
  if (condition.op === 'field') return condition.field === field && condition.test.is === 'one_of' ? [...condition.test.values] : []
  const parts = condition.op === 'not' ? [condition.part] : condition.parts
  return parts.flatMap((part) => valuesOf(part, field))
}
