import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { serve } from '../../src/api/serve.ts'
import { compute } from '../../src/insights/compute.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'
import { makeSmallWorld, type SmallWorld } from './small-world.ts'

const catalog = sampleCatalog()
const sample = (path: string) => readFileSync(join(import.meta.dirname, '../../src/ingest/importers', path))
const host = 'localhost'

/** The error of an answer, after checking that it has the one shape. */
function problemOf(answer: { json(): unknown; headers: Record<string, unknown> }): { code: string; message: string; request_id: string } {
  const body = answer.json() as { error: { code: string; message: string; request_id: string } }
  expect(Object.keys(body)).toEqual(['error'])
  expect(Object.keys(body.error).toSorted()).toEqual(['code', 'message', 'request_id'])
  expect(answer.headers['x-request-id']).toBe(body.error.request_id)
  return body.error
}

describe.each(engines)('the API on $name', ({ open }) => {
  let world: SmallWorld
  let app: FastifyInstance
  let data: string
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-api-'))
    world = await makeSmallWorld(await open())
    const store: Store = { ...world.store, data }
    await store.engine.query(`insert into touched_asset select org_id, asset_id from asset_key`)
    await compute(store, catalog)
    app = buildApp({ store, catalog, version: '1.2.3' })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await world.store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })
  const get = async (url: string) => app.inject({ url: `/api/v1${url}`, headers: { host } })
  const json = async <T>(url: string): Promise<T> => {
    const answer = await get(url)
    expect(answer.statusCode, `${url}: ${answer.body.slice(0, 300)}`).toBe(200)
    return answer.json<T>()
  }

  it('answers every list and detail in the shape that it promises', async () => {
    const lists = [
      '/overview',
      '/scores',
      '/scores/groups',
      '/initiatives',
      '/metrics',
      '/recommendations',
      '/events',
      '/assets',
      '/software',
      '/vulnerabilities',
      '/findings',
      '/controls',
      '/imports',
      '/imports/jobs',
      '/sources',
      '/organisations',
      '/definitions',
      '/scores/exposure/history',
      '/scores/secure/history',
      '/openapi.json',
    ]
    for (const url of lists) await json(url)
    for (const url of lists.slice(0, 13)) await json(`${url}?org=south&as_of=2026-07-01&group=red`)
    const first = async (url: string, key: string) =>
      (await json<{ items: Record<string, string>[] }>(url)).items.map((item) => encodeURIComponent(item[key]!))
    for (const [url, key, more] of [
      ['/initiatives', 'id', []],
      ['/metrics', 'id', ['assets']],
      ['/recommendations', 'id', ['assets']],
      ['/events', 'event_id', ['assets']],
      ['/assets', 'asset_id', ['findings', 'software']],
      ['/software', 'name', ['assets']],
      ['/vulnerabilities', 'vulnerability_id', ['assets']],
      ['/controls', 'control_id', []],
      ['/imports', 'import_no', ['skipped']],
    ] as const) {
      const ids = await first(url, key)
      expect(ids.length, url).toBeGreaterThan(0)
      for (const id of ids.slice(0, 5)) for (const part of ['', ...more.map((name) => `/${name}`)]) await json(`${url}/${id}${part}`)
    }
  })

  it('gives one number wherever it is shown', async () => {
    for (const query of ['org=north', 'org=south', 'org=north&group=red', 'org=north&as_of=2026-07-05']) {
      const overview = await json<{
        exposure: { value: number }
        initiatives: { id: string; score: { value: number | null } }[]
        asset_types: { assets: number }[]
        exploited: number
      }>(`/overview?${query}`)
      const scores = await json<{ exposure: { value: number }; initiatives: { id: string; value: number | null }[] }>(`/scores?${query}`)
      const history = await json<{ points: { value: number }[] }>(`/scores/exposure/history?${query}`)
      const assets = await json<{ items: { exposure: number | null; asset_id: number }[]; total: number }>(`/assets?${query}`)
      expect(overview.exposure.value).toBeGreaterThan(0)
      expect(scores.exposure.value).toBe(overview.exposure.value)
      expect(history.points.at(-1)!.value).toBe(overview.exposure.value)
      expect(overview.asset_types.reduce((sum, type) => sum + type.assets, 0)).toBe(assets.total)
      let numerator = 0
      let denominator = 0
      for (const { exposure, asset_id } of assets.items) {
        if (exposure === null) continue
        const { value } = await json<{ value: number }>(`/assets/${asset_id}?${query.replace(/&group=\w+/, '')}`)
        numerator += value * exposure
        denominator += value
      }
      expect(numerator / denominator).toBeCloseTo(overview.exposure.value, 6)
      for (const { id, score } of overview.initiatives) expect(scores.initiatives.find((each) => each.id === id)!.value).toBe(score.value)
      const metrics = await json<{ items: { id: string; exposed: number }[] }>(`/metrics?${query}`)
      for (const metric of metrics.items)
        expect((await json<{ total: number }>(`/metrics/${metric.id}/assets?${query}`)).total, metric.id).toBe(metric.exposed)
      const recommendations = await json<{ items: { id: string; score: string; assets: number }[] }>(`/recommendations?${query}`)
      for (const { id, assets: cleared } of recommendations.items.filter((item) => item.score === 'exposure')) {
        const { total } = await json<{ total: number }>(`/recommendations/${encodeURIComponent(id)}/assets?${query}`)
        expect(total, id).toBe(cleared)
      }
    }
  })

  it('filters, sorts and pages recommendations and events as any list', async () => {
    for (const url of ['/recommendations', '/events']) {
      const { items, total } = await json<{ items: object[]; total: number }>(`${url}?org=north&limit=1000`)
      expect(items).toHaveLength(total)
      const joined: object[] = []
      let cursor: string | null = ''
      do {
        const page: { items: object[]; next_cursor: string | null } = await json(
          `${url}?org=north&limit=1${cursor ? `&cursor=${cursor}` : ''}`,
        )
        joined.push(...page.items)
        cursor = page.next_cursor
      } while (cursor && joined.length <= total)
      expect(joined).toEqual(items)
    }
    const updates = await json<{ items: { kind: string; gain: number }[] }>(
      `/recommendations?filter=${encodeURIComponent('{"kind": "update"}')}&sort=gain`,
    )
    expect(updates.items.length).toBeGreaterThan(0)
    expect(updates.items.every((item) => item.kind === 'update')).toBe(true)
    expect(problemOf(await get('/recommendations?sort=nothing')).code).toBe('unknown_sort')
    expect(await json(`/recommendations?search=no+such+thing`)).toMatchObject({ items: [], total: 0 })
  })

  it('refuses what it cannot read, and says where and what was expected', async () => {
    const refused = async (url: string, status: number, code: string, message: RegExp) => {
      const answer = await get(url)
      expect(answer.statusCode, url).toBe(status)
      const problem = problemOf(answer)
      expect(problem.code, url).toBe(code)
      expect(problem.message, url).toMatch(message)
    }
    await refused('/assets?limit=0', 400, 'bad_request', /query limit: .*>=1/)
    await refused('/assets?limit=1&limit=2', 400, 'bad_request', /limit/)
    await refused('/assets?fliter=x', 400, 'bad_request', /fliter/)
    await refused('/assets/abc', 400, 'bad_request', /params asset_id: .*number/)
    await refused('/assets?filter=%7B', 400, 'bad_filter', /JSON/)
    await refused(`/assets?filter=${encodeURIComponent('{"colour":"red"}')}`, 400, 'bad_condition', /colour.*criticality/)
    await refused('/assets?cursor=zzz', 400, 'bad_cursor', /first page/)
    await refused('/assets?as_of=2030-01-01', 400, 'future_moment', /today is 2026-08-01/)
    await refused('/assets?as_of=tomorrow', 400, 'bad_moment', /2026-08-01T12:00:00Z/)
    await refused('/scores/exposure/history?from=2026-02-30', 400, 'bad_range', /calendar/)
    await refused('/scores/exposure/history?from=2026-02-02&to=2026-01-01', 400, 'bad_range', /begins/)
    await refused('/scores/luck/history', 400, 'bad_request', /exposure/)
    await refused('/assets?org=west', 404, 'unknown_organisation', /north, south/)
    await refused('/assets/999999', 404, 'unknown_asset', /999999/)
    await refused('/metrics/none', 404, 'unknown_metric', /none/)
    await refused('/initiatives/__proto__', 404, 'unknown_initiative', /__proto__/)
    await refused('/scores/metric/history?id=none', 404, 'unknown_metric', /none/)
    await refused('/recommendations/update%3Anone', 404, 'unknown_recommendation', /none/)
    await refused('/imports/999', 404, 'unknown_import', /999/)
    await refused('/imports/jobs/none', 404, 'unknown_job', /none/)
    await refused('/imports/jobs/none/progress', 404, 'unknown_job', /none/)
    await refused('/nothing', 404, 'not_found', /GET \/api\/v1\/nothing/)
    await refused('/assets/%E0%A4%A', 400, 'bad_request', /./)
  })

  it('keeps what happens inside to itself', async () => {
    const lines: string[] = []
    const log = {
      level: 'error',
      child: () => log,
      error: (line: unknown) => lines.push(String((line as { err?: Error }).err)),
      info() {},
      warn() {},
      debug() {},
      trace() {},
      fatal() {},
      silent() {},
    }
    const engine = { ...world.store.engine, query: () => Promise.reject(new Error('secret table')) }
    const broken = buildApp({ store: { ...world.store, engine }, catalog, version: '1', log: log as never })
    const answer = await broken.inject({ url: '/api/v1/assets', headers: { host } })
    expect(answer.statusCode).toBe(500)
    expect(problemOf(answer).code).toBe('internal')
    expect(answer.body).not.toContain('secret')
    expect(lines.join()).toContain('secret table')
    const ready = await broken.inject({ url: '/ready', headers: { host } })
    expect([ready.statusCode, ready.json<{ status: string }>().status]).toEqual([503, 'not_ready'])
    await broken.close()
  })

  it('gives the whole history of one organisation away, and checks its chain', async () => {
    const history = await get('/export/history/asset_key?org=north')
    expect([history.statusCode, history.headers['content-type'], history.headers['content-disposition']]).toEqual([
      200,
      'text/csv; charset=utf-8',
      'attachment; filename="asset_key.csv"',
    ])
    const [header, ...rows] = history.body.trim().split('\n')
    expect(header!.split(',').toSorted()).toEqual(['asset_id', 'created_in', 'org_id'])
    expect(rows).toHaveLength(12)
    expect(problemOf(await get('/export/history/org_tenant')).code).toBe('bad_request')
    const { imports, broken } = await json<{ imports: number; broken: number[] }>('/verify')
    expect([imports, broken.length]).toEqual([19, 19]) // the imports of the small world have made-up digests
  })

  it('tells that it runs and can answer', async () => {
    expect((await app.inject({ url: '/health', headers: { host } })).json()).toEqual({ status: 'ok', version: '1.2.3' })
    expect((await app.inject({ url: '/ready', headers: { host } })).json()).toEqual({
      status: 'ready',
      database: world.store.engine.name,
      version: '1.2.3',
    })
  })
})

