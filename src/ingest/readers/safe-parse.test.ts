import { expect, test } from 'vitest'
import { z } from 'zod'
import { listOf, maybe, Text } from './lenient.ts'
import { safeParse } from './safe-parse.ts'

const Item = z.object({ id: z.string().trim().min(1), name: Text, score: z.number().nullish() })

const schemas: Record<string, z.ZodType> = {
  text: z.string(),
  'text with checks': z.string().trim().min(2).regex(/^a/i),
  'text that ends so': z.string().endsWith('c'),
  date: z.iso.date(),
  number: z.number(),
  'whole number': z.number().int().min(1),
  'number from 0 to 2': z.number().nonnegative().max(2),
  'number over 0': z.number().positive(),
  'small whole number': z.int32(),
  'number of a text': z.coerce.number(),
  boolean: z.boolean(),
  word: z.enum(['a', 'b']),
  constant: z.literal('a'),
  anything: z.unknown(),
  list: z.array(z.string()),
  'list of one or more': z.array(z.unknown()).min(1),
  'list of two at most': z.array(z.unknown()).max(2),
  object: Item,
  'object of objects': z.object({ item: Item, items: z.array(Item).nullish(), all: listOf(Item), one: maybe(Item) }),
  'object that must have anything': z.object({ id: z.unknown() }),
  'object with nothing else': z.strictObject({ id: Text }),
  'object with all else': z.looseObject({ id: Text }),
  'object by a check': z.object({ id: Text }).refine(({ id }) => id === 'a'),
  'object with a name of JavaScript': z.object({ constructor: z.unknown(), ['__proto__']: z.unknown() }),
  optional: z.string().optional(),
  default: z.string().default('d').optional(),
  constantly: z.string().catch('instead'),
  'as the value is': z.string().catch(({ value }) => String(value)),
  made: z.string().transform((text) => text.length),
  'made or refused': z.string().transform((text, ctx) => text || (ctx.addIssue('empty'), z.NEVER)),
  'one or other': z.union([z.string().transform((id) => ({ id })), Item, z.array(Item)]),
  names: z.record(z.string(), z.number()),
  'names of anything': z.record(z.string(), z.unknown()),
  'names of one kind': z.record(z.string().min(2), z.unknown()),
  'names of a list': z.record(z.enum(['id', 'name']), z.unknown()),
  later: z.lazy(() => Item),
}

const values: unknown[] = [
  undefined,
  null,
  '',
  ' a ',
  'abc',
  'a',
  '2026-02-30',
  '7',
  0,
  1.5,
  2,
  -1,
  2 ** 60,
  Number.NaN,
  Infinity,
  true,
  [],
  ['a'],
  ['a', 'b', 1],
  {},
  { id: ' a ' },
  { id: '' },
  { id: 1, '': 2 },
  { id: 'a', name: 7, score: '1', more: true },
  { id: 'a', name: ' b ', score: null },
  [{ id: 'a' }, { id: 1 }],
  { item: { id: 'a' } },
  { item: { id: 'a' }, items: [{ id: 'b', score: 1 }, {}], all: [{ id: 'b' }, 7, null, {}], one: { id: '' } },
  { item: { id: 'a' }, items: null, all: [{ id: 'b' }, 7, null, {}], one: { id: 'c' } },
  JSON.parse('{"__proto__": {"id": "a"}, "constructor": 1}'),
]

test.each(Object.entries(schemas))('what zod makes of it, and what it says of what it refuses: %s', (_name, schema) => {
  for (const value of values) {
    const [ours, theirs] = [safeParse(schema, value), schema.safeParse(value)]
    expect(ours.success).toBe(theirs.success)
    expect(ours.data).toEqual(theirs.data)
    if (!theirs.success) expect(z.prettifyError(ours.error!)).toBe(z.prettifyError(theirs.error))
  }
})
