import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Made, zipOf } from '../../../test/archives.ts'
import { isZip, readZip } from './zip.ts'

async function* inChunks(bytes: Uint8Array, size = 7000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What each member holds, or why it is refused. */
async function listed(bytes: Uint8Array): Promise<[name: string, content: string][]> {
  const all: [string, string][] = []
  for await (const entry of readZip(inChunks(bytes))) {
    const parts: Uint8Array[] = []
    try {
      for await (const part of entry.bytes()) parts.push(part)
      all.push([entry.name, Buffer.concat(parts).toString()])
    } catch (error) {
      all.push([entry.name, (error as { code: string; message: string }).message])
    }
  }
  return all
}

describe('readZip', () => {
  it('gives back what was packed, by name, without folders', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}\.json$/), fc.string({ maxLength: 300 }), { maxKeys: 6 }),
        async (files) => {
          const members: Made[] = [
            { name: 'folder/' },
            ...Object.entries(files).map(([name, content]) => ({ name: `folder/${name}`, content })),
          ]
          expect(await listed(zipOf(members))).toEqual(
            Object.entries(files)
              .map(([name, content]) => [`folder/${name}`, content])
              .toSorted(([a], [b]) => (a! < b! ? -1 : 1)),
          )
        },
      ),
      { numRuns: 30 },
    )
  })

  it('takes the backslashes of Windows tools as slashes', async () => {
    expect(await listed(zipOf([{ name: 'scans\\a.json', content: '{}' }]))).toEqual([['scans/a.json', '{}']])
  })

  it('refuses members that are links, devices, encrypted, bombs or lead outside, and gives the others', async () => {
    const all = await listed(
      zipOf([
        { name: '../up.json', content: '{}' },
        { name: '/etc/passwd', content: '{}' },
        { name: 'C:/x.json', content: '{}' },
        { name: 'a\\..\\..\\b.json', content: '{}' },
        { name: 'bomb.json', content: Buffer.alloc(1_200_000, ' ') },
        { name: 'device', mode: 0o020666 },
        { name: 'good.json', mode: 0o100644, content: '{"good": true}' },
        { name: 'link.json', mode: 0o120777, content: '/etc/passwd' },
        { name: 'secret.json', flags: 1, content: '{}' },
      ]),
    )
    expect(Object.fromEntries(all)).toEqual({
      '../up.json': expect.stringContaining('leads outside'),
      '/etc/passwd': expect.stringContaining('absolute'),
      'C:/x.json': expect.stringContaining('absolute'),
      'a/../../b.json': expect.stringContaining('leads outside'),
      'bomb.json': expect.stringContaining('400 times'),
      device: expect.stringContaining('link or a device'),
      'good.json': '{"good": true}',
      'link.json': expect.stringContaining('link or a device'),
      'secret.json': expect.stringContaining('encrypted'),
    })
  })

  it('refuses a member whose bytes are changed or not as many as stated', async () => {
    const content = randomBytes(200).toString('base64')
    const whole = zipOf([{ name: 'a.json', content }])
    const text = whole.toString('latin1')
    // A byte in the middle of what is packed.
    const changed = Buffer.from(whole)
    changed[text.indexOf('a.json') + 106]! ^= 1
    expect((await listed(changed))[0]![1]).toMatch(/cannot be unpacked/)
    expect((await listed(zipOf([{ name: 'a.json', content, claims: 5 }])))[0]![1]).toMatch(/cannot be unpacked/)
  })

  it('refuses what is cut off, overlaps or claims to be more than any collection of reports', async () => {
    const whole = zipOf([{ name: 'a.json', content: '{}' }])
    await expect(listed(whole.subarray(0, whole.length - 30))).rejects.toMatchObject({ code: 'damaged_file' })
    await expect(listed(Buffer.from('PK\u0003\u0004 and nothing'))).rejects.toMatchObject({ code: 'damaged_file' })
    const many = Array.from({ length: 4 }, (_, index) => ({ name: `${index}`, claims: 0xfffffff0, content: 'x' }))
    await expect(listed(zipOf(many))).rejects.toMatchObject({ code: 'file_too_large' })
    await expect(listed(zipOf(Array.from({ length: 20_001 }, () => ({ name: 'a' }))))).rejects.toMatchObject({ code: 'file_too_large' })
    // All members of the table point at the bytes of one: many times what the file has.
    const heavy = zipOf([{ name: 'a', content: randomBytes(5000) }])
    const at = heavy.indexOf('PK\u0001\u0002')
    const row = heavy.subarray(at, heavy.length - 22)
    const end = Buffer.from(heavy.subarray(heavy.length - 22))
    end.writeUInt16LE(50, 8)
    end.writeUInt16LE(50, 10)
    end.writeUInt32LE(row.length * 50, 12)
    const overlapping = Buffer.concat([heavy.subarray(0, at), ...Array.from({ length: 50 }, () => row), end])
    await expect(listed(overlapping)).rejects.toMatchObject({ code: 'damaged_file', message: expect.stringContaining('overlap') })
  })

  it('knows a zip by its beginning', () => {
    expect(isZip(zipOf([]))).toBe(true)
    expect(isZip(zipOf([{ name: 'a' }]))).toBe(true)
    expect(isZip('{"PK": 1}')).toBe(false)
  })
})