describe('imports over the API', () => {
  let store: Store
  let app: FastifyInstance
  let data: string
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-api-'))
    store = await openStore({ database: ':memory:', data, now: () => Date.UTC(2026, 4, 4) * 1000 })
    app = buildApp({ store, catalog, version: '1' })
  })
  afterAll(async () => {
    await app.close()
    await store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })
  const upload = (url: string, payload: Buffer | string, headers: Record<string, string> = {}) =>
    app.inject({
      method: 'POST',
      url: `/api/v1/imports${url}`,
      payload,
      headers: { host, 'content-type': 'application/octet-stream', ...headers },
    })
  const get = async <T>(url: string) => (await app.inject({ url: `/api/v1${url}`, headers: { host } })).json<T>()

  it('answers before anything was imported', async () => {
    for (const url of ['/assets', '/findings', '/software', '/vulnerabilities', '/controls', '/imports', '/events', '/recommendations'])
      expect(await get(url), url).toMatchObject({ items: [], total: 0 })
    expect(await get('/overview')).toMatchObject({
      empty: true,
      organisation: { assets: 0 },
      exposure: { value: null, reason: expect.any(String) as string },
    })
    expect(await get('/organisations')).toEqual({ items: [] })
  })

  it('refuses what is no report, and writes nothing', async () => {
    for (const [payload, code] of [
      ['', 'empty_file'],
      ['hello', 'unknown_format'],
      ['{"a": 1', 'unknown_format'],
    ] as const) {
      const answer = await upload('?name=x.json', payload)
      expect(answer.statusCode).toBe(400)
      expect(problemOf(answer).code, JSON.stringify(payload)).toBe(code)
    }
    expect(problemOf(await upload('', 'x', { 'content-type': 'multipart/form-data; boundary=x' })).code).toBe('unsupported_media_type')
    expect(problemOf(await upload('', 'x', { 'content-length': String(3e9) })).code).toBe('too_large')
    expect(problemOf(await upload('?columns=%5B1%5D', 'x')).code).toBe('bad_columns')
    expect(problemOf(await upload('', 'x', { origin: 'https://evil.example' })).code).toBe('foreign_origin')
    expect(await get('/imports')).toMatchObject({ total: 0 })
    expect(readdirSync(join(data, 'uploads'))).toEqual([])
  })

  it('imports a report, whatever its content type, and knows it the second time', async () => {
    const report = sample('maester/samples/m365-tenant.json')
    const answer = await upload('?name=..%2F..%2Fm365.json', report, { 'content-type': 'application/json' })
    expect(answer.statusCode, answer.body).toBe(200)
    const result = answer.json<{ import_no: number; unchanged: boolean; org: string; counts: { results: number } }>()
    expect(result).toMatchObject({ unchanged: false, format: 'maester', kind: 'report' })
    expect(result.counts.results).toBeGreaterThan(0)
    expect((await upload('?name=m365.json', report)).json()).toMatchObject({ unchanged: true, import_no: result.import_no })
    expect(await get(`/imports/${result.import_no}?org=${result.org}`)).toMatchObject({
      file_name: 'm365.json',
      actor: 'api',
      undone: false,
      source: 'maester',
    })
    expect(await get(`/controls?org=${result.org}`)).toMatchObject({ total: expect.any(Number) as number })
    expect(await get<{ secure: { value: number } }>('/overview')).toMatchObject({
      empty: false,
      secure: { value: expect.any(Number) as number },
    })
    expect(readdirSync(join(data, 'uploads'))).toEqual([])

    const undone = await app.inject({ method: 'POST', url: `/api/v1/imports/${result.import_no}/undo`, headers: { host } })
    expect(undone.statusCode, undone.body).toBe(200)
    expect(undone.json()).toMatchObject({ kind: 'undo' })
    expect(await get(`/imports/${result.import_no}`)).toMatchObject({ undone: true })
    expect(await get('/overview')).toMatchObject({ secure: { value: null } })
    expect(problemOf(await app.inject({ method: 'POST', url: `/api/v1/imports/${result.import_no}/undo`, headers: { host } })).code).toBe(
      'already_undone',
    )
  })

  it('tells the progress of an import that runs in the background', async () => {
    const started = await upload('?name=scan.xml&wait=false', sample('qualys/samples/scan.xml'))
    expect(started.statusCode).toBe(202)
    const { job } = started.json<{ job: string }>()
    const followed = await app.inject({ url: `/api/v1/imports/jobs/${job}/progress`, headers: { host } })
    expect(followed.headers['content-type']).toContain('text/event-stream')
    expect(followed.headers['content-security-policy']).toContain("default-src 'self'")
    const told = [...followed.body.matchAll(/^data: (.*)$/gm)].map(([, data]) => JSON.parse(data!) as { state: string; job: string })
    expect(told.at(-1)).toMatchObject({ job, state: 'done', result: { format: 'qualys' } })
    expect(followed.body).toMatch(/^event: progress\ndata: /)
    expect(await get(`/imports/jobs/${job}`)).toMatchObject({ state: 'done', file_name: 'scan.xml' })
    expect(await get('/imports/jobs')).toMatchObject({
      items: [{ job, state: 'done' }, { state: 'done' }, { state: 'done' }, { state: 'failed' }, { state: 'failed' }, { state: 'failed' }],
    })
  })

  it('adds and removes organisations', async () => {
    const add = (payload: object) => app.inject({ method: 'POST', url: '/api/v1/organisations', payload, headers: { host } })
    const added = await add({ name: 'West Wing', zone: 'Europe/Berlin', tenants: ['T-1'] })
    expect([added.statusCode, added.json()]).toMatchObject([201, { slug: 'west-wing', zone: 'Europe/Berlin', assets: 0 }])
    expect(problemOf(await add({ name: 'West Wing' })).code).toBe('organisation_exists')
    expect(problemOf(await add({ name: 'East', zone: 'Mars/Olympus' })).code).toBe('unknown_zone')
    expect(problemOf(await add({ name: '' })).message).toMatch(/body name/)
    expect(problemOf(await add({ name: 'East', colour: 'red' })).message).toMatch(/colour/)
    expect(
      problemOf(
        await app.inject({
          method: 'POST',
          url: '/api/v1/organisations',
          payload: '{"name": ',
          headers: { host, 'content-type': 'application/json' },
        }),
      ).code,
    ).toBe('bad_request')
    expect(
      problemOf(
        await app.inject({ method: 'POST', url: '/api/v1/organisations', payload: 'x', headers: { host, 'content-type': 'text/html' } }),
      ).code,
    ).toBe('unsupported_media_type')
    expect(
      problemOf(await app.inject({ method: 'POST', url: '/api/v1/organisations', payload: { name: 'x'.repeat(2e6) }, headers: { host } }))
        .code,
    ).toBe('too_large')
    const remove = () => app.inject({ method: 'DELETE', url: '/api/v1/organisations/west-wing', headers: { host } })
    expect((await remove()).statusCode).toBe(204)
    expect(problemOf(await remove()).code).toBe('unknown_organisation')
  })
})

