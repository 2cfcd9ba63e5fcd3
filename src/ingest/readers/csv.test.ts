import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UserError } from '../../errors.ts'
import { csvHeader, type CsvOptions, type CsvRow, detectDelimiter, readCsv } from './csv.ts'

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(text: string | Uint8Array, options: CsvOptions = {}, size = 5): Promise<CsvRow[]> {
  const rows: CsvRow[] = []
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text
  for await (const row of readCsv(inChunks(bytes, size), options)) rows.push(row)
  return rows
}

const refusal = async (text: string | Uint8Array, options: CsvOptions = {}): Promise<string> => {
  const error = await read(text, options).then(
    () => null,
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).code).toBe('unreadable_report')
  return (error as UserError).message
}

describe('readCsv', () => {
  it('reads rows as objects with the line on which each begins', async () => {
    const rows = await read('a,b\n1,"x\ny"\n\n2,"say ""hi"""\n')
    expect(rows.map(({ line, row }) => [line, { ...row }])).toEqual([
      [2, { a: '1', b: 'x\ny' }],
      [5, { a: '2', b: 'say "hi"' }],
    ])
    expect('constructor' in rows[0]!.row).toBe(false)
  })

  it.each([['\n'], ['\r\n'], ['\r']])('passes over a title before the header that it is told of (line ends %j)', async (end) => {
    const text = ['"My report","4 Feb"', '"one', 'two",x', '', 'Id;Name', '1;x', '2;y'].join(end)
    for (const size of [1, 5, 1000]) {
      const rows = await read(text, { header: /^"?Id"?[;,]/ }, size)
      expect(rows.map(({ row, error }) => [row['Id'], row['Name'], error])).toEqual([
        ['1', 'x', null],
        ['2', 'y', null],
      ])
      if (end !== '\r') expect(rows.map(({ line }) => line)).toEqual([6, 7])
    }
    expect(csvHeader(text, undefined, /^Id;/)).toEqual(['Id', 'Name'])
    expect(csvHeader(text, undefined, /^Other/)).toEqual([])
  })

  it('says that the header it was told of is not there', async () => {
    expect(await refusal('a,b\n1,2\n', { header: /^Id,/ })).toMatch(/header row such as \/\^Id,\//)
    expect(await refusal('a,b\n'.repeat(2000), { header: /^Id,/ })).toMatch(/line 1001/)
  })

  it.each([['\n'], ['\r\n'], ['\r']])('reads line ends %j, with and without one at the end', async (end) => {
    for (const last of [end, '']) {
      const rows = await read(`a,b${end}1,2${end}"3","4"${last}`)
      expect(rows.map(({ row, line, error }) => [row['a'], row['b'], line, error])).toEqual([
        ['1', '2', 2, null],
        ['3', '4', 3, null],
      ])
    }
  })

  it('finds the delimiter by the header, outside quotes', async () => {
    expect(detectDelimiter('"a,b,c";d;e')).toBe(';')
    expect(detectDelimiter('a\tb, c\td')).toBe('\t')
    expect((await read('a;b\n1,5;2'))[0]!.row['a']).toBe('1,5')
    expect((await read('sep=;\na;b\n1;2')).map(({ line, row }) => [line, row['b']])).toEqual([[3, '2']])
    expect((await read('a|b\n1|2', { delimiter: '|' }))[0]!.row['b']).toBe('2')
  })

  it('names empty and repeated columns', async () => {
    const [first] = await read('a,,a\n1,2,3')
    expect({ ...first!.row }).toEqual({ a: '1', 'column 2': '2', 'a (2)': '3' })
    expect(csvHeader('"a",b;c\nmore')).toEqual(['a', 'b;c'])
    expect(csvHeader('sep=;\na;b')).toEqual(['a', 'b'])
    expect(csvHeader('  ')).toEqual([])
  })

  it('treats a column named __proto__ as data', async () => {
    const [first] = await read('__proto__,b\n1,2')
    expect(Object.keys(first!.row)).toEqual(['__proto__', 'b'])
  })

  it('marks ragged rows and stray quotes, and goes on', async () => {
    const rows = await read('a,b\n1\n1,2,3\n"x"y",2\n4,5\n')
    expect(rows.map(({ error }) => error === null)).toEqual([false, false, false, true])
    expect(rows[0]!.error).toMatch(/expected 2 cells.*found 1/)
    expect(rows[3]!.row['a']).toBe('4')
  })

  it('refuses what is empty, cut, not UTF-8 or too long', async () => {
    expect(await refusal('')).toMatch(/empty/)
    expect(await refusal('a,b\n1,"cut')).toMatch(/Line 2.*never closed/)
    expect(await refusal(Buffer.from('a,b\ncaf\u00e9,2', 'latin1'))).toMatch(/UTF-8/)
    expect(await refusal(`a,b\n1,"${'x'.repeat(500)}`, { max_row: 100 })).toMatch(/longer/)
  })

  it('reads a header alone as no rows', async () => {
    expect(await read('a,b\n')).toEqual([])
    expect(await read('a,b')).toEqual([])
  })

  it('reads back what was written, whatever the chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' ', '\u00e9'), maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(cell, cell), { maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (cells, size, crlf) => {
          const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
          const lines = [['one', 'two'], ...cells].map((row) => row.map(quote).join(','))
          const rows = await read(lines.join(crlf ? '\r\n' : '\n'), { delimiter: ',' }, size)
          expect(rows.map(({ row, error }) => [row['one'], row['two'], error])).toEqual(cells.map(([a, b]) => [a, b, null]))
          let line = 2
          for (const [index, [a, b]] of cells.entries()) {
            expect(rows[index]!.line).toBe(line)
            line += 1 + [...(a + b)].filter((char) => char === '\n').length
          }
        },
      ),
    )
  })

  it('names a hundred thousand equal columns without comparing each with each', () => {
    const header = csvHeader(`${'a,b,'.repeat(50_000)}c\n`)
    expect(new Set(header).size).toBe(100_001)
    expect([header[0], header[2], header.at(-3), header.at(-1)]).toEqual(['a', 'a (2)', 'a (50000)', 'c'])
  })
})
