import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Column, compileFilter, rankSql } from '../../src/insights/condition-sql.ts'
import { parseCondition } from '../../src/insights/conditions.ts'
import { severities } from '../../src/model/severity.ts'
import type { Engine, Value } from '../../src/store/engines/engine.ts'
import { engines } from './engines.ts'
import { append, evaluate } from './world.ts'

const columns = new Map<string, Column>([
  ['owner', { type: 'text', title: 'owner', sql: 't.owner' }],
  ['severity', { type: 'ordered', values: severities, title: 'severity', sql: rankSql('t.severity', severities) }],
  ['cvss', { type: 'number', scale: 10, title: 'CVSS', sql: 't.cvss' }],
  ['open', { type: 'boolean', title: 'open', sql: 't.open' }],
])

const texts = ['', 'anna', 'ANNA', "o'hara", '100%', 'a_b', '~x', '>= 1', 'ÄRGER', 'ärger', '\u212A9', 'İ9', '\\n', '$owner']
const row = fc.record({
  owner: fc.option(fc.constantFrom(...texts)),
  severity: fc.option(fc.constantFrom(...severities)),
  cvss: fc.option(fc.integer({ min: 0, max: 100 })),
  open: fc.option(fc.boolean()),
})

const sign = fc.constantFrom('>', '>=', '<', '<=')
const cvss = fc.integer({ min: 0, max: 1000 }).map((hundredths) => hundredths / 100)
const leaf = fc.oneof(
  fc.record({
    owner: fc.oneof(
      fc.constantFrom(...texts).map((text) => `= ${text}`),
      fc.constantFrom('~ann', '~%', '~_', '~Ä', '~k9', '~i9', '~\\', '~R'),
      fc.constant(null),
      fc.constant(['anna', null]),
    ),
  }),
  fc.record({
    severity: fc.oneof(
      fc.constantFrom(...severities),
      fc.tuple(sign, fc.constantFrom(...severities)).map((pair) => pair.join(' ')),
      fc.constant(['high', null]),
    ),
  }),
  fc.record({
    cvss: fc.oneof(
      cvss,
      fc.array(cvss, { minLength: 1, maxLength: 3 }),
      fc.tuple(sign, cvss).map((pair) => pair.join(' ')),
    ),
  }),
  fc.record({ open: fc.oneof(fc.boolean(), fc.constant(null), fc.constant([true, null]), fc.constant([true, false])) }),
)
const { condition } = fc.letrec<{ condition: unknown }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ not: tie('condition') }),
    fc.record({ all: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ any: fc.array(tie('condition'), { minLength: 1, maxLength: 3 }) }),
  ),
}))

describe.each(engines)('conditions on $name', ({ open }) => {
  let engine: Engine
  beforeAll(async () => {
    engine = await open()
    await engine.query('create table condition_test (id integer not null, owner text, severity text, cvss smallint, open boolean)')
  })
  afterAll(() => engine.close())

  it('select exactly the rows for which they are true', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 12 }),
        fc.array(condition, { minLength: 1, maxLength: 8 }),
        async (rows, conditions) => {
          await engine.query('delete from condition_test')
          await append(engine, 'condition_test', rows.map((values, id) => ({ id, ...values })) as Record<string, Value>[])
          for (const input of conditions) {
            const { sql, params } = compileFilter(input, columns)
            const found = await engine.query<{ id: number }>(`select id from condition_test t where ${sql} order by id`, params)
            const tree = parseCondition(input, columns)
            const expected = rows.flatMap((values, id) =>
              evaluate(tree, { ...values, cvss: values.cvss === null ? null : values.cvss / 10 }, { severity: severities }) === true
                ? [id]
                : [],
            )
            expect(
              found.map((each) => each.id),
              JSON.stringify(input),
            ).toEqual(expected)
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
