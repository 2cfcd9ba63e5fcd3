import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tarOf } from '../../../test/archives.ts'
import { isTar, readTar } from './tar.ts'

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

/** What each member holds, or why it is refused. */
async function listed(bytes: Uint8Array, size = 700): Promise<[name: string, content: string][]> {
  const all: [string, string][] = []
  for await (const entry of readTar(inChunks(bytes, size))) {
    if (entry.refused) {
      all.push([entry.name, entry.refused.message])
      continue
    }
    const parts: Uint8Array[] = []
    for await (const part of entry.bytes()) parts.push(part)
    all.push([entry.name, Buffer.concat(parts).toString('latin1')])
  }
  return all
}

describe('readTar', () => {
  it('gives back what was packed, in order, however it comes in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ name: fc.stringMatching(/^[a-z]{1,20}$/), size: fc.integer({ min: 0, max: 2000 }) }), {
          maxLength: 5,
          minLength: 1,
        }),
        fc.integer({ min: 1, max: 3000 }),
        async (members, size) => {
          const made = members.map((member) => ({ name: member.name, content: randomBytes(member.size) }))
          expect(await listed(tarOf(made), size)).toEqual(made.map(({ name, content }) => [name, content.toString('latin1')]))
        },
      ),
      { numRuns: 40 },
    )
  })

  it('passes over what is not asked for', async () => {
    const names: string[] = []
    for await (const { name } of readTar(
      inChunks(
        tarOf([
          { name: 'a', content: 'x'.repeat(3000) },
          { name: 'b', content: 'y' },
        ]),
        100,
      ),
    ))
      names.push(name)
    expect(names).toEqual(['a', 'b'])
  })

  it('knows long names of GNU and of pax, sizes in base 256, and leaves ./ out', async () => {
    const long = `${'deep/'.repeat(40)}scan.json`
    const pax = `path=${long}\n`
    const record = (length: number) => `${length} ${pax}`
    const length = [...Array(4).keys()].reduce((guess) => record(guess).length, 100)
    const big = tarOf([{ name: './big', content: 'abc' }])
    big.fill(0, 124, 136)
    big[124] = 0x80
    big[135] = 3
    big.write('        ', 148)
    big.write(
      `${big
        .subarray(0, 512)
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    expect(
      await listed(
        Buffer.concat([
          tarOf([
            { name: '././@LongLink', type: 'L', content: `${long}\0` },
            { name: 'cut', content: 'one' },
            { name: 'x', type: 'x', content: record(length) },
            { name: 'cut', content: 'two' },
            { name: 'g', type: 'g', content: '11 a=b=c=d\n' },
          ]).subarray(0, -1024),
          big,
        ]),
      ),
    ).toEqual([
      [long, 'one'],
      [long, 'two'],
      ['big', 'abc'],
    ])
  })

  it('refuses links, devices and paths that lead outside, and gives the others', async () => {
    const all = await listed(
      tarOf([
        { name: '../up', content: '1' },
        { name: '/etc/passwd', content: '1' },
        { name: 'link', type: '2' },
        { name: 'hard', type: '1' },
        { name: 'disk', type: '4' },
        { name: 'pipe', type: '6' },
        { name: 'folder', type: '5' },
        { name: 'good', content: 'ok' },
      ]),
    )
    expect(all.map(([name]) => name)).toEqual(['../up', '/etc/passwd', 'link', 'hard', 'disk', 'pipe', 'good'])
    expect(all.map(([, told]) => told)).toEqual([
      expect.stringContaining('leads outside'),
      expect.stringContaining('absolute'),
      expect.stringContaining('link'),
      expect.stringContaining('link'),
      expect.stringContaining('device'),
      expect.stringContaining('device'),
      'ok',
    ])
  })

  it('refuses what is cut off or damaged anywhere but in its end marks', async () => {
    const whole = tarOf([
      { name: 'a', content: 'x'.repeat(600) },
      { name: 'b', content: 'y' },
    ])
    for (let at = 1; at < whole.length - 1024; at += 97) {
      if (at % 512 === 0) continue
      await expect(listed(whole.subarray(0, at)), `cut at ${at}`).rejects.toMatchObject({ code: 'damaged_file' })
    }
    const wrong = Buffer.from(whole)
    wrong[3]! ^= 1
    await expect(listed(wrong)).rejects.toMatchObject({ code: 'damaged_file' })
  })

  it('refuses more than any collection of reports has', async () => {
    const header = tarOf([{ name: 'a' }]).subarray(0, 512)
    await expect(listed(Buffer.concat(Array.from({ length: 20_001 }, () => header)), 512 * 1000)).rejects.toMatchObject({
      code: 'file_too_large',
    })
  })

  it('knows a tar by its first header', () => {
    expect(isTar(tarOf([{ name: 'a' }]))).toBe(true)
    expect(isTar(Buffer.alloc(512))).toBe(false)
    expect(isTar(Buffer.alloc(512, '{'))).toBe(false)
    expect(isTar(Buffer.from('short'))).toBe(false)
  })
})
