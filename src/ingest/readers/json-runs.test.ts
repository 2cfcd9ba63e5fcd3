import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors.ts'
import { type JsonMatch, readJson } from './json.ts'
import { borderOf, parseLines, parseList } from './json-runs.ts'

async function* pieces(text: string, cuts: number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  let from = 0
  for (const cut of [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b)) {
    yield bytes.subarray(from, cut)
    from = cut
  }
}

async function read(text: string, paths: string[], cuts: number[] = []): Promise<JsonMatch[]> {
  const found: JsonMatch[] = []
  for await (const match of readJson(pieces(text, cuts), paths)) found.push(match)
  return found
}

/** Elements whose ends look like one another's, from inside and outside. */
const element = fc.oneof(
  fc.record({ id: fc.string(), parts: fc.array(fc.record({ id: fc.constantFrom('"},{"id":"', 'é', 'x') }), { maxLength: 3 }) }),
  fc.record({ id: fc.string() }),
  fc.array(fc.array(fc.constantFrom('"],["', 'a')), { maxLength: 3 }),
  fc.constantFrom(null, 7, '},{', {}, [], [[]]),
)
const lists = fc.array(fc.record({ name: fc.string(), items: fc.array(element, { maxLength: 12 }), end: fc.boolean() }), { maxLength: 8 })
const cuts = fc.array(fc.nat(5000), { maxLength: 6 })
const indents = fc.constantFrom(0, 1, 4)

describe('lists read in runs', () => {
  it('gives every element with its place as JSON.parse does, however it is indented and cut', async () => {
    await fc.assert(
      fc.asyncProperty(lists, indents, cuts, async (groups, indent, at) => {
        const want = groups.flatMap(({ items }, group) => items.map((value, item) => ({ at: `groups[${group}].items[${item}]`, value })))
        const text = JSON.stringify({ groups }, null, indent)
        const plain = JSON.parse(JSON.stringify(want)) as unknown
        expect((await read(text, ['$.groups[*].items[*]'], at)).map(({ at: place, value }) => ({ at: place, value }))).toEqual(plain)
      }),
      { numRuns: 200 },
    )
  })

  it('gives every line with its number as JSON.parse does', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(element, { maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\n\n \n', '\n\u001e'),
        cuts,
        async (all, end, at) => {
          const text = all.map((one) => JSON.stringify(one) + end).join('')
          const found = await read(text, ['$'], at)
          expect(found.map(({ value }) => value)).toEqual(JSON.parse(JSON.stringify(all)))
          expect(found.map(({ document }) => document)).toEqual(all.map((_, index) => index))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('says where a list of many breaks', async () => {
    for (const broken of [0, 1, 2, 40, 99]) {
      const items = Array.from({ length: 100 }, (_, index) => `  {"id":"${index}"${index === broken ? ' "x":' : ',"x":'}[{"id":1}]}`)
      const text = `{"list":[\n${items.join(',\n')}\n]}`
      const error = await read(text, ['$.list[*]']).then(
        () => null,
        (thrown: unknown) => thrown as UserError,
      )
      expect(error).toBeInstanceOf(UserError)
      expect(error!.message).toContain(`byte ${text.indexOf(' "x":') + 1}, line ${broken + 2} (in list[${broken}].id)`)
    }
  })

  it('refuses an element that is nested too deep among others that are not', async () => {
    const deep = (levels: number) => `{"id":1,"x":${'['.repeat(levels)}${']'.repeat(levels)}}`
    const list = (levels: number) => `[${[deep(1), deep(1), deep(levels), deep(1), deep(1)].join(',')}]`
    expect(await read(list(198), ['$[*]'])).toHaveLength(5)
    await expect(read(list(199), ['$[*]'])).rejects.toThrow(/nested deeper than 200/)
    expect(await read(`${deep(1)}\n${deep(199)}\n`, ['$'])).toHaveLength(2)
    await expect(read(`${deep(1)}\n${deep(200)}\n`, ['$'])).rejects.toThrow(/nested deeper than 200/)
  })
})

describe('a run', () => {
  const bytes = Buffer.from('[{"id":"a"},{"id":"b"},{"id":"c"}],"n":1}')

  it('goes to the last border, or to the end of the list where that is known', () => {
    const border = borderOf(bytes, 11, 12)!
    expect(border).toEqual({ text: Buffer.from('"},{"id"'), end: 2 })
    expect(parseList(bytes, 1, border, null, 9)).toEqual({ values: [{ id: 'a' }, { id: 'b' }], bytes: 21, lines: 0 })
    const last = borderOf(bytes, 33, 33)!
    expect(last).toEqual({ text: Buffer.from('"}],"n"'), end: 2 })
    expect(parseList(bytes, 1, border, last, 9)).toEqual({ values: [{ id: 'a' }, { id: 'b' }, { id: 'c' }], bytes: 32, lines: 0 })
    expect(parseList(bytes, 1, border, null, 0)).toBeNull()
  })

  it('takes no wrong border for one', () => {
    const nested = Buffer.from('[{"id":"a","x":[{"id":"p"},{"id":"q"}]},{"id":"b"}]')
    expect(parseList(nested, 1, { text: Buffer.from('"},{"id"'), end: 2 }, null, 9)).toBeNull()
    expect(parseList(nested, 1, null, { text: Buffer.from('"}]'), end: 2 }, 9)).toBeNull()
  })

  it('stops at the first line that holds no whole value', () => {
    expect(parseLines(Buffer.from('{"é":1}\n\n2\n{\n}\n'), 0, 9)).toEqual({ values: [{ é: 1 }, 2], bytes: 12, lines: 3 })
    expect(parseLines(Buffer.from('1'), 0, 9)).toEqual({ values: [], bytes: 0, lines: 0 })
  })

  it('counts lines, so that what breaks behind it is found', async () => {
    expect(parseLines(Buffer.from('1\n\n2\n3'), 0, 9)).toEqual({ values: [1, 2], bytes: 4, lines: 2 })
    const list = Buffer.from('[\n{"id":\n"a"},\n{"id":"b"},\n{"id":"c"}]')
    const run = parseList(list, 2, { text: Buffer.from('},\n{"id"'), end: 1 }, null, 9)
    expect(run).toEqual({ values: [{ id: 'a' }, { id: 'b' }], bytes: 23, lines: 2 })
    await expect(read('1\n2\n\n3\n4 x\n5', ['$'])).rejects.toThrow(/line 5/)
    const items = Array.from({ length: 9 }, (_, id) => `{\n"id": ${id}\n}`).join(',\n')
    await expect(read(`[\n${items},\nx]`, ['$[*]'])).rejects.toThrow(/line 29/)
  })
})
