import { expect, it } from 'vitest'
import { z } from 'zod'
import { Amount, listOf, maybe, Text, Word } from './lenient.ts'

const Item = z.object({ name: Text, id: Word, score: Amount, tags: listOf(Text), inner: maybe(z.object({ a: z.string() })) })

it('reads what is there', () => {
  expect(Item.parse({ name: ' x ', id: 7, score: '7.50', tags: ['a', 3, '', 'b'], inner: { a: 'y' } })).toEqual({
    name: 'x',
    id: '7',
    score: 7.5,
    tags: ['a', 'b'],
    inner: { a: 'y' },
  })
})

it.each([{}, { name: 3, id: {}, score: 'high', tags: 'a', inner: 4 }, { name: null, id: null, score: '', tags: null, inner: null }])(
  'leaves out what is not: %j',
  (value) => expect(Item.parse(value)).toEqual({ name: undefined, id: undefined, score: undefined, tags: [], inner: undefined }),
)

it('cuts long texts', () => expect(Text.parse('x'.repeat(20_000))).toHaveLength(8000))
