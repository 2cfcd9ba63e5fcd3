import { Client, PageIterator } from '@microsoft/microsoft-graph-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { serve } from '../../src/api/serve.ts'
import type { ControlProfile, SecureScore } from '../../src/api/graph/shapes.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { addOrg } from '../../src/store/orgs.ts'
import type { Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { emptyStore, page, profile, snapshot, TENANT } from './graph-scores.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const token = 'a token of these tests alone'
const PUBLIC = 'https://plimsoll.example'

interface Page<T> {
  '@odata.context': string
  '@odata.count'?: number
  '@odata.nextLink'?: string
  value: T[]
}

describe.each(engines)('the API in the shape of Graph on $name', ({ open }) => {
  let store: Store
  let server: Awaited<ReturnType<typeof serve>>
  let client: Client
  let plain: typeof fetch
  const scores = '/security/secureScores'
  const profiles = '/security/secureScoreControlProfiles'
  beforeAll(async () => {
    store = await emptyStore(await open(), '2026-03-20T12:00:00Z')
    await addOrg(store, { name: 'North', zone: 'UTC', tenants: [TENANT] })
    await addOrg(store, { name: 'South', zone: 'UTC' })
    const days = [
      snapshot('2026-03-18', { AdminMFA: 2.5, scid_1: 0 }),
      snapshot('2026-03-19', { AdminMFA: 5, scid_1: 0 }, { activeUserCount: 813 }),
    ]
    await importFile(store, page('secureScores', days.toReversed()), { actor: 'test' })
    await importFile(store, page('secureScoreControlProfiles', [profile('AdminMFA'), profile('scid_1')]), {
      actor: 'test',
      observed_at: '2026-03-19',
    })
    await compute(store, catalog)
    server = await serve({ store, catalog, host: '127.0.0.1', port: 0, version: '1.2.3', token })
    // Microsoft's own client, as it is, with another address. It follows links and brings its token to https alone, so what stands before the
    // server here is a proxy that ends TLS: it knows one host.
    const { fetch } = globalThis
    vi.stubGlobal('fetch', (address: string, options: RequestInit) => {
      if (!address.startsWith(`${PUBLIC}/`)) throw new Error(`the proxy knows one host alone, not that of ${address}`)
      const headers = { ...(options.headers as object), 'x-forwarded-proto': 'https', 'x-forwarded-host': 'plimsoll.example' }
      return fetch(address.replace(PUBLIC, server.url), { ...options, headers })
    })
    plain = fetch
    client = Client.init({
      baseUrl: `${PUBLIC}/graph/`,
      customHosts: new Set(['plimsoll.example']),
      authProvider: (done) => done(null, token),
    })
  })
  afterAll(async () => {
    vi.unstubAllGlobals()
    await server.close()
    await store.engine.close()
  })
  const failure = async (asking: Promise<unknown>) => {
    const error = await asking.then(
      () => expect.fail('this should have failed'),
      (thrown: unknown) => thrown as { statusCode: number; code: string; body: string },
    )
    return { status: error.statusCode, code: error.code, message: (JSON.parse(error.body) as { message: string }).message }
  }

  it('gives each day back as Graph gave it, the newest first, every field', async () => {
    const answer = (await client.api(scores).get()) as Page<SecureScore>
    expect(answer['@odata.context']).toBe(`${PUBLIC}/graph/v1.0/$metadata#security/secureScores`)
    expect(answer.value.map(({ id }) => id)).toEqual([20, 19, 18].map((day) => `${TENANT}_2026-03-${day}`))
    expect(answer.value[1]).toEqual({
      id: `${TENANT}_2026-03-19`,
      azureTenantId: TENANT,
      activeUserCount: 813,
      licensedUserCount: 900,
      createdDateTime: '2026-03-19T00:00:00Z',
      currentScore: 5,
      maxScore: 20,
      enabledServices: ['HasExchange'],
      averageComparativeScores: [{ basis: 'AllTenants', averageScore: 41.2, identityScore: 10.5, identityScoreMax: 30 }],
      controlScores: [
        {
          controlName: 'AdminMFA',
          controlCategory: 'Identity',
          description: expect.stringContaining('Core') as string,
          score: 5,
          scoreInPercentage: 50,
          implementationStatus: '5 of 10 done',
          lastSynced: '2026-03-19T00:00:00Z',
          count: 5,
          total: 10,
          on: 'false',
        },
        expect.objectContaining({ controlName: 'scid_1', controlCategory: 'Device', score: 0, on: 'false' }),
      ],
      vendorInformation: { provider: 'SecureScore', providerVersion: null, subProvider: null, vendor: 'Microsoft' },
    })
    expect(answer.value[2]).toMatchObject({ currentScore: 2.5, activeUserCount: 812 })
  })

  it('gives one day, and the days of a question', async () => {
    expect(await client.api(`${scores}/${TENANT}_2026-03-18`).get()).toMatchObject({
      '@odata.context': `${PUBLIC}/graph/v1.0/$metadata#security/secureScores/$entity`,
      currentScore: 2.5,
    })
    expect(await failure(client.api(`${scores}/${TENANT}_2026-03-17`).get())).toMatchObject({ status: 404, code: 'itemNotFound' })
    const found = (await client
      .api(scores)
      .filter("currentScore gt 2.5 and controlScores/any(c: c/controlName eq 'AdminMFA' and c/score ge 5)")
      .orderby('createdDateTime')
      .select('id,currentScore')
      .count(true)
      .get()) as Page<SecureScore>
    expect(found['@odata.count']).toBe(2)
    expect(found.value).toEqual([19, 20].map((day) => ({ id: `${TENANT}_2026-03-${day}`, currentScore: 5 })))
    expect(await client.api(`${scores}/$count`).filter('createdDateTime lt 2026-03-20').get()).toBe('2')
  })

  it('pages as the page iterator of the client follows it', async () => {
    const first = (await client.api(scores).top(1).skip(1).get()) as Page<SecureScore>
    expect(first.value.map(({ createdDateTime }) => createdDateTime)).toEqual(['2026-03-19T00:00:00Z'])
    const seen: string[] = []
    const all = (await client.api(scores).filter('currentScore gt 0').top(1).get()) as Page<SecureScore>
    await new PageIterator(client, { ...all, '@odata.nextLink': all['@odata.nextLink'] }, (one: SecureScore) =>
      Boolean(seen.push(one.id)),
    ).iterate()
    expect(seen).toEqual([20, 19, 18].map((day) => `${TENANT}_2026-03-${day}`))
  })

  it('describes every control, every field', async () => {
    const answer = (await client.api(profiles).get()) as Page<ControlProfile>
    expect(answer.value.map(({ id }) => id)).toEqual(['AdminMFA', 'scid_1'])
    const { controlStateUpdates, remediation, ...rest } = profile('AdminMFA')
    expect(answer.value[0]).toEqual({
      ...rest,
      remediation: expect.stringContaining('Switch AdminMFA on.') as string,
      controlStateUpdates: [{ assignedTo: null, comment: null, state: 'Default', updatedBy: null, updatedDateTime: null }],
    })
    expect(controlStateUpdates).toEqual([])
    expect(remediation).toContain('Switch')
    const devices = (await client
      .api(profiles)
      .filter("threats/any(t: contains(t,'breach')) and controlCategory eq 'Device'")
      .get()) as Page<ControlProfile>
    expect(devices.value.map(({ id }) => id)).toEqual(['scid_1'])
  })

  it('takes a state with comment and person, answers 204 or the whole, and scores it at once', async () => {
    const body = {
      state: 'ThirdParty',
      comment: 'the gateway does it',
      assignedTo: 'ana@example.org',
      vendorInformation: { vendor: 'Microsoft', provider: 'SecureScore' },
    }
    expect(await client.api(`${profiles}/AdminMFA`).patch(body)).toBeUndefined()
    const today = () => client.api(`${scores}/${TENANT}_2026-03-20`).get() as Promise<SecureScore>
    expect(await today()).toMatchObject({ currentScore: 10, maxScore: 20 })
    const changed = (await client
      .api(`${profiles}/AdminMFA`)
      .header('Prefer', 'return=representation')
      .patch({ state: 'Ignored', vendorInformation: body.vendorInformation })) as ControlProfile
    expect(changed.controlStateUpdates.at(-1)).toEqual({
      state: 'Ignored',
      comment: 'the gateway does it',
      assignedTo: 'ana@example.org',
      updatedBy: 'graph api',
      updatedDateTime: '2026-03-20T12:00:00Z',
    })
    expect(await today()).toMatchObject({ currentScore: 5 })
    // The day before stays as it was.
    expect(await client.api(`${scores}/${TENANT}_2026-03-19`).get()).toMatchObject({ currentScore: 5, maxScore: 20 })
    for (const [path, bad, code] of [
      ['AdminMFA', { state: 'Ignored' }, 'invalidRequest'],
      ['AdminMFA', { ...body, state: 'Done' }, 'invalidRequest'],
      ['Nothing', body, 'itemNotFound'],
    ] as const)
      expect(await failure(client.api(`${profiles}/${path}`).patch(bad))).toMatchObject({ code })
  })

  it('tells errors as Graph does, and never takes an unread option for a filter', async () => {
    expect(await failure(client.api(scores).filter('score gt 1').get())).toMatchObject({
      status: 400,
      code: 'invalidRequest',
      message: expect.stringContaining('there is no property "score"') as string,
    })
    expect(await failure(client.api(scores).expand('x').get())).toMatchObject({ status: 400 })
    expect(await failure(client.api('/security/alerts').get())).toMatchObject({ status: 404, code: 'itemNotFound' })
    const stranger = await plain(`${server.url}/graph/v1.0/security/secureScores`, { headers: { 'client-request-id': 'mine' } })
    expect(stranger.status).toBe(401)
    expect(await stranger.json()).toEqual({
      error: {
        code: 'unauthenticated',
        message: expect.any(String) as string,
        innerError: {
          code: 'unauthorized',
          date: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T/) as string,
          'request-id': stranger.headers.get('request-id'),
          'client-request-id': 'mine',
        },
      },
    })
  })

  it('answers for the organisation that is named by directory, short name, header or query, and never for another', async () => {
    const get = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await plain(`${server.url}/graph/${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } })
      return { status: answer.status, body: (await answer.json()) as Page<SecureScore> }
    }
    expect((await get(`${TENANT.toUpperCase()}/v1.0/security/secureScores`)).body.value).toHaveLength(3)
    for (const south of [
      await get('south/v1.0/security/secureScores'),
      await get('v1.0/security/secureScores?org=south'),
      await get('v1.0/security/secureScores', { 'x-plimsoll-org': 'south' }),
    ])
      expect(south).toMatchObject({ status: 200, body: { value: [] } })
    expect((await get('nobody/v1.0/security/secureScores')).status).toBe(404)
    expect((await get(`south/v1.0/security/secureScores/${TENANT}_2026-03-18`)).status).toBe(404)
    expect((await get('south/v1.0/security/secureScoreControlProfiles')).body.value).toEqual([])
  })
})
