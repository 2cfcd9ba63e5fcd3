import { describe, expect, it } from 'vitest'
import { endOfLife } from '../../src/ingest/feeds/end-of-life/end-of-life.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

const read = async (file: string) => {
  const opened = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of endOfLife.parse(opened.source, {})) records.push(record)
  const of = <K extends FileRecord['kind']>(kind: K) => records.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
  return { opened, of }
}

describe.skipIf(!data)(`end-of-life on real products (${data ? data.root : withoutRealData})`, () => {
  const files = data?.files('feeds/endoflife') ?? []
  const fileOf = (name: string) => files.find((one) => one.path.endsWith(name))!.file

  it('reads 8,351 releases of 464 products', async () => {
    const { opened, of } = await read(fileOf('releases-2026-08-22.derived.json.gz'))
    expect(endOfLife.detect(opened.head)).toBe(true)
    expect(of('report')).toMatchObject([{ complete: true, observed_at: parseInstant('2026-08-22T12:00:00Z') }])
    expect(of('end_of_life')).toHaveLength(8351)
    expect(new Set(of('end_of_life').map((one) => one.product)).size).toBe(464)
    expect(of('skipped')).toEqual([])
    expect(of('end_of_life').find((one) => one.product === 'windows-server' && one.release === '2012-r2')).toMatchObject({
      ends_at: parseInstant('2023-10-10T12:00:00Z'),
      ended: null,
    })
  })

  it('the archive of pages states the same', async () => {
    const json = await read(fileOf('releases-2026-08-22.derived.json.gz'))
    const archive = await read(fileOf('products-2026-08-22.tar.gz'))
    expect(endOfLife.detect(archive.opened.head)).toBe(true)
    const told = (records: Extract<FileRecord, { kind: 'end_of_life' }>[]) =>
      records.map((one) => `${one.product} ${one.release} ${one.ends_at} ${one.ended}`).sort()
    expect(told(archive.of('end_of_life'))).toEqual(told(json.of('end_of_life')))
  })

  it.each(files.filter((file) => file.path.includes('/samples/')))('$path', async ({ file }) => {
    const { opened, of } = await read(file)
    expect(endOfLife.detect(opened.head)).toBe(true)
    expect(of('end_of_life').length).toBeGreaterThan(0)
    expect(of('skipped')).toEqual([])
  })
})
