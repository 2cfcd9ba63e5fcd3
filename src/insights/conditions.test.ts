import { describe, expect, it } from 'vitest'
import { UserError } from '../errors.ts'
import { conditionSql, ParameterList } from './condition-sql.ts'
import { assetColumns, metricColumns } from './condition-fields.ts'
import { conditionWords } from './condition-words.ts'
import { fieldsOf, parseCondition } from './conditions.ts'
import { termsOf } from './metric-condition.ts'

const words = (input: unknown) => conditionWords(parseCondition(input, metricColumns), metricColumns)
const refusal = (input: unknown): string => {
  try {
    parseCondition(input, metricColumns)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).code).toBe('bad_condition')
    return (error as UserError).message
  }
  throw new Error(`was not refused: ${JSON.stringify(input)}`)
}

describe('a condition', () => {
  it.each([
    ['no object', [], 'filter must be an object'],
    ['null', null, 'filter must be an object'],
    ['an unknown field', { 'asset.colour': 'red' }, 'filter.asset.colour is not a known field'],
    ['a field named like what every object has', JSON.parse('{"__proto__": "x", "constructor": "y"}'), 'not a known field'],
    ['a wrong word', { any: [{ 'asset.type': 'device' }, { 'asset.type': 'toaster' }] }, 'filter.any[1].asset.type must be one of device'],
    ['a wrong number', { 'vulnerability.cvss': '>= high' }, 'must be a number'],
    ['a number that is none', { 'vulnerability.cvss': Number.NaN }, 'must be a number'],
    ['an order of words without one', { 'asset.type': '> device' }, 'has no order'],
    ['a search in a number', { 'vulnerability.cvss': '~9' }, 'not a text'],
    ['an empty search', { 'asset.name': '~ ' }, 'no text after'],
    ['an empty list', { 'asset.type': [] }, 'empty list'],
    ['an empty any', { any: [] }, 'must be a list of conditions'],
    ['a truth that is none', { 'asset.internet_facing': 'yes' }, 'true or false'],
    ['an object as a value', { 'asset.name': { like: 'x' } }, 'must be a text'],
    ['a long text', { 'asset.name': 'x'.repeat(501) }, 'longer than 500'],
    ['a zero character', { 'asset.name': 'a\u0000b' }, 'zero character'],
    ['a long list', { 'asset.name': Array.from({ length: 501 }, (_, index) => `a${index}`) }, 'more than 500'],
    ['many comparisons', { any: Array.from({ length: 101 }, () => ({ 'asset.name': 'x' })) }, 'more than 100 comparisons'],
  ])('is refused for %s', (_, input, message) => expect(refusal(input)).toContain(message))

  it('is refused when nested too deep', () => {
    let input: unknown = { 'asset.name': 'x' }
    for (let depth = 0; depth < 1000; depth++) input = { not: input }
    expect(refusal(input)).toContain('nested deeper')
  })

  it('keeps values out of the SQL text', () => {
    const parameters = new ParameterList('p')
    const sql = conditionSql(
      parseCondition({ 'asset.name': "x' or 1=1 --", 'asset.os': `~'"$p_1` }, assetColumns),
      assetColumns,
      parameters,
    )
    expect(sql).not.toMatch(/1=1|'"/)
    expect(parameters.params).toEqual({ p_1: "x' or 1=1 --", p_2: `'"$p_1` })
  })

  it('names the fields that it reads', () => {
    expect([
      ...fieldsOf(parseCondition({ any: [{ 'asset.name': 'a' }, { not: { 'asset.os': 'b', 'asset.name': 'c' } }] }, metricColumns)),
    ]).toEqual(['asset.name', 'asset.os'])
  })

  it.each([
    [{}, 'always'],
    [{ 'asset.internet_facing': true, 'vulnerability.cvss': '>= 9' }, 'internet-facing and CVSS is at least 9'],
    [
      { any: [{ 'asset.owner': null }, { 'asset.type': 'device', not: { 'vulnerability.cvss': '< 7' } }] },
      'no owner is known or (asset type is device and CVSS is at least 7)',
    ],
    [
      { not: { any: [{ 'asset.name': '~web' }, { 'asset.criticality': ['high', null] }] } },
      'not (asset name contains "web" or criticality is high or unknown)',
    ],
    [{ not: { 'asset.internet_facing': true } }, 'not internet-facing'],
  ])('%j reads in words', (input, expected) => expect(words(input)).toBe(expected))
})

describe('terms', () => {
  const terms = (input: unknown) =>
    termsOf(parseCondition(input, metricColumns), 'exposed_when').map((term) =>
      term.map(({ comparison, negated }) => `${negated ? '!' : ''}${comparison.field.slice(6)}`).join('&'),
    )
  it('are an OR of ANDs, with "not" at single comparisons', () => {
    expect(terms({ 'asset.name': 'a', any: [{ 'asset.os': 'b' }, { 'asset.owner': 'c' }] })).toEqual(['name&os', 'name&owner'])
    expect(terms({ not: { 'asset.name': 'a', any: [{ 'asset.os': 'b' }, { 'asset.owner': 'c' }] } })).toEqual(['!name', '!os&!owner'])
    expect(terms({ not: { not: { 'asset.name': 'a' } } })).toEqual(['name'])
  })
  it('are at most eight', () => {
    const two = (field: string) => ({ any: [{ [field]: 'a' }, { [field]: 'b' }] })
    expect(terms({ all: [two('asset.name'), two('asset.os'), two('asset.owner')] })).toHaveLength(8)
    expect(() => terms({ all: Array.from({ length: 30 }, () => two('asset.name')) })).toThrow(/more than 8 alternatives/)
  })
})