describe('the server', () => {
  let store: Store
  let data: string
  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-api-'))
    store = await openStore({ database: ':memory:', data })
    mkdirSync(join(data, 'web', 'assets'), { recursive: true })
    writeFileSync(join(data, 'web', 'index.html'), '<!doctype html><title>Plimsoll</title>')
    writeFileSync(join(data, 'web', 'assets', 'app-1a2b.js'), `/* ${'x'.repeat(5000)} */`)
  })
  afterAll(async () => {
    await store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })

  it('gives the pages, small and safe', async () => {
    const server = await serve({ store, catalog, version: '1', host: '127.0.0.1', port: 0, webFolder: join(data, 'web') })
    try {
      for (const path of ['/', '/assets/12', '/overview?org=demo', '/index.html']) {
        const page = await fetch(server.url + path)
        expect([page.status, await page.text()], path).toEqual([200, '<!doctype html><title>Plimsoll</title>'])
        expect(page.headers.get('cache-control')).toBe('no-cache')
        expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';/)
        expect(page.headers.get('content-security-policy')).not.toContain('unsafe')
        expect(page.headers.get('x-content-type-options')).toBe('nosniff')
      }
      const script = await fetch(`${server.url}/assets/app-1a2b.js`)
      expect(script.headers.get('cache-control')).toContain('immutable')
      expect(script.headers.get('content-encoding')).toMatch(/br|gzip|zstd/)
      for (const path of ['/assets/none.js', '/api/v1/none', '/api/', '/..%2f..%2fpackage.json', '/%2e%2e/package.json'])
        expect((await fetch(server.url + path)).status, path).toBeGreaterThanOrEqual(400)
    } finally {
      await server.close()
    }
  })

  it('asks for the token on everything but the health', async () => {
    const server = await serve({ store, catalog, version: '1', host: '127.0.0.1', port: 0, token: 'tok', webFolder: join(data, 'web') })
    try {
      for (const path of ['/', '/assets/app-1a2b.js', '/api/v1/assets', '/api/v1/openapi.json', '/nothing']) {
        const stranger = await fetch(server.url + path)
        expect(stranger.status, path).toBe(401)
        expect(stranger.headers.get('www-authenticate')).toContain('Basic')
        await stranger.body?.cancel()
      }
      expect((await fetch(`${server.url}/api/v1/assets`, { headers: { authorization: 'Bearer tok' } })).status).toBe(200)
      expect((await fetch(`${server.url}/health`)).status).toBe(200)
    } finally {
      await server.close()
    }
  })

  it('ends while somebody still follows', async () => {
    const server = await serve({ store, catalog, version: '1', host: '127.0.0.1', port: 0 })
    await fetch(`${server.url}/health`)
    await server.close()
    await expect(fetch(`${server.url}/health`)).rejects.toThrow()
  })

  it('listens to others only with a token, and says when a port is taken', async () => {
    await expect(serve({ store, catalog, version: '1', host: '0.0.0.0', port: 0 })).rejects.toMatchObject({ code: 'token_needed' })
    const server = await serve({ store, catalog, version: '1', host: '127.0.0.1', port: 0 })
    await expect(serve({ store, catalog, version: '1', host: '127.0.0.1', port: Number(new URL(server.url).port) })).rejects.toMatchObject({
      code: 'port_in_use',
    })
    await server.close()
  })
})
