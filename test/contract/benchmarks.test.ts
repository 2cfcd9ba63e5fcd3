import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { addOrg } from '../../src/store/orgs.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { emptyStore, page, snapshot, TENANT } from './graph-scores.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()

interface Line {
  source: string
  basis: string
  category: string
  basis_title: string
  unit: string
  sample_size: number | null
  latest: { day: string; value: number } | null
  points: { day: string; value: number | null }[]
}
interface Answer {
  items: Line[]
  entered: { id: string; value: number }[]
  sharing: { shares: boolean; enough: boolean }
}

describe.each(engines)('comparison values on $name', ({ open }) => {
  let store: Store
  let app: FastifyInstance
  const names = ['North', 'A', 'B', 'C', 'D', 'E', 'F']
  beforeAll(async () => {
    store = await emptyStore(await open(), '2026-03-10T12:00:00Z')
    for (const [index, name] of names.entries()) {
      const tenant = index === 0 ? TENANT : TENANT.replace(/1$/, String(index + 1))
      const org = await addOrg(store, { name, zone: 'UTC', tenants: [tenant] })
      const more = {
        id: `${tenant}_2026-03-01`,
        azureTenantId: tenant,
        averageComparativeScores: index
          ? []
          : [
              { basis: 'AllTenants', averageScore: 41.2, identityScore: 10.5, identityScoreMax: 30, dataScore: -1 },
              { basis: 'TotalSeats', averageScore: -1, SeatSizeRangeLowerValue: '1', SeatSizeRangeUpperValue: '100' },
            ],
      }
      // North 50 %, the others 10, 20, … 60 %.
      await importFile(store, page('secureScores', [snapshot('2026-03-01', { AdminMFA: index || 5 }, more)]), {
        actor: 'test',
        org: org.slug,
      })
    }
    await compute(store, catalog)
    app = buildApp({ store, catalog, version: '1.2.3' })
    await app.ready()
  })
  afterAll(async () => {
    await app.close()
    await store.engine.close()
  })
  const ask = async (org: string, more = 'from=2026-02-25') =>
    (await app.inject({ url: `/api/v1/benchmarks?org=${org}&${more}`, headers: { host: 'localhost' } })).json<Answer>()
  const send = (method: 'POST' | 'PUT' | 'DELETE', path: string, payload?: object) =>
    app.inject({ method, url: `/api/v1/benchmarks${path}`, headers: { host: 'localhost' }, ...(payload && { payload }) })
  const line = (answer: Answer, basis: string, category = 'Total', source?: string) =>
    answer.items.find((each) => each.basis === basis && each.category === category && (source === undefined || each.source === source))

  it('takes what an export states, points as percent where it says how many there are, and never takes missing for a number', async () => {
    const answer = await ask('north')
    expect(answer.items.map(({ basis, category }) => `${basis} ${category}`)).toEqual(['AllTenants Identity', 'AllTenants Total'])
    expect(line(answer, 'AllTenants')).toMatchObject({
      basis_title: 'All organisations',
      unit: 'percent',
      sample_size: null,
      latest: { day: '2026-03-01', value: 41.2 },
      points: [{ day: '2026-03-01', value: 41.2 }],
    })
    expect(line(answer, 'AllTenants', 'Identity')!.latest!.value).toBe(35)
    expect((await ask('a')).items).toEqual([])
  })

  it('takes values by hand and from files, each from its day on, of one organisation alone, and gives them up again', async () => {
    const peer = { source: 'Survey', basis: 'Our peers', day: '2026-03-02', value: 54.5, sample_size: 40 }
    expect((await send('POST', '?org=north', { values: [peer] })).json()).toMatchObject({
      values: 1,
      import_no: expect.any(Number) as number,
    })
    expect((await send('POST', '?org=north', { values: [peer] })).json()).toMatchObject({ import_no: null })
    const csv =
      'Source,Basis,Day,Value,Sample_Size,seats_from,seats_to\nSurvey,Our peers,2026-03-05,0,41,,\nSurvey,TotalSeats,2026-03-05,61,,100,249\n'
    expect((await send('POST', '/file?org=north', { content: csv, name: 'peers.csv' })).statusCode).toBe(200)
    const answer = await ask('north')
    // 0 is a value here: somebody said it.
    expect(line(answer, 'Our peers')).toMatchObject({
      points: [
        { day: '2026-03-02', value: 54.5 },
        { day: '2026-03-05', value: 0 },
      ],
      sample_size: 41,
    })
    expect(line(answer, 'TotalSeats', 'Total', 'Survey')).toMatchObject({
      basis_title: 'Organisations of similar size (100–249 seats)',
      sample_size: null,
    })
    expect((await ask('a')).items).toEqual([])
    for (const content of [
      '',
      '[]',
      '{"a":1}',
      'source,basis,day\nx,y,2026-03-01',
      'source,basis,day,value\nx,y,2026-03-01,101',
      'source,basis,day,value\nx,y,yesterday,1',
      'source,basis,day,value\nx,y,2027-03-01,1',
    ])
      expect((await send('POST', '/file?org=north', { content })).json(), content).toMatchObject({ error: { code: 'bad_benchmark' } })
    expect((await send('DELETE', `/${encodeURIComponent('Survey|Our peers|Total|2026-03-05')}?org=north`)).statusCode).toBe(204)
    expect(line(await ask('north'), 'Our peers')!.points).toEqual([{ day: '2026-03-02', value: 54.5 }])
    expect((await send('DELETE', '/nothing?org=north')).statusCode).toBe(404)
    expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
  })

  it('compares organisations of the installation only where five others take part, tells a whole percent, and names nobody', async () => {
    const share = (org: string, shares: boolean) => send('PUT', `/sharing?org=${org}`, { shares })
    for (const org of ['north', 'a', 'b', 'c', 'd']) await share(org, true)
    expect((await ask('north')).sharing).toMatchObject({ shares: true, enough: false })
    expect(line(await ask('north'), 'Installation')).toBeUndefined()
    await share('e', true)
    expect(line(await ask('north'), 'Installation')).toMatchObject({
      sample_size: 5,
      latest: { value: 30 },
      points: [{ day: '2026-03-01', value: 30 }],
    })
    // Who does not take part does not see it, and counts nowhere.
    expect(line(await ask('f'), 'Installation')).toBeUndefined()
    await share('f', true)
    expect(line(await ask('north'), 'Installation')).toMatchObject({ sample_size: 6, latest: { value: 35 } })
    // (50 + 20 + 30 + 40 + 50 + 60) / 6 = 41.67
    expect(line(await ask('a'), 'Installation')).toMatchObject({ sample_size: 6, latest: { value: 42 } })
    const told = JSON.stringify(await ask('north'))
    for (const name of names.slice(1)) expect(told).not.toContain(`"${name}"`)
    for (const org of ['e', 'f']) await share(org, false)
    expect(line(await ask('north'), 'Installation')).toBeUndefined()
  })
})
