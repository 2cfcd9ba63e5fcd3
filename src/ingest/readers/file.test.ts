import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openBytes, openFile } from './file.ts'
import type { OpenFile } from './file.ts'

const all = async ({ source }: OpenFile) => {
  const parts: Uint8Array[] = []
  for await (const chunk of source.bytes()) parts.push(chunk)
  return Buffer.concat(parts)
}
const text = async (bytes: Uint8Array, options?: { max_bytes?: number }) => (await all(await openBytes('x', bytes, options))).toString()
const utf16 = (value: string, big: boolean) => {
  const bytes = Buffer.from(`\ufeff${value}`, 'utf16le')
  return big ? bytes.swap16() : bytes
}

describe('openBytes', () => {
  it('gives the same text from plain, gzip, UTF-8 with mark and both UTF-16', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 400 }), async (value) => {
        fc.pre(!value.startsWith('\ufeff'))
        const forms = [Buffer.from(value), Buffer.from(`\ufeff${value}`), utf16(value, false), utf16(value, true)]
        for (const form of [...forms, ...forms.map((bytes) => gzipSync(bytes))]) {
          const opened = await openBytes('x', form)
          expect((await all(opened)).toString()).toBe(value)
          expect(opened.head.text).toBe(value)
        }
      }),
      { numRuns: 50 },
    )
  })

  it('passes bytes of other encodings on as they are', async () => {
    const bytes = Buffer.from([0x3c, 0xe4, 0x3e])
    expect(await all(await openBytes('x', bytes))).toEqual(bytes)
  })

  it('reads files larger than its chunks and shows at most 64 KiB as head, never half a character', async () => {
    const value = `a${'ä'.repeat(400_000)}`
    for (const bytes of [Buffer.from(value), gzipSync(value), utf16(value, false)]) {
      const opened = await openBytes('x', bytes)
      expect(opened.head.text).toBe(`a${'ä'.repeat(32_767)}`)
      expect((await all(opened)).toString()).toBe(value)
    }
  })

  it('reads several gzip members as one, whatever lies behind them', async () => {
    const bytes = Buffer.concat([gzipSync('one'), gzipSync('two'), Buffer.alloc(300_000)])
    const opened = await openBytes('x', bytes)
    expect((await all(opened)).toString()).toBe('onetwo')
  })

  it('refuses cut and damaged gzip', async () => {
    const bytes = gzipSync(Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * i * 31) % 251)))
    await expect(text(bytes.subarray(0, bytes.length - 4))).rejects.toMatchObject({ code: 'damaged_file' })
    await expect(text(bytes.subarray(0, 20))).rejects.toMatchObject({ code: 'damaged_file' })
    const wrong = Buffer.from(bytes)
    wrong.fill(0xff, 40, 80)
    await expect(text(wrong)).rejects.toMatchObject({ code: 'damaged_file' })
  })

  it('refuses UTF-16 that is cut in a character or holds half a pair', async () => {
    await expect(text(utf16('abc', false).subarray(0, 7))).rejects.toMatchObject({ code: 'damaged_file' })
    await expect(text(Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41, 0x00]))).rejects.toMatchObject({ code: 'damaged_file' })
  })

  it('caps the size after unpacking', async () => {
    const bomb = gzipSync(Buffer.alloc(5_000_000))
    await expect(text(bomb, { max_bytes: 1_000_000 })).rejects.toMatchObject({ code: 'file_too_large' })
    expect((await text(bomb, { max_bytes: 5_000_000 })).length).toBe(5_000_000)
  })

  it('gives its bytes once', async () => {
    const opened = await openBytes('x', Buffer.from('abc'))
    await all(opened)
    expect(() => opened.source.bytes()).toThrow(/once/)
  })

  it('takes an empty file', async () => {
    const opened = await openBytes('x', Buffer.alloc(0))
    expect(await all(opened)).toHaveLength(0)
    expect(opened.head).toEqual({ name: 'x', text: '' })
  })
})

describe('openFile', () => {
  it('reads a file and names it without folders', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
    try {
      writeFileSync(join(folder, 'report.json'), gzipSync('{"a":1}'))
      const opened = await openFile(join(folder, 'report.json'))
      expect(opened.head).toEqual({ name: 'report.json', text: '{"a":1}' })
      expect((await all(opened)).toString()).toBe('{"a":1}')
      await expect(openFile(join(folder, 'none.json'))).rejects.toMatchObject({
        code: 'file_not_readable',
        message: 'none.json cannot be read: there is no such file.',
      })
      await expect(openFile(folder)).rejects.toMatchObject({ code: 'file_not_readable' })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
