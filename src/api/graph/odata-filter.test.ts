import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFilter } from './odata-filter.ts'
import { readCollectionQuery } from './odata-query.ts'
import { secureScoreShape } from './shapes.ts'

const score = {
  id: 't_2026-03-19',
  azureTenantId: "O'Hara",
  activeUserCount: null,
  createdDateTime: '2026-03-19T00:00:00Z',
  currentScore: 641.5,
  maxScore: 1140,
  enabledServices: ['HasExchange', 'HasInTune'],
  averageComparativeScores: [{ basis: 'AllTenants', averageScore: 41.2 }],
  controlScores: [
    { controlName: 'AdminMFA', controlCategory: 'Identity', score: 5 },
    { controlName: 'scid_1', controlCategory: 'Device', score: 0 },
  ],
  vendorInformation: { vendor: 'Microsoft', provider: 'SecureScore', providerVersion: null },
}
const asked = (filter: string) => readFilter(filter, secureScoreShape).matches(score)

describe('readFilter', () => {
  it.each([
    ['currentScore gt 600', true],
    ['currentScore gt 641.5 or maxScore ge 1140', true],
    ['not (currentScore lt 700 and maxScore le 1140)', false],
    ['not currentScore lt 700', false],
    ['createdDateTime ge 2026-03-19', true],
    ['createdDateTime gt 2026-03-19T01:00:00+02:00', true],
    ['createdDateTime lt 2026-03-19T00:00:00.001Z and createdDateTime ge 2026-03-18T23:00:00Z', true],
    ["createdDateTime eq '2026-03-19T00:00:00Z'", true],
    ["azureTenantId eq 'O''Hara'", true],
    ["vendorInformation/provider eq 'SecureScore'", true],
    ['vendorInformation/providerVersion eq null', true],
    ['activeUserCount ne null', false],
    ['activeUserCount lt 5', false],
    ['activeUserCount ge 0', false],
    ["contains(id, '2026-03') and startswith(id,'t_') and endswith(id,'19')", true],
    ["contains(tolower(azureTenantId),'hara') eq true", true],
    ['length(id) eq 12', true],
    ["enabledServices/any(s: s eq 'HasInTune')", true],
    ["enabledServices/all(s:startswith(s,'HasI'))", false],
    ['enabledServices/any()', true],
    ["controlScores/any(c: c/controlName eq 'AdminMFA' and c/score gt 4)", true],
    ["controlScores/any(c: c/controlCategory eq 'Device' and c/score gt 0)", false],
    ['controlScores/any(c: c/score gt 4 and currentScore gt 600)', true],
    ["averageComparativeScores/any(a: a/basis eq 'AllTenants' and a/averageScore lt 50)", true],
    ['maxScore in (1, 1140)', true],
    ["id in ('a','b')", false],
    ['currentScore eq 641.5 or currentScore eq 1 and maxScore eq 2', true],
  ])('%s: %s', (filter, expected) => {
    expect(asked(filter)).toBe(expected)
  })

  it.each([
    ['currentscore gt 1', /character 1: there is no property "currentscore"; there are id, azureTenantId/],
    ["currentScore gt 'many'", /a number is compared with a text/],
    ['currentScore gt', /character 16: expected a property, a value or a bracket, found the end/],
    ['currentScore', /expected a comparison/],
    ['currentScore gt 1)', /character 18: expected "and", "or" or the end/],
    ['(currentScore gt 1', /expected "\)", found the end/],
    ["id eq 'open", /a text that does not end/],
    ['controlScores/score gt 1', /ask a list with any/],
    ['controlScores gt 1', /controlScores is a list: ask it with controlScores\/any/],
    ['vendorInformation eq null', /has no value of its own/],
    ['controlScores/any(id: id/score gt 1', /expected "\)"/],
    ['controlScores/any(c: c/points gt 1)', /no property "points"/],
    ['year(createdDateTime) eq 2026', /no function "year"; there are contains/],
    ['contains(id)', /contains takes 2 values/],
    ['createdDateTime ge 2026-02-31', /no time of the calendar/],
    ['id eq 1 ; drop', /character 9: "; drop" is not understood/],
    ['__proto__ eq null', /there is no property "__proto__"/],
    ['constructor eq null', /there is no property "constructor"/],
    [`${'('.repeat(50)}true${')'.repeat(50)}`, /nested deeper/],
    ['id eq null '.repeat(500), /longer than 4000/],
  ])('refuses %s', (filter, message) => {
    expect(() => readFilter(filter, secureScoreShape)).toThrow(message)
  })

  it('reads whatever can be written as it was meant, brackets only where the rules of precedence ask for them', () => {
    type Tree = { op: 'and' | 'or'; parts: Tree[] } | { op: 'not'; part: Tree } | { op: string; left: 'a' | 'b'; right: number }
    const shape = { a: 'number', b: 'number' } as const
    const tree = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        fc.record({
          op: fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
          left: fc.constantFrom('a' as const, 'b' as const),
          right: fc.integer({ min: -1, max: 2 }),
        }),
        fc.record({ op: fc.constantFrom('and' as const, 'or' as const), parts: fc.array(tie('tree'), { minLength: 2, maxLength: 3 }) }),
        fc.record({ op: fc.constant('not' as const), part: tie('tree') }),
      ),
    })).tree
    const rank = (one: Tree) => ('parts' in one ? (one.op === 'or' ? 0 : 1) : 'part' in one ? 2 : 3)
    const text = (one: Tree, least = 0): string => {
      const written =
        'parts' in one
          ? one.parts.map((part) => text(part, rank(one) + 1)).join(` ${one.op} `)
          : 'part' in one
            ? `not ${text(one.part, 3)}`
            : `${one.left} ${one.op} ${one.right}`
      return rank(one) < least ? `(${written})` : written
    }
    const truth = (one: Tree, item: { a: number | null; b: number | null }): boolean => {
      if ('parts' in one)
        return one.op === 'and' ? one.parts.every((part) => truth(part, item)) : one.parts.some((part) => truth(part, item))
      if ('part' in one) return !truth(one.part, item)
      const value = item[one.left]
      if (one.op === 'eq') return value === one.right
      if (one.op === 'ne') return value !== one.right
      if (value === null) return false
      return { gt: value > one.right, ge: value >= one.right, lt: value < one.right, le: value <= one.right }[one.op]!
    }
    const value = fc.option(fc.integer({ min: -1, max: 2 }))
    fc.assert(
      fc.property(tree, fc.record({ a: value, b: value }), (one, item) => {
        expect(readFilter(text(one), shape).matches(item)).toBe(truth(one, item))
      }),
      { numRuns: 300 },
    )
  })

  it('says which properties it looks at, and never throws anything but its own error', () => {
    expect([...readFilter("controlScores/any(c: c/score gt 1) and contains(id,'x')", secureScoreShape).properties]).toEqual([
      'controlScores',
      'id',
    ])
    const words = fc.constantFrom(
      'id',
      'currentScore',
      'eq',
      'any',
      'controlScores',
      '/',
      '(',
      ')',
      ':',
      ',',
      "'x'",
      '1',
      'and',
      'not',
      'contains',
      'c',
      '2026-01-01',
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (parts) => {
        try {
          readFilter(parts.join(' '), secureScoreShape).matches(score)
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad_odata', status: 400 })
        }
      }),
      { numRuns: 500 },
    )
  })
})

describe('readCollectionQuery', () => {
  it.each([
    [{ $top: '0' }, /\$top is a whole number from 1 to 999/],
    [{ $top: '1000' }, /\$top/],
    [{ $skip: '-1' }, /\$skip/],
    [{ $count: 'yes' }, /\$count/],
    [{ $expand: 'x' }, /\$expand is not answered here/],
    [{ $top: ['1', '2'] }, /more than once/],
    [{ $orderby: 'controlScores' }, /not a plain property/],
    [{ $orderby: 'id up' }, /not understood/],
    [{ $select: 'id,x' }, /no property "x"/],
  ])('refuses %j', (query, message) => {
    expect(() => readCollectionQuery(query, secureScoreShape)).toThrow(message)
  })
})
