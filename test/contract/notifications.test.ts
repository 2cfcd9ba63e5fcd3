import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuild } from '../../src/insights/compute.ts'
import { DAY_US } from '../../src/model/time.ts'
import { type NotifierOptions, resend, runNotices, testRule } from '../../src/notices/notifier.ts'
import { endRule, GivenRule, setRule } from '../../src/notices/rules.ts'
import { signatureOf } from '../../src/notices/webhook.ts'
import { dayText, parseDay } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { listDeliveries } from '../../src/store/notices/deliveries.ts'
import { noteFirstSeen } from '../../src/store/notices/seen.ts'
import type { Org } from '../../src/store/orgs.ts'
import type { Store } from '../../src/store/store.ts'
import { listTables } from '../../src/store/tables.ts'
import { engines } from './engines.ts'
import { openMailServer, openReceiver } from './receivers.ts'
import { smallCatalog } from './small-catalog.ts'
import { makeSmallWorld } from './small-world.ts'
import { append } from './world.ts'

const catalog = smallCatalog()
const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const KEY = 'a key that nobody may read'
const by = { actor: 'test', allowPrivate: true }
const today = parseDay('2026-08-01')!

describe.each(engines)('notifications on $name', ({ open }) => {
  let engine: Engine
  let store: Store
  let clock: number
  let north: Org
  let south: Org
  let folder: string
  let hook: Awaited<ReturnType<typeof openReceiver>>
  const options: NotifierOptions = { base: 'https://plimsoll.example.org', allowPrivate: true, mail: null, patience: 300 }

  beforeAll(async () => {
    engine = await open()
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-'))
    const world = await makeSmallWorld(engine)
    ;({ north, south } = world)
    await engine.run(`delete from counter where name = 'import_no'`)
    await append(engine, 'counter', [{ name: 'import_no', last: 1000 }])
    clock = world.store.now()
    store = { ...world.store, data: folder, now: () => clock }
    hook = await openReceiver()
  })
  afterAll(async () => {
    await hook.close()
    await engine.close()
    rmSync(folder, { recursive: true })
  })

  const rule = (change: object, org = north) =>
    setRule(
      store,
      catalog,
      org.org_id,
      GivenRule.parse({
        name: 'Rule',
        types: ['many_closed'],
        when: { at: 'at_once' },
        to: { channel: 'webhook', url: hook.url, key: KEY },
        ...change,
      }),
      by,
    )
  /** An event that becomes known now; `ago`: days before today on which it happened. */
  const happens = async (id: string, ago = 0, change: object = {}) => {
    clock += SECOND
    const day = today - ago
    const event_id = `${dayText(day)}:many_closed:${id}`
    const row = {
      org_id: north.org_id,
      event_id,
      feed: 'posture',
      type: 'many_closed',
      happened_at: day * DAY_US,
      day,
      component: null,
      score: null,
    }
    const rest = {
      score_id: null,
      score_before: null,
      score_after: null,
      direction: 'neutral',
      subjects: '[]',
      assets: 0,
      active_assets: 0,
    }
    await append(engine, 'event', [
      { ...row, ...rest, severity: null, source: 'scanner', headline: `Event ${id}`, score_effect: null, recovered_day: null, ...change },
    ])
    await engine.transaction((transaction) => noteFirstSeen(transaction, north.org_id, clock, 0))
    return event_id
  }
  const run = (change: Partial<NotifierOptions> = {}) => runNotices(store, catalog, { ...options, ...change })
  const ofRule = async (rule_id: string) => (await listDeliveries(engine, north.org_id)).filter((each) => each.rule_id === rule_id)
  const only = async (rule_id: string) => {
    const found = await ofRule(rule_id)
    expect(found).toHaveLength(1)
    return found[0]!
  }
  const end = (rule_id: string) => endRule(store, catalog, north.org_id, rule_id, { actor: 'test' })

  it('a first computation tells what lies near, counts what lies far back, and nothing twice, also after a rebuild', async () => {
    const { rule_id } = await rule({ types: ['vulnerability_mitigated', 'new_vulnerability'], days: 57 })
    const other = await rule({ types: ['new_vulnerability'], days: 1 }, south)
    clock += SECOND
    const first = await run()
    const deliveries = await ofRule(rule_id)
    const [sent, old] = [deliveries.find(({ state }) => state === 'sent')!, deliveries.find(({ state }) => state === 'left_out')!]
    const days = (ids: readonly string[]) => ids.map((id) => parseDay(id.slice(0, 10))!)
    expect(days(sent.events).every((day) => day >= today - 57)).toBe(true)
    expect(days(old.events).every((day) => day < today - 57)).toBe(true)
    const stored = await engine.query<{ event_id: string }>(
      `select event_id from event where org_id = $org_id and type in ('vulnerability_mitigated', 'new_vulnerability')`,
      { org_id: north.org_id },
    )
    expect([...sent.events, ...old.events].toSorted()).toEqual(stored.map(({ event_id }) => event_id).toSorted())
    expect(first).toMatchObject({ queued: sent.events.length, sent: 1, failed: 0 })

    expect(hook.received).toHaveLength(1)
    const [{ headers, body }] = hook.received as [(typeof hook.received)[0]]
    expect(headers['webhook-signature']).toBe(signatureOf(KEY, sent.delivery_id, Number(headers['webhook-timestamp']), body))
    expect(headers['webhook-id']).toBe(sent.delivery_id)
    const told = JSON.parse(body) as { events: { event_id: string; url: string }[]; organisation: { slug: string } }
    expect(told.events.map(({ event_id }) => event_id)).toEqual(sent.events)
    expect(told.organisation.slug).toBe(north.slug)
    expect(told.events[0]!.url).toMatch(/^https:\/\/plimsoll\.example\.org\/events\?.*org=north/)

    const nothing = { queued: 0, left_out: 0, sent: 0, failed: 0 }
    expect(await run()).toEqual(nothing)
    clock += SECOND
    await rebuild(store, catalog)
    expect(await run()).toEqual(nothing)
    expect(hook.received).toHaveLength(1)
    await end(rule_id)
    await endRule(store, catalog, south.org_id, other.rule_id, { actor: 'test' })
  })

  it('what was known before a rule was made is not told', async () => {
    await happens('before')
    const { rule_id } = await rule({})
    clock += SECOND
    expect((await run()).queued).toBe(0)
    await happens('after')
    expect((await run()).queued).toBe(1)
    expect((await only(rule_id)).events).toEqual([`${dayText(today)}:many_closed:after`])
    await end(rule_id)
  })

  it('a receiver that is busy is asked again when it said, one that fails after longer and longer pauses, until it is given up', async () => {
    const { rule_id } = await rule({})
    hook.received.length = 0
    hook.answers.push({ status: 429, headers: { 'retry-after': '180' } })
    await happens('busy')
    expect(await run()).toMatchObject({ sent: 0, failed: 1 })
    let delivery = await only(rule_id)
    expect(delivery).toMatchObject({ state: 'waiting', attempts: 1, answer: 'HTTP 429', due_at: clock + 3 * MINUTE })
    clock += 3 * MINUTE - 1
    expect(await run()).toMatchObject({ sent: 0, failed: 0 })
    hook.answers.push(...Array.from({ length: 5 }, () => ({ status: 500 })))
    const pauses: number[] = []
    for (let tries = 2; tries <= 6; tries++) {
      clock = delivery.due_at
      expect(await run()).toMatchObject({ failed: 1 })
      delivery = await only(rule_id)
      pauses.push((delivery.due_at - clock) / MINUTE)
    }
    expect(pauses).toEqual([5, 30, 120, 480, 0])
    expect(delivery).toMatchObject({ state: 'dead', attempts: 6, answer: 'HTTP 500' })
    expect(new Set(hook.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    // A person sends it again; once it was taken nobody can.
    expect(await resend(store, catalog, north.org_id, delivery.delivery_id, options)).toMatchObject({ state: 'sent', attempts: 1 })
    await expect(resend(store, catalog, north.org_id, delivery.delivery_id, options)).rejects.toMatchObject({ code: 'not_dead' })
    await end(rule_id)
  })

  it('a receiver that hangs, redirects, is not safe or refuses is told apart', async () => {
    const attempt = async (id: string, change: object, with_: Partial<NotifierOptions> = {}) => {
      const { rule_id } = await rule(change)
      await happens(id)
      await run(with_)
      const found = await only(rule_id)
      await end(rule_id)
      return found
    }
    hook.answers.push('hang')
    expect(await attempt('hang', {})).toMatchObject({ state: 'waiting', error: 'no answer within 0.3 s' })
    const target = await openReceiver()
    hook.answers.push({ status: 302, headers: { location: target.url } })
    expect(await attempt('redirect', {})).toMatchObject({ state: 'dead', answer: 'HTTP 302' })
    expect(target.received).toEqual([])
    await target.close()
    const to = (url: string) => ({ to: { channel: 'webhook', url } })
    const unsafe = await attempt('unsafe', to(hook.url.replace('http:', 'https:')))
    expect(unsafe).toMatchObject({ state: 'waiting' })
    expect(unsafe.error).toMatch(/not safe/)
    expect(await attempt('refused', to(target.url))).toMatchObject({ state: 'waiting', error: 'the receiver refuses connections' })
    hook.answers.push({ status: 404 })
    expect(await attempt('missing', {})).toMatchObject({ state: 'dead', answer: 'HTTP 404' })
    // Without the server's leave nothing goes to this machine, whoever wrote the address.
    const before = hook.received.length
    const forbidden = await attempt('private', to(hook.url.replace('http:', 'https:')), { allowPrivate: false })
    expect(forbidden.state).toBe('dead')
    expect(forbidden.error).toMatch(/public internet/)
    expect(hook.received).toHaveLength(before)
    await expect(
      setRule(
        store,
        catalog,
        north.org_id,
        GivenRule.parse({ name: 'x', types: ['many_closed'], when: { at: 'at_once' }, ...to(hook.url) }),
        {
          ...by,
          allowPrivate: false,
        },
      ),
    ).rejects.toMatchObject({ code: 'bad_webhook' })
  })

  it('a message whose sender died on the way is given up, not sent a second time', async () => {
    const { rule_id } = await rule({})
    await happens('died')
    const stopped = { stopped: () => true }
    expect(await run(stopped)).toMatchObject({ queued: 1, sent: 0 })
    await engine.run(`update delivery set state = 'sending', tried_at = $clock, attempts = 1 where rule_id = $rule_id`, { clock, rule_id })
    hook.received.length = 0
    clock += 11 * MINUTE
    await run()
    expect(await only(rule_id)).toMatchObject({ state: 'dead', error: expect.stringMatching(/interrupted/) as string })
    expect(hook.received).toEqual([])
    await end(rule_id)
  })

  it('a digest gathers what becomes known until its hour, and is one message', async () => {
    const { rule_id } = await rule({ when: { at: 'daily', hour: 8 } })
    hook.received.length = 0
    await happens('one')
    await run()
    await happens('two', 1)
    await run()
    expect(hook.received).toEqual([])
    const waiting = await only(rule_id)
    expect(waiting.events).toHaveLength(2)
    expect(new Date(waiting.due_at / 1000).toISOString()).toMatch(/T08:00:00/)
    const before = clock
    clock = waiting.due_at
    // The new day is worked out anew, which leaves out events that were put in by hand; the message is made of those that stand.
    await engine.run('update events_until set day = $day', { day: today + 30 })
    expect(await run()).toMatchObject({ sent: 1 })
    expect(hook.received).toHaveLength(1)
    clock = before + DAY_US
    await end(rule_id)
  })

  it('only what a rule asks for: type, size, severity, share and groups', async () => {
    const sized = await rule({
      name: 'sized',
      types: ['initiative_worse'],
      points: 5,
      initiatives: ['ransomware-protection'].filter((id) => catalog.initiatives.has(id)),
    })
    const first = [...catalog.initiatives.keys()][0]!
    const score = { type: 'initiative_worse', score: 'initiative', score_id: first, score_before: 600_000_000 }
    const one = await rule({ name: 'one initiative', types: ['initiative_worse'], initiatives: [first], percent: 10 })
    const grouped = await rule({ name: 'grouped', types: ['initiative_worse', 'new_vulnerability'], groups: ['blue'] })
    const severe = await rule({ name: 'severe', types: ['new_vulnerability'], severity: 'high', share: 0.5 })
    await happens('small', 0, { ...score, score_after: 560_000_000 })
    await happens('large', 0, { ...score, score_after: 540_000_000 })
    const risk = { feed: 'risk', type: 'new_vulnerability', active_assets: 10, subjects: '["CVE-4"]' }
    await happens('mild', 0, { ...risk, severity: 2, assets: 9 })
    await happens('few', 0, { ...risk, severity: 4, assets: 4 })
    await happens('severe', 0, { ...risk, severity: 4, assets: 5 })
    const told = async (stopped = () => true) => {
      await run({ stopped })
      const all = await listDeliveries(engine, north.org_id)
      return (rule_id: string) =>
        all
          .filter((each) => each.rule_id === rule_id && each.state === 'waiting')
          .flatMap(({ events }) => events.map((id) => id.split(':')[2]!))
    }
    const of = await told()
    expect(of(one.rule_id)).toEqual(['large'])
    expect(of(severe.rule_id)).toEqual(['severe'])
    // CVE-4 stands open on assets of this group; posture events are about the whole.
    expect(of(grouped.rule_id).toSorted()).toEqual(['few', 'mild', 'severe'])
    for (const { rule_id } of [sized, one, grouped, severe]) await end(rule_id)
    // What had not been sent is not sent after its rule has ended.
    hook.received.length = 0
    expect(await run()).toMatchObject({ sent: 0 })
    expect((await ofRule(one.rule_id)).map(({ state }) => state)).toEqual(['dead'])
  })

  it('mail is handed in for everyone, a server that refuses or is not there is told', async () => {
    const server = await openMailServer()
    const mail = { url: `smtp://127.0.0.1:${server.port}`, from: 'plimsoll@example.org' }
    const { rule_id } = await rule({ name: 'Böard', to: { channel: 'mail', recipients: ['ciso@example.org', 'lead@example.org'] } })
    expect(await testRule(store, catalog, north.org_id, rule_id, { ...options, mail })).toMatchObject({ state: 'sent', test: true })
    expect(server.mails).toHaveLength(1)
    expect(server.mails[0]!.to).toEqual(['ciso@example.org', 'lead@example.org'])
    expect(server.mails[0]!.data).not.toMatch(/ciso@|lead@/)
    expect(server.mails[0]!.data).toMatch(/Auto-Submitted: auto-generated/i)
    server.refuse.push('ciso@example.org', 'lead@example.org')
    expect(await testRule(store, catalog, north.org_id, rule_id, { ...options, mail })).toMatchObject({ state: 'dead', answer: 'SMTP 550' })
    await server.close()
    const gone = await testRule(store, catalog, north.org_id, rule_id, { ...options, mail })
    expect(gone).toMatchObject({ state: 'dead', attempts: 1 })
    expect(gone.error).toMatch(/cannot be reached/)
    const unset = await testRule(store, catalog, north.org_id, rule_id, options)
    expect(unset.error).toMatch(/PLIMSOLL_SMTP_URL/)
    await end(rule_id)
  })

  it('addresses and keys stand in no table in clear, and go with their rule', async () => {
    const { rule_id } = await rule({ name: 'secret' })
    for (const { table, columns } of await listTables(engine)) {
      const texts = columns.filter(({ text }) => text).map(({ name }) => `coalesce(cast(${name} as text), '')`)
      if (texts.length === 0) continue
      const found = await engine.query(
        `select 1 as found from ${table} where ${texts.map((text) => `strpos(${text}, 'hidden-token') > 0 or strpos(${text}, 'nobody may read') > 0`).join(' or ')} limit 1`,
      )
      expect(found, table).toEqual([])
    }
    await end(rule_id)
    expect(await engine.query('select * from sealed_secret where org_id = $org_id', { org_id: north.org_id })).toEqual([])
  })

  it('a rule that names what there is not, or tells nothing, is refused', async () => {
    for (const change of [
      { types: [] },
      { types: ['no_such_type'] },
      { metrics: ['no-such-metric'] },
      { limits: [{ score: 'metric', id: 'none', worse_than: 1 }] },
    ])
      await expect(rule(change), JSON.stringify(change)).rejects.toMatchObject({ code: 'bad_notification' })
  })
})
