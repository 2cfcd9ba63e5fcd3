import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { tarOf } from '../../../../test/archives.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { endOfLife } from './end-of-life.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of endOfLife.parse(file.source, {})) all.push(record)
  return all
}

const page = '---\ntitle: Acme Gate\npermalink: /gate\nreleases:\n  - releaseCycle: "1"\n    eol: 2027-06-30\n---\n'

describe('endOfLife', () => {
  it.each(['releases-2026-08-22.json', 'api-v1-full.json', 'gate.md'])('knows %s by its content', async (name) => {
    expect(endOfLife.detect((await sample(name)).head)).toBe(true)
  })

  it('reads all products of a JSON object', async () => {
    const identifiers = ['cpe:/a:acme:gate', 'pkg:npm/gate']
    const of = { kind: 'end_of_life', product: 'gate', title: 'Acme Gate', identifiers }
    expect(await records(await sample('releases-2026-08-22.json'))).toEqual([
      {
        kind: 'report',
        source: 'endoflife',
        tool: 'endoflife.date',
        tool_version: null,
        observed_at: parseInstant('2026-08-22T12:00:00Z'),
        complete: true,
      },
      { ...of, release: '2', ends_at: null, ended: false, latest_version: '2.3.4' },
      { ...of, release: '1', ends_at: parseInstant('2024-06-30T12:00:00Z'), ended: null, latest_version: '1.9' },
      { ...of, release: '0', ends_at: null, ended: true },
      { kind: 'skipped', at: 'gate.releases[3]', reason: expect.any(String) },
      { kind: 'skipped', at: 'empty', reason: expect.any(String) },
    ])
  })

  it("reads the API's answer with its own time", async () => {
    const all = await records(await sample('api-v1-full.json'))
    expect(all[0]).toMatchObject({ observed_at: parseInstant('2026-08-22T04:05:06Z'), complete: true })
    expect(all.slice(1)).toEqual([
      {
        kind: 'end_of_life',
        product: 'gate',
        title: 'Acme Gate',
        release: '2',
        ends_at: null,
        ended: false,
        latest_version: '2.3.4',
        identifiers: ['cpe:/a:acme:gate'],
      },
      {
        kind: 'end_of_life',
        product: 'gate',
        title: 'Acme Gate',
        release: '1',
        ends_at: parseInstant('2024-06-30T12:00:00Z'),
        ended: null,
        identifiers: ['cpe:/a:acme:gate'],
      },
    ])
  })

  it('reads one page, which says nothing about other products', async () => {
    const all = await records(await sample('gate.md'))
    expect(all[0]).not.toHaveProperty('complete')
    expect(all.slice(1)).toMatchObject([
      {
        product: 'gate',
        release: '1.10',
        ends_at: parseInstant('2027-06-30T12:00:00Z'),
        latest_version: '1.10.3',
        identifiers: ['pkg:npm/gate'],
      },
      { product: 'gate', release: '1.9', ended: true },
    ])
  })

  it('reads an archive of pages, and refuses a cut one', async () => {
    const tar = tarOf([{ name: 'products/gate.md', content: page }])
    const file = await openBytes('products-2026-08-22.tar.gz', gzipSync(tar))
    expect(endOfLife.detect(file.head)).toBe(true)
    expect((await records(file)).map((one) => one.kind)).toEqual(['report', 'end_of_life'])
    await expect(openBytes('x.tar', tar.subarray(0, 600)).then(records)).rejects.toMatchObject({ code: 'damaged_file' })
  })

  it('refuses alias bombs and pages without releases', async () => {
    const refused = async (text: string) => records(await openBytes('x.md', Buffer.from(text)))
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`
    await expect(refused(`---\n${bomb}releases:\n  - releaseCycle: "1"\n    eol: true\n---\n`)).rejects.toMatchObject({
      code: 'unreadable_report',
    })
    await expect(refused('---\ntitle: x\n---\n')).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
