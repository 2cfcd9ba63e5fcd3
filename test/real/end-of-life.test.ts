import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { endOfLife } from '../../src/ingest/feeds/end-of-life/end-of-life.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { readMoment, readPage } from '../../src/api/asked.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { getAsset } from '../../src/store/queries/assets/get.ts'
import { installedColumns, listInstalled } from '../../src/store/queries/assets/software.ts'
import { openStore } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
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

/** Bills of materials with packages of six ecosystems, one of them an image of Alpine, whose own packages the feed names too. */
const bills = [
  'bomex__laravel-7.12.0__bom.1.4.json',
  'bomex__juice-shop__v11.1.2__bom.json.gz',
  'bomex__proton-bridge__proton-bridge-v1.6.3.bom.json.gz',
  'heimdall__dropwizard-no-vulns.json.gz',
  'heimdall__syft-scan-alpine-container.json',
  'jake2.json',
].map((file) => `reports/cyclonedx/${file}`)

const textOf = (path: string): string => {
  const bytes = readFileSync(join(data!.root, path))
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
}

interface Released {
  identifiers?: { purl?: string }[]
  releases: { releaseCycle: string; eol: string | boolean }[]
}

/** By hand: the end of the release whose numbers a version begins with, of the one product that names this package; null: none, or no date. */
function endByHand(feed: Record<string, Released>, purl: string, version: string): string | null {
  const name = decodeURIComponent(purl.replace(/[?#].*$/, '').replace(/@[^/@]*$/, '')).toLowerCase()
  if (/^pkg:(deb|rpm|apk|alpine|alpm)\//.test(name)) return null
  const products = Object.values(feed).filter(({ identifiers = [] }) =>
    identifiers.some((one) => one.purl && decodeURIComponent(one.purl).toLowerCase() === name),
  )
  if (products.length !== 1) return null
  const parts = version.replace(/^v/, '').split(/[.+-]/)
  for (let length = parts.length; length > 0; length--) {
    const release = products[0]!.releases.find(({ releaseCycle }) => releaseCycle === parts.slice(0, length).join('.'))
    if (release) return typeof release.eol === 'string' ? release.eol : release.eol ? '2026-08-22' : null
  }
  return null
}

describe.skipIf(!data)(`end of support of real software (${data ? data.root : withoutRealData})`, () => {
  it('is what reading feed and bills by hand gives', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-support-'))
    const store = await openStore({ database: ':memory:', data: folder, now: () => parseInstant('2026-08-23T12:00:00Z')! })
    const feedFile = 'feeds/endoflife/releases-2026-08-22.derived.json.gz'
    await importFile(store, join(data!.root, feedFile), { actor: 'test' })
    for (const bill of bills)
      await importFile(store, join(data!.root, bill), { actor: 'test', observed_at: '2026-08-22', asset: bill, source: bill })
    const catalog = { ...shippedCatalog, metrics: new Map(), initiatives: new Map(), recommendations: new Map(), objectives: new Map() }
    await compute(store, catalog)
    const { scope, moment } = await readMoment({ store, catalog }, {})
    const found = new Set<string>()
    for (const { asset_id } of await store.engine.query<{ asset_id: number }>('select asset_id from asset_key')) {
      const { items } = await listInstalled(store.engine, scope, moment, asset_id, readPage({ limit: 1000 }, installedColumns))
      for (const one of items) if (one.end_of_support_at) found.add(`${one.name} ${one.version} ${one.end_of_support_at.slice(0, 10)}`)
    }
    const feed = JSON.parse(textOf(feedFile)) as Record<string, Released>
    const expected = new Set<string>()
    for (const bill of bills)
      for (const { group, name, version, purl } of (
        JSON.parse(textOf(bill)) as { components: { group?: string; name: string; version: string; purl?: string }[] }
      ).components) {
        const end = purl ? endByHand(feed, purl, version) : null
        if (end !== null) expected.add(`${group ? `${group}${purl!.startsWith('pkg:maven') ? ':' : '/'}` : ''}${name} ${version} ${end}`)
      }
    expect([...found].toSorted()).toEqual([...expected].toSorted())
    expect(found.size).toBe(6)
    expect(found).toContain('org.eclipse.jetty:jetty-server 9.4.18.v20190429 2025-08-14')
    const [image] = await store.engine.query<{ asset_id: number }>(`select asset_id from asset_history where os = 'alpine 3.18.3'`)
    const { os_support } = await getAsset(store.engine, scope, moment, image!.asset_id)
    expect(os_support).toMatchObject({ title: 'Alpine Linux', release: '3.18', support: 'ended' })
    expect(os_support!.end_of_support_at.slice(0, 10)).toBe(
      feed['alpine-linux']!.releases.find(({ releaseCycle }) => releaseCycle === '3.18')!.eol,
    )
    await store.engine.close()
    rmSync(folder, { recursive: true, force: true })
  })
})
