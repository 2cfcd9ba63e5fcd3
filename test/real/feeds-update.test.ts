import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findFeed, updateFeed } from '../../src/ingest/updating/update.ts'
import { listFeeds, updateDue } from '../../src/ingest/updating/schedule.ts'
import { DAY_US, formatInstant, NEVER, parseInstant } from '../../src/model/time.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { realData, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`feeds fetched from a server that has the real ones (${data ? 'present' : withoutRealData})`, () => {
  const asked: string[] = []
  /** What an address gives instead of the file there. */
  const instead = new Map<string, string | Buffer>()
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1))
    asked.push(path)
    const other = instead.get(path)
    const file = join(data!.root, 'feeds', path)
    const etag = `"${path}"`
    if (other !== undefined) return void response.end(other)
    if (!existsSync(file)) return void response.writeHead(404).end()
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304).end()
    response.writeHead(200, { etag })
    createReadStream(file).pipe(response)
  })
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-feeds-'))
  let now = parseInstant('2024-09-25T20:00:00Z')!
  let store: Store
  let host = ''
  beforeAll(async () => {
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    store = await openStore({ data: folder, database: ':memory:', now: () => now })
  })
  afterAll(async () => {
    server.close()
    await store.engine.close()
    rmSync(folder, { recursive: true })
  })

  const update = (feed: string, path: string, options = {}) =>
    updateFeed(store, findFeed(feed), {
      urls: { [feed]: `${host}/${path}` },
      actor: 'test',
      download: { pause: 1, retries: 1 },
      ...options,
    })
  const listed = async () => {
    const rows = await store.engine.query<{ vulnerability_id: string }>(
      `select distinct vulnerability_id from exploit_history where source = 'cisa-kev' and retracted_in = $never and valid_to = $never`,
      { never: NEVER },
    )
    return new Set(rows.map((row) => row.vulnerability_id))
  }
  const catalogue = (path: string) =>
    JSON.parse(gunzipSync(readFileSync(join(data!.root, 'feeds', path))).toString()) as {
      count: number
      vulnerabilities: { cveID: string }[]
    }

  it('takes the KEV, knows it the second time, and withdraws what the next one lacks', async () => {
    const [before, after] = ['2024-09-25', '2024-09-26'].map((day) => `kev/history/known_exploited_vulnerabilities-${day}.json.gz`) as [
      string,
      string,
    ]
    expect(await update('kev', before)).toMatchObject({ state: 'imported', error: null, imports: [{ unchanged: false, format: 'kev' }] })
    expect(await listed()).toEqual(new Set(catalogue(before).vulnerabilities.map(({ cveID }) => cveID)))
    expect(await update('kev', before)).toMatchObject({ state: 'unchanged', imports: [] })
    now += DAY_US
    expect(await update('kev', after)).toMatchObject({ state: 'imported' })
    const names = catalogue(after).vulnerabilities.map(({ cveID }) => cveID)
    expect(await listed()).toEqual(new Set(names))
    expect(catalogue(before).vulnerabilities.filter(({ cveID }) => !names.includes(cveID))).toHaveLength(1)
  })

  it('keeps what it has when the source answers a web page, another feed, a cut file or a list that shrank', async () => {
    const had = await listed()
    const { vulnerabilities, ...rest } = catalogue('kev/history/known_exploited_vulnerabilities-2024-09-26.json.gz')
    const half = vulnerabilities.slice(0, vulnerabilities.length / 2)
    const shrunken = JSON.stringify({
      ...rest,
      count: half.length,
      dateReleased: '2024-09-27T10:00:00.0000Z',
      catalogVersion: '2024.09.27',
      vulnerabilities: half,
    })
    instead.set('kev/shrunken.json', shrunken)
    instead.set('kev/page.html', '<!DOCTYPE html><html><head><title>Access Denied</title></head><body></body></html>')
    now += DAY_US
    for (const [path, code] of [
      ['kev/page.html', 'unknown_format'],
      ['kev/broken/known_exploited_vulnerabilities-2024-11-26.broken.json', 'unknown_format'],
      ['epss/epss_scores-2024-10-12.csv.gz', 'not_the_feed'],
      ['kev/shrunken.json', 'feed_shrunken'],
      ['kev/nothing.json', 'feed_missing'],
    ] as const) {
      expect([path, await update('kev', path)]).toMatchObject([path, { state: 'failed', imports: [], error: { code } }])
      expect(await listed()).toEqual(had)
    }
    // Unless a person says that it is right.
    expect(await update('kev', 'kev/shrunken.json', { accept_shrunken: true })).toMatchObject({ state: 'imported' })
    expect(await listed()).toEqual(new Set(half.map(({ cveID }) => cveID)))
  })

  it('fetches a file per day, each once, and skips the days that are not there', async () => {
    now = parseInstant('2024-10-15T06:00:00Z')!
    const days = (from: number, to: number) =>
      Array.from({ length: to - from + 1 }, (_, index) => `cve-v5-vulnrichment/deltas/2024-10-${from + index}.jsonl.gz`)
    expect(await update('epss', 'epss/broken/epss_scores-cut.csv.gz')).toMatchObject({ state: 'failed', error: { code: 'damaged_file' } })
    asked.length = 0
    const path = 'cve-v5-vulnrichment/deltas/{day}.jsonl.gz'
    const first = await update('cve-records', path)
    expect(asked).toEqual(['09', '10'].map((day) => path.replace('{day}', `2024-10-${day}`)).concat(days(11, 15)))
    expect(first.imports.map(({ counts }) => counts.vulnerabilities)).toEqual(
      days(11, 15).map(
        (one) =>
          gunzipSync(readFileSync(join(data!.root, 'feeds', one)))
            .toString()
            .trim()
            .split('\n').length,
      ),
    )
    now = parseInstant('2024-10-17T06:00:00Z')!
    asked.length = 0
    expect((await update('cve-records', path)).imports).toHaveLength(2)
    expect(asked).toEqual(days(16, 17))
  })

  it('takes a feed that says no time as of when it was fetched, and the same bytes as nothing new', async () => {
    const path = 'exploitdb/files_exploits.native-sample.csv'
    expect(await update('exploit-db', path)).toMatchObject({ state: 'imported' })
    const [fetched] = await store.engine.query<{ observed_at: number }>(`select observed_at from import where format = 'exploit-db'`)
    expect(fetched!.observed_at).toBe(now)
    now += DAY_US
    expect(await update('exploit-db', path, { again: true })).toMatchObject({ state: 'unchanged', imports: [{ unchanged: true }] })
  })

  it('asks each feed as often as it changes, and sooner after a failure', async () => {
    for (const { feed } of await listFeeds(store))
      process.env[`PLIMSOLL_FEED_${feed.toUpperCase().replaceAll('-', '_')}`] = `${host}/nothing/${feed}`
    process.env['PLIMSOLL_FEED_KEV'] = `${host}/kev/history/known_exploited_vulnerabilities-2024-10-16.json.gz`
    try {
      const run = async () => {
        let computed = 0
        const results = await updateDue(store, { actor: 'test', download: { retries: 0 }, done: async () => void computed++ })
        return { ids: results.map(({ feed, state }) => `${feed} ${state}`).sort(), computed }
      }
      const all = (await listFeeds(store)).map(({ feed }) => `${feed} ${feed === 'kev' ? 'imported' : 'failed'}`).sort()
      expect(await run()).toEqual({ ids: all, computed: 1 })
      expect(await run()).toEqual({ ids: [], computed: 0 })
      now += DAY_US / 24 + 1
      expect((await run()).ids).toEqual(all.filter((one) => one !== 'kev imported'))
      now += DAY_US / 4
      expect((await run()).ids).toContain('kev unchanged')
      const { checked_at, error } = (await listFeeds(store)).find(({ feed }) => feed === 'kev')!
      expect([checked_at, error]).toEqual([formatInstant(now), null])
    } finally {
      for (const name of Object.keys(process.env)) if (name.startsWith('PLIMSOLL_FEED_')) delete process.env[name]
    }
  })
})
