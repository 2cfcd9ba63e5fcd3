import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tarOf, zipOf } from '../../test/archives.ts'
import { inspectFile } from './ingest.ts'
import { unpack, type UnpackOptions } from './unpack.ts'

const importers = join(import.meta.dirname, 'importers')
const trivy = readFileSync(join(importers, 'trivy/samples/image-schema-2.json'))
const grype = readFileSync(join(importers, 'grype/samples/image.json'))

describe('unpack', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-unpack-test-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** What each file is taken for, or the code for which it is refused. */
  async function taken(name: string, bytes: Uint8Array, options: UnpackOptions = {}): Promise<[place: string, what: string | null][]> {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    const all: [string, string | null][] = []
    for await (const file of (await unpack(path, { place: name, ...options })).files) {
      if ('error' in file) all.push([file.place, file.error.code])
      else {
        const { format, error } = await inspectFile(file.path, { name: file.name })
        all.push([file.place, error?.code ?? format])
      }
    }
    return all
  }

  it('gives a report as it is', async () => {
    expect(await taken('a.json', trivy)).toEqual([['a.json', 'trivy']])
    expect(await taken('a.json.gz', gzipSync(trivy))).toEqual([['a.json.gz', 'trivy']])
  })

  it('opens zip, tar, tar.gz and one archive in another, and says of each member what it is', async () => {
    const members = [
      { name: 'scans/.hidden.json', content: trivy },
      { name: 'scans/__MACOSX/x', content: 'resource fork' },
      { name: 'scans/a.json', content: trivy },
      { name: 'scans/b.json.gz', content: gzipSync(grype) },
      { name: 'scans/notes.txt', content: 'not a report' },
    ]
    const told = (name: string) => [
      [`${name}/scans/a.json`, 'trivy'],
      [`${name}/scans/b.json.gz`, 'grype'],
      [`${name}/scans/notes.txt`, 'unknown_format'],
    ]
    const tar = tarOf(members)
    expect(await taken('all.zip', zipOf(members))).toEqual(told('all.zip'))
    expect(await taken('all.tar', tar)).toEqual(told('all.tar'))
    expect(await taken('all.tgz', gzipSync(tar))).toEqual(told('all.tgz'))
    expect(await taken('all.zip.gz', gzipSync(zipOf(members)))).toEqual(told('all.zip.gz'))
    expect(await taken('outer.zip', zipOf([{ name: 'in.tar.gz', content: gzipSync(tar) }]))).toEqual(told('outer.zip/in.tar.gz'))
  })

  it('opens no third archive, and no office document', async () => {
    const inner = zipOf([{ name: 'a.json', content: trivy }])
    const twice = zipOf([
      { name: 'b.json', content: grype },
      { name: 'inner.zip', content: inner },
    ])
    expect(await taken('thrice.zip', zipOf([{ name: 'twice.zip', content: twice }]))).toEqual([
      ['thrice.zip/twice.zip/b.json', 'grype'],
      ['thrice.zip/twice.zip/inner.zip', 'nested_archive'],
    ])
    const office = zipOf([{ name: '[Content_Types].xml', content: '<Types/>' }, { name: 'xl/workbook.xml' }])
    expect(await taken('book.xlsx', office)).toEqual([['book.xlsx', 'unknown_format']])
    expect((await inspectFile(join(folder, 'book.xlsx'))).error!.message).toMatch(/Office document.*CSV/)
  })

  it('takes a saved container image for one thing, and reports named by a digest for what they are', async () => {
    const digest = 'ab'.repeat(32)
    const layers = [
      { name: `${digest}/VERSION`, content: '1.0' },
      { name: `${digest}/json`, content: '{}' },
    ]
    const old = tarOf([{ name: `${digest}.json`, content: '{"rootfs": {}}' }, ...layers, { name: 'manifest.json', content: '[]' }])
    const layout = tarOf([
      { name: 'oci-layout', content: '{}' },
      { name: `blobs/sha256/${digest}`, content: '{}' },
    ])
    for (const image of [old, layout, gzipSync(old)]) {
      expect(await taken('image.tar', image)).toEqual([['image.tar', 'unknown_format']])
      expect((await inspectFile(join(folder, 'image.tar'))).error!.message).toMatch(/it is a container image.*Scan it/)
    }
    expect(await taken('reports.tar', tarOf([{ name: `${digest}.json`, content: trivy }]))).toEqual([
      [`reports.tar/${digest}.json`, 'trivy'],
    ])
  })

  it('leaves an archive to the importer whose report it is', async () => {
    const path = join(importers, 'defender-vulnerabilities/samples/machines-and-vulnerabilities.zip')
    expect(await taken('export.zip', readFileSync(path))).toEqual([['export.zip', 'defender-vulnerabilities']])
    expect(await taken('export.zip', readFileSync(path), { format: 'defender-vulnerabilities' })).toEqual([
      ['export.zip', 'defender-vulnerabilities'],
    ])
    await expect(taken('a.zip', zipOf([{ name: 'a' }]), { format: 'nonsense' })).rejects.toMatchObject({ code: 'unknown_format' })
  })

  it('tells of each member that cannot be taken, and where an archive breaks off', async () => {
    const mixed = zipOf([
      { name: '../a.json', content: trivy },
      { name: 'b.json', content: trivy },
      { name: 'link', mode: 0o120777, content: '/etc/passwd' },
      { name: 'torn.json.gz', content: gzipSync(trivy).subarray(0, 40) },
    ])
    expect(await taken('mixed.zip', mixed)).toEqual([
      ['mixed.zip/../a.json', 'damaged_file'],
      ['mixed.zip/b.json', 'trivy'],
      ['mixed.zip/link', 'damaged_file'],
      ['mixed.zip/torn.json.gz', 'damaged_file'],
    ])
    const tar = tarOf([
      { name: 'a.json', content: trivy },
      { name: 'b.json', content: trivy },
    ])
    expect(await taken('cut.tar', tar.subarray(0, tar.length - 2048))).toEqual([
      ['cut.tar/a.json', 'trivy'],
      ['cut.tar/b.json', 'damaged_file'],
      ['cut.tar', 'damaged_file'],
    ])
    expect(await taken('cut.zip', mixed.subarray(0, -40))).toEqual([['cut.zip', 'damaged_file']])
    expect(await taken('none.zip', zipOf([]))).toEqual([['none.zip', 'empty_file']])
    const bomb = gzipSync(tarOf([{ name: 'zeros', content: Buffer.alloc(40_000_000) }]), { level: 9 })
    expect((await taken('bomb.tgz', bomb)).map(([, what]) => what)).toContain('file_too_large')
  })

  it('leaves nothing behind, also when it is not read to the end', async () => {
    const scratch = join(folder, 'scratch')
    mkdirSync(scratch)
    const both = [{ name: 'a.json', content: trivy }, { name: 'b.json' }]
    await taken('one.zip.gz', gzipSync(zipOf(both)), { scratch })
    await taken('cut.zip.gz', gzipSync(zipOf(both).subarray(0, -30)), { scratch })
    for await (const file of (await unpack(join(folder, 'one.zip.gz'), { scratch })).files) {
      expect(file).toMatchObject({ path: expect.stringContaining(scratch) })
      break
    }
    expect(readdirSync(scratch)).toEqual([])
  })
})
