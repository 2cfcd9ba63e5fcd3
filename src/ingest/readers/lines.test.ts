import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readLines } from './lines.ts'

async function* inChunks(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
async function read(text: string, size = 3) {
  const lines: { line: number; text: string }[] = []
  for await (const one of readLines(inChunks(new TextEncoder().encode(text), size))) lines.push(one)
  return lines
}

describe('readLines', () => {
  it('numbers lines and takes both line breaks', async () => {
    expect(await read('a\r\nb\n\nc')).toEqual([
      { line: 1, text: 'a' },
      { line: 2, text: 'b' },
      { line: 3, text: '' },
      { line: 4, text: 'c' },
    ])
    expect(await read('')).toEqual([])
  })

  it('gives the same whatever the chunks', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n]|[\ud800-\udfff]/.test(text))),
        fc.integer({ min: 1, max: 9 }),
        async (texts, size) => {
          const lines = await read(texts.map((text) => `${text}\n`).join(''), size)
          expect(lines.map(({ text }) => text)).toEqual(texts)
        },
      ),
    ))

  it('refuses an endless line', async () => {
    await expect(read('x'.repeat(9 * 1024 * 1024), 1024 * 1024)).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
