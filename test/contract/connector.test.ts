import type { ServerResponse } from 'node:http'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Agent } from 'undici'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RunOptions, runConnector } from '../../src/ingest/connecting/microsoft-graph.ts'
import { readConnectorState, runDue } from '../../src/ingest/connecting/schedule.ts'
import { type ConnectorBody, MICROSOFT_GRAPH } from '../../src/ingest/connecting/settings.ts'
import { compute } from '../../src/insights/compute.ts'
import { changeDefinitions } from '../../src/store/definitions/change.ts'
import { addOrg, type Org } from '../../src/store/orgs.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { emptyStore, profile, snapshot, TENANT } from './graph-scores.ts'
import { CLIENT, type GraphServer, SECRET, startGraphServer } from './graph-server.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const dispatcher = new Agent({ keepAliveTimeout: 10 })
const day = (number: number) => `2026-03-${String(number).padStart(2, '0')}`

describe.each(engines)('the connector to Microsoft Graph on $name', ({ open }) => {
  let server: GraphServer
  let store: Store
  let org: Org
  let settings: ConnectorBody
  let now: number
  const options = (more: Partial<RunOptions> = {}): RunOptions => ({
    actor: 'connector',
    env: { PLIMSOLL_LOGIN_URL: `${server.url}/login`, PLIMSOLL_GRAPH_URL: server.url, PLIMSOLL_SECRET_TEST: SECRET },
    ...more,
    reader: { dispatcher, pause: 1, ...more.reader },
  })
  const run = (more: Partial<RunOptions> = {}) => runConnector(store, org, settings, options(more))
  const imports = () =>
    store.engine.query<{ file_name: string; input_digest: string }>(
      `select file_name, input_digest from import where kind = 'report' order by import_no`,
    )
  beforeEach(async () => {
    server = await startGraphServer(TENANT)
    server.scores = [5, 4, 3, 2, 1].map((each) => snapshot(day(each), { AdminMFA: each, scid_1: 0 }))
    server.profiles = ['AdminMFA', 'scid_1', 'MFARegistration'].map((id) => profile(id))
    store = await emptyStore(await open(), '2026-03-05T12:00:00Z')
    now = store.now()
    store.now = () => now
    org = await addOrg(store, { name: 'North', zone: 'UTC' })
    settings = { tenant: TENANT, client_id: CLIENT, secret: { env: 'PLIMSOLL_SECRET_TEST' }, cloud: 'custom', schedule: 'daily' }
    await changeDefinitions(store, org.org_id, [{ kind: 'connector', id: MICROSOFT_GRAPH, body: JSON.stringify(settings) }], {
      actor: 'test',
    })
  })
  afterEach(async () => {
    await server.close()
    await store.engine.close()
  })

  it('fills ninety days back, follows the pages, imports each list once, and the second time changes nothing', async () => {
    expect(await run()).toMatchObject({ state: 'imported', error: null, warnings: [] })
    expect(server.asked[0]).toBe('/v1.0/security/secureScoreControlProfiles')
    expect(server.asked.filter((each) => each.includes('secureScores?'))).toEqual([
      '/v1.0/security/secureScores?$top=90',
      ...[2, 4].map((skip) => `/v1.0/security/secureScores?%24top=90&%24skiptoken=${skip}`),
    ])
    expect((await imports()).map(({ file_name }) => file_name)).toEqual([
      'microsoft-graph-secureScoreControlProfiles.json',
      'microsoft-graph-secureScores.json',
    ])
    await compute(store, catalog)
    const sums = () =>
      store.engine.query<{ score: string; n: number; d: number }>(
        `select score, sum(cast(numerator_delta as double precision)) as n, sum(cast(denominator_delta as double precision)) as d from score_delta where score = 'secure' and day <= 20517 group by score`,
      )
    expect(await sums()).toEqual([{ score: 'secure', n: 5000, d: 20_000 }])
    // The same answers in other pages and another order.
    server.size = 3
    server.profiles.reverse()
    expect(await run()).toMatchObject({ state: 'unchanged', error: null })
    expect(await imports()).toHaveLength(2)
    // A day later it asks for what is new and for the last days again.
    now += 86_400_000_000
    server.scores.unshift(snapshot(day(6), { AdminMFA: 6, scid_1: 0 }))
    server.asked.length = 0
    expect(await run()).toMatchObject({ state: 'imported' })
    expect(server.asked).toContain('/v1.0/security/secureScores?$top=4')
    expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
  })

  it('gets a new token when one is refused, and waits when it is asked to', async () => {
    const waited: number[] = []
    server.fault = (request, response, nth) => {
      if (nth === 2) return void (request.headers.authorization = 'Bearer an expired one')
      if (nth === 4 || nth === 5) {
        waited.push(nth)
        return Boolean(
          response.writeHead(429, { 'retry-after': '0' }).end('{"error":{"code":"activityLimitReached","message":"slow down"}}'),
        )
      }
      if (nth === 6) return Boolean(response.writeHead(503).end())
    }
    expect(await run()).toMatchObject({ state: 'imported', error: null })
    expect(server.tokens).toBe(2)
    expect(waited).toEqual([4, 5])
    expect(await imports()).toHaveLength(2)
  })

  it('gives up in a storm of 429, keeps what it has, and the next run goes on there', async () => {
    server.fault = (_request, response, nth) => (nth > 3 ? Boolean(response.writeHead(429, { 'retry-after': '3600' }).end()) : undefined)
    expect(await run()).toMatchObject({
      state: 'failed',
      error: {
        code: 'connector_unreachable',
        message: expect.stringMatching(/answered 429, 1 times, and asks us to wait 60 minutes/) as string,
      },
    })
    expect(await imports()).toEqual([])
    server.fault = () => {}
    server.asked.length = 0
    expect(await run()).toMatchObject({ state: 'imported', error: null })
    // Two pages of profiles and one of snapshots were there already.
    expect(server.asked).toEqual([2, 4].map((skip) => `/v1.0/security/secureScores?%24top=90&%24skiptoken=${skip}`))
    expect(await imports()).toHaveLength(2)
    expect(readdirSync(join(store.data, 'connectors', String(org.org_id)))).toEqual(['microsoft-graph.json'])
  })

  it('stops when it is told to, and goes on with the same bytes in the end', async () => {
    let pages = 0
    expect(await run({ stopped: () => ++pages > 4 })).toMatchObject({ state: 'stopped', imports: [] })
    expect(await run()).toMatchObject({ state: 'imported' })
    const inParts = await imports()
    expect(inParts).toHaveLength(2)
    // Another store that is not stopped gets the same files.
    const other = await emptyStore(await open(), '2026-03-05T12:00:00Z')
    const whole = await runConnector(other, await addOrg(other, { name: 'North', zone: 'UTC' }), settings, options())
    expect(whole.state).toBe('imported')
    expect(await other.engine.query(`select file_name, input_digest from import where kind = 'report' order by import_no`)).toEqual(inParts)
    await other.engine.close()
  })

  it('asks again for a page that was cut, and imports nothing when it stays cut', async () => {
    server.fault = (_request, response, nth) => (nth === 3 ? Boolean(response.writeHead(200).end('{"value":[{"id":"x"')) : undefined)
    expect(await run()).toMatchObject({ state: 'imported', error: null })
    now += 86_400_000_000
    server.fault = (_request, response) => {
      response.writeHead(200, { 'content-length': 5000 }).write('{"value":[')
      setTimeout(() => response.destroy(), 20)
      return true
    }
    expect(await run({ reader: { retries: 1 } })).toMatchObject({ state: 'failed', error: { code: 'connector_unreachable' } })
    expect(await imports()).toHaveLength(2)
  })

  it('tells partial answers and a clock that is off, and works all the same', async () => {
    server.fault = (_request, response, nth) => {
      if (nth !== 3) return false
      const all = { value: server.scores }
      return Boolean(response.writeHead(206, { warning: '199 - "Microsoft/SecureScore/503/10012"' }).end(JSON.stringify(all)))
    }
    const { state, warnings } = await run({ reader: { clock: () => Date.now() - 3_600_000 } })
    expect(state).toBe('imported')
    expect(warnings).toEqual([
      expect.stringMatching(/^The clock of this machine is 60 minutes behind that of 127\.0\.0\.1/) as string,
      'The answer was partial: Microsoft SecureScore failed with 503. What it left out is unknown until the next run asks again.',
    ])
    expect((await readConnectorState(store, org)).warnings).toEqual(warnings)
  })

  it('never goes to another host: neither by a link nor by a redirect', async () => {
    const other = await startGraphServer(TENANT)
    for (const [name, fault] of [
      [
        'link',
        (response: ServerResponse) => response.writeHead(200).end(JSON.stringify({ value: [], '@odata.nextLink': `${other.url}/v1.0/x` })),
      ],
      ['redirect', (response: ServerResponse) => response.writeHead(302, { location: `${other.url}/v1.0/x` }).end()],
      [
        'path',
        (response: ServerResponse) => response.writeHead(200).end(JSON.stringify({ value: [], '@odata.nextLink': 'file:///etc/passwd' })),
      ],
    ] as const) {
      server.fault = (_request, response) => Boolean(fault(response))
      expect(await run(), name).toMatchObject({ state: 'failed', error: { code: 'connector_answer' } })
    }
    expect(other.asked).toEqual([])
    await other.close()
  })

  it('keeps the secret out of everything that is kept or told', async () => {
    await run()
    const wrong = await run({ env: { ...options().env, PLIMSOLL_SECRET_TEST: 'another-secret-that-is-wrong' } })
    expect(wrong).toMatchObject({
      state: 'failed',
      error: { code: 'connector_refused', message: expect.stringContaining('the client secret is wrong') as string },
    })
    expect(await run({ env: {} })).toMatchObject({ error: { code: 'bad_connector' } })
    expect(await run({ env: { ...options().env, PLIMSOLL_SECRET_TEST: '' } })).toMatchObject({ error: { code: 'secret_missing' } })
    expect(server.seen).not.toContain(SECRET)
    const kept: string[] = [JSON.stringify(wrong), JSON.stringify(await store.engine.query('select * from definition_history'))]
    const walk = (folder: string) => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        if (statSync(path).isDirectory()) walk(path)
        else kept.push(readFileSync(path, 'latin1'))
      }
    }
    walk(store.data)
    for (const text of kept) for (const secret of [SECRET, 'another-secret-that-is-wrong', 'token-1']) expect(text).not.toContain(secret)
  })

  it('runs by itself once a day, an hour after a failure, and says when', async () => {
    let computed = 0
    const look = () => runDue(store, { ...options(), done: async () => void computed++ })
    expect(await look()).toHaveLength(1)
    expect(await look()).toEqual([])
    expect(await readConnectorState(store, org)).toMatchObject({
      last_run_at: '2026-03-05T12:00:00Z',
      last_success_at: '2026-03-05T12:00:00Z',
      next_run_at: '2026-03-06T12:00:00Z',
      brought: { days: 5, controls: 3 },
      running: false,
    })
    now += 86_400_000_000
    server.fault = (_request, response) =>
      Boolean(response.writeHead(403).end('{"error":{"code":"accessDenied","message":"Insufficient privileges"}}'))
    expect(await look()).toMatchObject([
      { state: 'failed', error: { message: expect.stringContaining('SecurityEvents.Read.All') as string } },
    ])
    expect(await readConnectorState(store, org)).toMatchObject({
      last_success_at: '2026-03-05T12:00:00Z',
      next_run_at: '2026-03-06T13:00:00Z',
    })
    expect(computed).toBe(1)
  })
})
