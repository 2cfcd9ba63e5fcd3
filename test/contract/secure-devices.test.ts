import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Server, serve } from '../../src/api/serve.ts'
import { command } from '../../src/cli/commands/secure-score.ts'
import { announceServer } from '../../src/cli/place.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { runNotices } from '../../src/notices/notifier.ts'
import { GivenRule, setRule } from '../../src/notices/rules.ts'
import { addOrg, findOrg } from '../../src/store/orgs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { openReceiver } from './receivers.ts'
import { smallCatalog } from './small-catalog.ts'

interface Device {
  name: string
  group: string
  meets: readonly string[]
}

/** Devices of two groups, and which of two checks each meets. */
const devices: readonly Device[] = [
  { name: 'pc-1', group: 'Laptops', meets: [] },
  { name: 'pc-2', group: 'Laptops', meets: [] },
  { name: 'pc-3', group: 'Laptops', meets: ['scid-2'] },
  { name: 'server-1', group: 'Servers', meets: [] },
]
const CHECKS = ['scid-1', 'scid-2']

/** The assessment of the devices on a day. */
const assessment = (day: string, list = devices) =>
  JSON.stringify({
    value: list.flatMap(({ name, group, meets }) =>
      CHECKS.map((id) => ({
        deviceId: `id-${name}`,
        rbacGroupName: group,
        deviceName: `${name}.example.org`,
        osPlatform: 'Windows11',
        timestamp: `${day} 06:00:00.000`,
        configurationId: id,
        configurationCategory: 'OS',
        configurationImpact: 10,
        isCompliant: meets.includes(id),
        isApplicable: true,
        configurationName: `Harden ${id}`,
      })),
    ),
  })

interface Row {
  action_id: string
  points: number
  max_points: number
  status: string
  status_by: string
  locked: string | null
  excepted: number
}

