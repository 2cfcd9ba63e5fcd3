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
