import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ControlRecord, FileRecord } from '../../model/record.ts'
import { openPartResults } from './part-results.ts'

const rule = (id: string): ControlRecord => ({ kind: 'control', control_id: `t:${id}`, title: id, severity: 'low' })
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('openPartResults', () => {
  it('tells parts of one name apart, per rule and asset', () => {
    const results = openPartResults()
    const fail = (asset: string, id: string, part: string) => [
      ...results.fail({ asset, control: rule(id), part, type: 'file', place: `${part}:1` }),
    ]
    const all = [
      fail('a', 'r1', 'main.tf'),
      fail('a', 'r1', 'main.tf'),
      fail('a', 'r2', 'main.tf'),
      fail('b', 'r1', 'main.tf'),
      fail('b', 'r1', ''),
    ].flat()
    expect(of(all, 'finding').map(({ asset, control_id, component }) => [asset, control_id, component?.name])).toEqual([
      ['a', 't:r1', 'main.tf'],
      ['a', 't:r1', 'main.tf (2)'],
      ['a', 't:r2', 'main.tf'],
      ['b', 't:r1', 'main.tf'],
      ['b', 't:r1', undefined],
    ])
    expect(of(all, 'control').map(({ control_id }) => control_id)).toEqual(['t:r1', 't:r2'])
  })

  it('never says that an asset passes what a part of it fails, whatever the order', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            asset: fc.constantFrom('a', 'b'),
            id: fc.constantFrom('x', 'y'),
            status: fc.constantFrom('fail' as const, 'pass' as const, 'not_run' as const, 'not_applicable' as const),
          }),
        ),
        (items) => {
          const results = openPartResults()
          const all: FileRecord[] = items.flatMap(({ asset, id, status }) =>
            status === 'fail'
              ? [...results.fail({ asset, control: rule(id), part: 'p', type: 'file' })]
              : [...results.other(asset, rule(id), status)],
          )
          all.push(...results.end())
          expect(of(all, 'finding')).toHaveLength(items.filter(({ status }) => status === 'fail').length)
          for (const asset of ['a', 'b'])
            for (const id of ['x', 'y']) {
              const said = new Set(items.filter((one) => one.asset === asset && one.id === id).map(({ status }) => status))
              const best = (['fail', 'pass', 'not_applicable', 'not_run'] as const).find((status) => said.has(status))
              const told = of(all, 'control_result').filter((one) => one.asset === asset && one.control_id === `t:${id}`)
              expect(told.map(({ status }) => status)).toEqual(best && best !== 'fail' ? [best] : [])
            }
        },
      ),
    ))
})
