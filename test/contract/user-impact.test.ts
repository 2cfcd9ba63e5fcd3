import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, serve } from '../../src/api/serve.ts'
import { command } from '../../src/cli/commands/recommendations.ts'
import { announceServer } from '../../src/cli/place.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { smallCatalog } from './small-catalog.ts'

/** What an assessment says of a device: whether it meets the check, and whether its users would notice (null: nothing). */
type Said = [group: string, meets: boolean, noticed: boolean | null]
type Day = Record<string, Said>

const first: Day = {
  'pc-1': ['Laptops', false, false],
  'pc-2': ['Laptops', false, true],
  'pc-3': ['Laptops', false, null],
  // what meets the check is not exposed, whatever is said of it
  'pc-4': ['Laptops', true, false],
  'server-1': ['Servers', false, true],
}
/** A day later the expectations about two devices turn round, and another one meets the check. */
const second: Day = { ...first, 'pc-1': ['Laptops', false, true], 'pc-2': ['Laptops', true, true], 'server-1': ['Servers', false, false] }
const days: Record<string, Day> = { '2026-06-01': first, '2026-06-02': second }

const assessment = (day: string) => ({
  value: Object.entries(days[day]!).map(([name, [group, meets, noticed]]) => ({
    deviceId: `id-${name}`,
    rbacGroupName: group,
    deviceName: name,
    osPlatform: 'Windows11',
    timestamp: `${day} 06:00:00.000`,
    configurationId: 'scid-7',
    configurationImpact: 5,
    isCompliant: meets,
    isApplicable: true,
    ...(noticed !== null && { isExpectedUserImpact: noticed }),
    configurationName: 'Harden it',
  })),
})

/** Software of two names with an open flaw; of a third it only stands in the list of recommendations. */
const flaws = {
  value: ['browser', 'editor'].map((name, index) => ({
    id: `row-${name}`,
    deviceId: 'id-pc-1',
    deviceName: 'pc-1',
    osPlatform: 'Windows11',
    softwareVendor: 'sample',
    softwareName: name,
    softwareVersion: '1.0',
    vulnerabilitySeverityLevel: 'High',
    cveId: `CVE-2026-400${index}`,
    recommendedSecurityUpdate: '2.0',
    lastSeenTimestamp: '2026-06-01 06:00:00.000',
  })),
}
const alerts = (...active: string[]) => ({
  value: [
    { id: 'va-_-sample-_-browser', productName: 'browser', vendor: 'sample' },
    { id: 'va-_-sample-_-viewer', productName: 'viewer', vendor: 'sample' },
    // of another vendor: nothing of it is said of ours
    { id: 'va-_-other-_-editor', productName: 'editor', vendor: 'other' },
  ].map((row) => ({
    ...row,
    recommendationName: `Update ${row.productName}`,
    remediationType: 'Update',
    exposedMachinesCount: 1,
    activeAlert: active.includes(row.productName),
  })),
})

interface Row {
  id: string
  assets: number
  user_impact: { expected: number; none: number } | null
  active_alert: boolean | null
  threats: string[]
}
const SETTING = 'setting:defender:scid-7'