describe.each(engines)('the secure score of devices on $name', ({ database }) => {
  let data: string
  let store: Store
  let server: Server
  let now = Date.parse('2026-06-05T12:00:00Z') * 1000
  const catalog = smallCatalog()
  let failing = ''

  const ask = async <T>(method: string, path: string, body?: object) => {
    const answer = await fetch(`${server.url}/api/v1${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    })
    return { status: answer.status, body: (await answer.json()) as T }
  }
  const actions = async () => (await ask<{ items: Row[] }>('GET', '/secure-score/actions?limit=100')).body.items
  const action = async () => (await actions()).find(({ action_id }) => action_id === failing)!
  const score = async () => (await ask<{ score: { value: number; points: number; max_points: number } }>('GET', '/secure-score')).body.score
  const except = async (body: object) => {
    const { status, body: said } = await ask<{ exception_id: string }>('POST', '/exceptions', {
      kind: 'control',
      subject: failing,
      reason: 'The gateway does it',
      starts_at: '2026-06-04T00:00:00Z',
      ...body,
    })
    expect(status, JSON.stringify(said)).toBeLessThan(300)
    return said.exception_id
  }

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'plimsoll-devices-'))
    store = await openStore({ database: await database(), data, now: () => now })
    await addOrg(store, { name: 'One', zone: 'UTC' })
    await importFile(store, { name: 'assessment.json', bytes: Buffer.from(assessment('2026-06-01')) }, { actor: 'test', org: 'one' })
    await compute(store, catalog)
    server = await serve({ store, catalog, version: 'test', host: '127.0.0.1', port: 0 })
    announceServer(data, { url: server.url, pid: process.pid })
    failing = (await actions()).find(({ points }) => points === 0)!.action_id
  })
  afterAll(async () => {
    await server.close()
    await store.engine.close()
    rmSync(data, { recursive: true, force: true })
  })

  it('gives the points of the devices that meet a check, and follows their exceptions alone', async () => {
    const met = (await actions()).find(({ action_id }) => action_id !== failing)!
    expect([met.points, met.max_points]).toEqual([2.5, 10])
    expect(await action()).toMatchObject({ points: 0, max_points: 10, status: 'to_address', locked: 'action_follows_exceptions' })
    const set = await ask<{ error: { code: string } }>('POST', '/secure-score/states', {
      actions: [{ action_id: failing, state: 'third_party' }],
    })
    expect([set.status, set.body.error.code]).toEqual([409, 'action_follows_exceptions'])
  })

  it('earns in proportion what an exception of a group covers, at once and in the history, and loses it with its end', async () => {
    const before = await score()
    const group = await except({ asset_groups: ['Laptops'], justification: 'third_party_control' })
    // three of the four devices: 3/4 of 10 points, and still something to address
    expect(await action()).toMatchObject({ points: 7.5, excepted: 3, status: 'to_address' })
    const after = await score()
    expect([after.points - before.points, after.max_points]).toEqual([7.5, before.max_points])
    const { history } = (
      await ask<{ history: { kind: string; change: number; effect: number; side: string; actor: object }[] }>(
        'GET',
        `/secure-score/actions/${encodeURIComponent(failing)}`,
      )
    ).body
    expect(history[0]).toMatchObject({ kind: 'exception_applied', change: 7.5, side: 'ours', actor: { kind: 'person' } })
    expect(history[0]!.effect).toBeCloseTo(after.value - before.value, 5)
    const rest = await except({ asset_groups: ['Servers'], justification: 'third_party_control' })
    expect(await action()).toMatchObject({ points: 10, excepted: 4, status: 'third_party', status_by: 'exception' })
    now += 86_400_000_000
    for (const id of [rest, group]) expect((await ask('POST', `/exceptions/${id}/end`, {})).status).toBeLessThan(300)
    expect(await action()).toMatchObject({ points: 0, excepted: 0, status: 'to_address' })
    expect(await score()).toMatchObject({ points: before.points, max_points: before.max_points })
  })

  it('shows a risk that was accepted for every device, and gives nothing for it', async () => {
    const id = await except({ justification: 'risk_accepted' })
    expect(await action()).toMatchObject({ points: 0, status: 'risk_accepted', status_by: 'exception' })
    await ask('POST', `/exceptions/${id}/end`, {})
  })

  it('has the same totals in the score, the list, the categories, the history, the overview and the command line', async () => {
    const { points, max_points, value } = await score()
    const rows = await actions()
    const sum = (list: readonly { points: number; max_points: number }[]) => [
      list.reduce((total, each) => total + each.points, 0),
      list.reduce((total, each) => total + each.max_points, 0),
    ]
    // one of eight checks of devices is met, each action being worth 10
    expect([points, max_points, value]).toEqual([2.5, 20, 12.5])
    expect(sum(rows)).toEqual([points, max_points])
    const { categories } = (await ask<{ categories: { points: number; max_points: number }[] }>('GET', '/secure-score')).body
    expect(sum(categories)).toEqual([points, max_points])
    const { days } = (await ask<{ days: { points: number; max_points: number; percent: number }[] }>('GET', '/secure-score/history')).body
    expect(days.at(-1)).toMatchObject({ points, max_points, percent: value })
    const { secure } = (await ask<{ secure: { points: number; max_points: number; value: number } }>('GET', '/scores')).body
    expect([secure.points, secure.max_points, secure.value]).toEqual([points, max_points, value])
    const printed: string[] = []
    const run = (words: string[], json: boolean) =>
      command.run({ words, options: { data, json }, terminal: false, print: (line) => printed.push(line), tell: () => undefined })
    await run(['show'], true)
    expect((JSON.parse(printed.pop()!) as { score: object }).score).toMatchObject({ points, max_points, value })
    await run(['actions'], true)
    expect(sum(JSON.parse(printed.pop()!) as Row[])).toEqual([points, max_points])
    await run(['show'], false)
    expect(printed.pop()).toContain(`Secure score 12.5 % (higher is better), ${points} of ${max_points} points`)
  })

  it('tells a rule when an action loses points that it had in full, and when the score falls below a value', async () => {
    const hook = await openReceiver()
    const org_id = (await findOrg(store.engine, 'one'))!.org_id
    const rule = GivenRule.parse({
      name: 'Below 60',
      types: ['action_regressed'],
      limits: [{ score: 'secure', id: '', worse_than: 60 }],
      when: { at: 'at_once' },
      to: { channel: 'webhook', url: hook.url },
    })
    await setRule(store, catalog, org_id, rule, { actor: 'test', allowPrivate: true })
    const reported = async (day: string, list: readonly Device[]) => {
      now = Date.parse(`${day}T12:00:00Z`) * 1000
      await importFile(store, { name: `${day}.json`, bytes: Buffer.from(assessment(day, list)) }, { actor: 'test', org: 'one' })
      await compute(store, catalog)
      await runNotices(store, catalog, { base: 'https://plimsoll.example.org', allowPrivate: true, mail: null, patience: 300 })
    }
    try {
      await reported(
        '2026-06-07',
        devices.map((device) => ({ ...device, meets: CHECKS })),
      )
      expect((await score()).value).toBe(100)
      expect(hook.received).toEqual([])
      // nothing meets the first check any more, and one device of four not the second
      await reported(
        '2026-06-08',
        devices.map((device, index) => ({ ...device, meets: index === 0 ? [] : ['scid-2'] })),
      )
      expect((await score()).value).toBe(37.5)
      const events = hook.received.flatMap(({ body }) => (JSON.parse(body) as { events: { type: string; day: string }[] }).events)
      expect(events.map(({ type, day }) => `${day} ${type}`).toSorted()).toEqual(['2026-06-08 action_regressed', '2026-06-08 score_beyond'])
    } finally {
      await hook.close()
    }
  })

  it('checks what an action needs first: its licence and other actions, beside what a person says', async () => {
    const other = (await actions()).find(({ action_id }) => action_id !== failing)!
    const says = {
      licence: 'Plan 2',
      licensed: false,
      prerequisites: [{ action_id: other.action_id }, { text: 'Agents are there', met: true }],
    }
    const described = await ask('POST', '/secure-score/descriptions', { actions: [{ action_id: failing, body: says }] })
    expect(described.status, JSON.stringify(described.body)).toBeLessThan(300)
    const { prerequisites } = (await ask<{ prerequisites: object[] }>('GET', `/secure-score/actions/${encodeURIComponent(failing)}`)).body
    expect(prerequisites).toEqual([
      { text: 'Licence: Plan 2', met: false, action_id: null },
      // three of four devices meet it
      { text: 'Harden scid-2', met: false, action_id: other.action_id },
      { text: 'Agents are there', met: true, action_id: null },
    ])
  })

  it('lists every activity of its history once, page by page as all at once', async () => {
    interface Activities {
      items: { day: string; action_id: string; change: number }[]
      next_cursor: string | null
      total: number
    }
    const page = async (query: string) => (await ask<Activities>('GET', `/secure-score/activities?${query}`)).body
    const whole = await page('limit=1000')
    const pages: Activities['items'] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const next: Activities = await page(`limit=2${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
      pages.push(...next.items)
      cursor = next.next_cursor
    }
    expect(whole.items).toHaveLength(whole.total)
    expect(whole.total).toBeGreaterThan(3)
    expect(pages).toEqual(whole.items)
  })
})
