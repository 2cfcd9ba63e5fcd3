import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors.ts'
import { isEmptyList, jsonOutline, readJson } from './json.ts'
import type { JsonMatch } from './json.ts'

async function* pieces(text: string, cuts: number[] = []): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  let from = 0
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const to = Math.min(cut, bytes.length)
    yield bytes.subarray(from, to)
    from = to
  }
  yield bytes.subarray(from)
}

async function read(text: string, paths: string[], cuts?: number[]): Promise<JsonMatch[]> {
  const found: JsonMatch[] = []
  for await (const match of readJson(pieces(text, cuts), paths)) found.push(match)
  return found
}

const values = async (text: string, paths: string[], cuts?: number[]) => (await read(text, paths, cuts)).map((match) => match.value)

async function refusal(text: string, paths: string[] = ['$'], cuts?: number[]): Promise<UserError> {
  try {
    await read(text, paths, cuts)
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    expect((error as UserError).code).toBe('unreadable_report')
    return error as UserError
  }
  throw new Error(`was read although broken: ${text.slice(0, 80)}`)
}

/** A JSON text of a value with random white space between its parts, as no serializer writes it but the format allows. */
const document = fc
  .tuple(fc.jsonValue({ maxDepth: 5 }), fc.integer({ min: 0, max: 3 }))
  .map(([value, indent]) => JSON.stringify(value, null, indent))
const cuts = fc.array(fc.nat(2000), { maxLength: 12 })

describe('readJson', () => {
  it('gives values in file order with pattern, place and document', async () => {
    const text = '{"at":"x","list":[{"n":1},{"n":2}],"skip":{"list":[9]},"more":{"odd key":3,"b":{"n":4}}}\n{"at":"y"}'
    expect(await read(text, ['$.at', '$.list.*', '$.more.*.n', '$.more.odd key'])).toEqual([
      { path: '$.at', at: 'at', value: 'x', document: 0 },
      { path: '$.list.*', at: 'list[0]', value: { n: 1 }, document: 0 },
      { path: '$.list.*', at: 'list[1]', value: { n: 2 }, document: 0 },
      { path: '$.more.odd key', at: 'more["odd key"]', value: 3, document: 0 },
      { path: '$.more.*.n', at: 'more.b.n', value: 4, document: 0 },
      { path: '$.at', at: 'at', value: 'y', document: 1 },
    ])
  })

  it('takes [*] for elements of arrays only, * for both', async () => {
    expect(await values('{"a":{"x":1},"b":[2]}', ['$.*[*]'])).toEqual([2])
    expect(await values('{"a":{"x":1},"b":[2]}', ['$.*.*'])).toEqual([1, 2])
    expect(await values('[1,[2]]', ['$[*]'])).toEqual([1, [2]])
    expect(await values('{"a":1}', ['$[*]'])).toEqual([])
  })

  it('lets the pattern listed first win and gives an outer match whole', async () => {
    expect((await read('{"a":[1]}', ['$.*', '$.a'])).map((match) => match.path)).toEqual(['$.*'])
    expect(await values('{"a":[1]}', ['$.a[*]', '$.a'])).toEqual([[1]])
  })

  it('reads documents one after another, in lines, joined, with record separators, and none', async () => {
    expect((await read('{"a":1}\n{"a":2}{"a":3}\n\n\u001e[4] 5 "6"null', ['$'])).map(({ value, document }) => [document, value])).toEqual([
      [0, { a: 1 }],
      [1, { a: 2 }],
      [2, { a: 3 }],
      [3, [4]],
      [4, 5],
      [5, '6'],
      [6, null],
    ])
    expect(await values('', ['$'])).toEqual([])
    expect(await values(' \r\n\t', ['$'])).toEqual([])
  })

  it('gives the whole document as JSON.parse does, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(document, cuts, async (text, at) => {
        expect(await values(text, ['$'], at)).toEqual([JSON.parse(text)])
      }),
    )
  })

  it('gives every element or member as JSON.parse does, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(document, cuts, async (text, at) => {
        const whole = JSON.parse(text) as unknown
        const parts =
          typeof whole === 'object' && whole !== null
            ? Array.isArray(whole)
              ? whole
              : Object.entries(whole)
                  // JSON.stringify has put whole-number names first, as Object.entries does.
                  .map(([, value]) => value)
            : []
        expect(await values(text, ['$.*'], at)).toEqual(parts)
      }),
    )
  })

  it('gives what lies two levels down, beside all that it passes by', async () => {
    const item = fc.record({
      id: fc.string(),
      parts: fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 4 }),
      other: fc.jsonValue({ maxDepth: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(item, { maxLength: 5 }), cuts, async (items, at) => {
        const text = JSON.stringify({ note: 'a "quoted" \\ text {[', items, end: null }, null, 1)
        const want = (JSON.parse(text) as { items: typeof items }).items
        expect(await values(text, ['$.items[*].parts[*]'], at)).toEqual(want.flatMap(({ parts }) => parts))
        expect(await values(text, ['$.items.*.id', '$.nothing'], at)).toEqual(want.map(({ id }) => id))
      }),
    )
  })

  it('refuses exactly what JSON.parse refuses, matched or passed by', async () => {
    const damage = fc
      .tuple(
        document,
        fc.nat(300),
        fc.constantFrom('', '"', '{', '}', '[', ']', ',', ':', '\\', '\n', '\0', '-', 'x', '1', ' '),
        fc.boolean(),
      )
      .map(([text, at, byte, replace]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + byte + text.slice(place + (replace ? 1 : 0))
      })
    await fc.assert(
      fc.asyncProperty(damage, cuts, async (text, at) => {
        let fine = true
        try {
          JSON.parse(text)
        } catch {
          fine = false
        }
        // In a list there is one document only, whatever the damage made of it.
        const whole = `[${text}]`
        try {
          JSON.parse(whole)
        } catch {
          await refusal(whole, ['$'], at)
          await refusal(whole, ['$.*'], at)
          await refusal(whole, ['$.nothing'], at)
          return
        }
        expect(await values(whole, ['$'], at)).toEqual([JSON.parse(whole)])
        expect(await values(whole, ['$.nothing.*'], at)).toEqual([])
        if (fine) expect(await values(text, ['$'], at)).toEqual([JSON.parse(text)])
      }),
      { numRuns: 500 },
    )
  })

  it('refuses every text that is cut off', async () => {
    const text = '{"a":[{"b":"x\\"y"},2],"c":tru'
    for (let length = 1; length <= text.length; length++) {
      await refusal(text.slice(0, length), ['$.a.*'])
      await refusal(text.slice(0, length), ['$'])
    }
  })

  it('says where it broke', async () => {
    expect((await refusal('{"Results":[\n{"a":1},\n{"a":2 "b":3}]}', ['$.Results.*'])).message).toBe(
      'The JSON breaks at byte 29, line 3 (in Results[1].a): expected "," or "}", found """.',
    )
    expect((await refusal('{"Results":[{"a":', ['$.Results.*'])).message).toMatch(/byte 17, line 1 \(in Results\[0\]\): the file ends/)
    expect((await refusal('[1,\n 2}', ['$[*]'])).message).toMatch(/byte 6, line 2 \(in \[1\]\): expected "," or "\]", found "}"/)
    expect((await refusal('<html>')).message).toMatch(/byte 0, line 1: expected a JSON value, found "<"/)
    expect((await refusal('[1, \0]', ['$[*]'])).message).toMatch(/found byte 0x00/)
  })

  it('caps depth and the size of one value', async () => {
    expect(await values('['.repeat(200) + ']'.repeat(200), ['$'])).toHaveLength(1)
    for (const path of ['$', '$.x', '$[*]'])
      expect((await refusal('['.repeat(201) + ']'.repeat(201), [path])).message).toMatch(/nested deeper than 200/)
    const big = async function* () {
      yield Buffer.from('["')
      for (let i = 0; i < 65; i++) yield Buffer.alloc(1024 * 1024, 0x61)
      yield Buffer.from('"]')
    }
    await expect(
      (async () => {
        for await (const _ of readJson(big(), ['$[*]']));
      })(),
    ).rejects.toThrow(/larger than 64 MiB/)
  })

  it('leaves prototypes alone', async () => {
    const [value] = await values('{"a":{"__proto__":{"polluted":1},"constructor":2}}', ['$.a'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
    expect(await values('{"__proto__":{"x":1},"toString":2}', ['$.toString', '$.__proto__.x'])).toEqual([1, 2])
  })
})