describe.each(engines)('impact on users and active alerts on $name', ({ database }) => {
  let data: string
  let store: Store
  let server: Server
  const catalog = smallCatalog()

  const ask = async <T>(path: string, body?: object) => {
    const sent = body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const answer = await fetch(`${server.url}/api/v1${path}`, sent)
    return { status: answer.status, body: (await answer.json()) as T }
  }
  const list = async (query: string) => (await ask<{ items: Row[] }>(`/recommendations?limit=1000&${query}`)).body.items
  const setting = async (query: string) => (await list(query)).find(({ id }) => id === SETTING)
  const assets = async (query: string) =>
    (await ask<{ items: { name: string; reason: string }[] }>(`/recommendations/${encodeURIComponent(SETTING)}/assets?sort=name&${query}`))
      .body.items
  const given = (name: string, report: object, observed?: string) =>
    importFile(
      store,
      { name, bytes: Buffer.from(JSON.stringify(report)) },
      { actor: 'test', org: 'one', ...(observed ? { observed_at: observed } : {}) },
    )

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-impact-'))
    store = await openStore({ database: await database(), data, now: () => Date.parse('2026-06-03T12:00:00Z') * 1000 })
    await addOrg(store, { name: 'One', zone: 'UTC' })
    // The later day comes first: the earlier one is late.
    for (const day of Object.keys(days).toReversed()) await given(`${day}.json`, assessment(day))
    await given('flaws.json', flaws)
    await given('alerts-1.json', alerts('editor'), '2026-06-01T08:00:00Z')
    await given('alerts-2.json', alerts('editor', 'browser'), '2026-06-02T08:00:00Z')
    await compute(store, catalog)
    server = await serve({ store, catalog, version: 'test', host: '127.0.0.1', port: 0 })
    announceServer(data, { url: server.url, pid: process.pid })
  })
  afterAll(async () => {
    await server.close()
    await store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })

  it('counts the exposed assets of which a source expects each, on every day and in every group, as a plain look at the reports does', async () => {
    for (const [day, devices] of Object.entries(days))
      for (const group of [null, 'Laptops', 'Servers']) {
        const exposed = Object.values(devices).filter(([of, meets]) => !meets && (group === null || of === group))
        const row = await setting(`as_of=${day}${group ? `&group=${group}` : ''}`)
        expect([day, group, row?.assets, row?.user_impact]).toEqual([
          day,
          group,
          exposed.length,
          {
            expected: exposed.filter(([, , noticed]) => noticed === true).length,
            none: exposed.filter(([, , noticed]) => noticed === false).length,
          },
        ])
      }
  })

  it('lists only the assets without impact, or those with it, or those of which nothing is stated; each says why', async () => {
    for (const [day, devices] of Object.entries(days))
      for (const [impact, said, words] of [
        ['none', false, 'fails defender:scid-7, no impact on users expected'],
        ['expected', true, 'fails defender:scid-7, users would notice'],
        ['not_stated', null, 'fails defender:scid-7'],
      ] as const)
        expect(await assets(`as_of=${day}&user_impact=${impact}`)).toMatchObject(
          Object.entries(devices)
            .filter(([, [, meets, noticed]]) => !meets && noticed === said)
            .map(([name]) => ({ name, reason: words })),
        )
    expect((await assets('')).map(({ name }) => name)).toEqual(['pc-1', 'pc-3', 'server-1'])
    const printed: string[] = []
    const context = {
      words: ['assets', SETTING],
      options: { data, userImpact: 'none', json: true },
      print: (text: string) => printed.push(text),
    }
    await command.run(context as never)
    expect(JSON.parse(printed.join('')).map(({ name }: { name: string }) => name)).toEqual(['server-1'])
  })

  it('requests remediation only where users notice nothing, and refuses where that is nowhere', async () => {
    const body = { recommendation: SETTING, priority: 'high', without_user_impact: true }
    const { status, body: made } = await ask<{ targets: number; without_user_impact: boolean }>('/remediation', body)
    expect([status, made.targets, made.without_user_impact]).toEqual([201, 1, true])
    const whole = await ask<{ targets: number; without_user_impact: boolean }>('/remediation', { ...body, without_user_impact: false })
    expect([whole.status, whole.body.targets, whole.body.without_user_impact]).toEqual([201, 3, false])
    const refused = await ask<{ error: { code: string } }>('/remediation', { ...body, groups: ['Laptops'] })
    expect([refused.status, refused.body.error.code]).toEqual([400, 'bad_remediation'])
  })

  it('ties an active alert to the update of its software from the day on which its source says so, and to no other', async () => {
    const told = async (query: string) =>
      Object.fromEntries(
        (await list(query)).filter(({ id }) => id.startsWith('update:')).map((row) => [row.id, [row.active_alert, row.threats]]),
      )
    expect(await told('as_of=2026-06-01')).toEqual({ 'update:browser': [false, []], 'update:editor': [null, []] })
    expect(await told('as_of=2026-06-02')).toEqual({ 'update:browser': [true, ['active_alert']], 'update:editor': [null, []] })
    const chosen = async (filter: object) => (await list(`filter=${encodeURIComponent(JSON.stringify(filter))}`)).map(({ id }) => id)
    expect(await chosen({ kind: 'update', threat: 'active_alert' })).toEqual(['update:browser'])
    expect(await chosen({ kind: 'update', active_alert: 'no' })).toEqual([])
  })
})
