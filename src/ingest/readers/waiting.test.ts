import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Waiting } from './waiting.ts'

const skipped = (at: string) => ({ kind: 'skipped' as const, at, reason: '' })

it('gives the records back in order and once, and says when there are too many', () => {
  const waiting = new Waiting('Made-up', 3)
  waiting.add(skipped('1'))
  waiting.addAll([skipped('2'), skipped('3')])
  expect(() => waiting.add(skipped('4'))).toThrow('The Made-up report holds more than 3 items')
  expect([...waiting.take()].map((record) => 'at' in record && record.at)).toEqual(['1', '2', '3'])
  expect([...waiting.take()]).toEqual([])
})

it('gives back what it was given, however much of it waits on disk, as often as it is asked', () => {
  // Beyond the pieces in which the file is read, with signs of several bytes at their borders.
  const item = fc.record({
    text: fc.string({ unit: 'grapheme', maxLength: 20 }),
    times: fc.constantFrom(1, 1, 20_000),
    value: fc.jsonValue(),
  })
  fc.assert(
    fc.property(fc.array(item, { maxLength: 30 }), fc.constantFrom(1, 200, 3000, 30_000), (items, in_memory) => {
      const given = items.map(({ text, times, value }) => ({
        text: text.repeat(times),
        value: JSON.parse(JSON.stringify(value)) as unknown,
      }))
      const waiting = new Waiting<(typeof given)[number]>('Made-up', 1000, in_memory)
      waiting.addAll(given)
      expect([...waiting.all()]).toEqual(given)
      expect([...waiting.take()]).toEqual(given)
      waiting.addAll(given.slice(0, 3))
      expect([...waiting.take()]).toEqual(given.slice(0, 3))
    }),
    { numRuns: 50 },
  )
})

it('gives back what came between two points, whether it waits in memory, on disk or in both', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 5 }), { maxLength: 20 }),
      fc.constantFrom(1, 100, 400, 30_000),
      (groups, in_memory) => {
        const waiting = new Waiting<string>('Made-up', 1000, in_memory)
        const marks = [waiting.mark()]
        for (const group of groups) {
          waiting.addAll(group)
          marks.push(waiting.mark())
        }
        for (const [from, begin] of marks.entries())
          for (const [to, end] of marks.entries())
            if (from <= to) expect([...waiting.between(begin, end)]).toEqual(groups.slice(from, to).flat())
      },
    ),
  )
})