describe('jsonOutline', () => {
  it('gives the outermost members only', () => {
    const outline = jsonOutline('{"a":1,"b":{"c":"}","d":[{"e":2}]},"f":"x\\"y","g":null,"h":true}')!
    expect([...outline.members]).toEqual([
      ['a', 1],
      ['b', { text: '{"c":"}","d":[{"e":2}]}' }],
      ['f', 'x"y'],
      ['g', null],
      ['h', true],
    ])
    expect(outline.list).toBe(false)
  })

  it('looks into the first element of a list', () => {
    expect(jsonOutline(' [ {"a":1}, {"b":2} ]')).toEqual({ list: true, members: new Map([['a', 1]]) })
  })

  it('knows what is no object', () => {
    for (const text of ['', 'null', '"a"', '[]', '[1]', '<xml>', 'a,b']) expect(jsonOutline(text)).toBeNull()
  })

  it('gives only what the whole text has, wherever it is cut', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }),
        fc.nat(300),
        fc.constantFrom(0, 1),
        (value, length, indent) => {
          const text = JSON.stringify(value, null, indent)
          const whole = JSON.parse(text) as Record<string, unknown>
          const outline = jsonOutline(text.slice(0, length))
          for (const [name, member] of outline?.members ?? []) {
            expect(Object.keys(whole)).toContain(name)
            if (typeof member !== 'object' || member === null) expect(member).toEqual(whole[name])
            else expect(typeof whole[name]).toBe('object')
          }
          expect(jsonOutline(text)!.members.size).toBe(Object.keys(whole).length)
        },
      ),
    )
  })
})

it('tells a list of nothing', () => {
  expect([' [ \n] ', '[]', '', '[{}]', '{}', '[] []'].map(isEmptyList)).toEqual([true, true, false, false, false, false])
})
