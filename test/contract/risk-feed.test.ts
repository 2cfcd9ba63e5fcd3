import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { parseInstant } from '../../src/model/time.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { expectLedgers, micro } from './ledgers.ts'
import { sampleCatalog } from './sample-catalog.ts'

/** A vulnerability of a package on an image. */
type Found = readonly [id: string, component: string, published: string]
const old: Found = ['CVE-2024-1001', 'openssl', '2024-01-05T00:00:00Z']
const older: Found = ['CVE-2020-2002', 'curl', '2020-02-02T00:00:00Z']
const kernel: Found = ['CVE-2023-3003', 'kernel', '2023-03-03T00:00:00Z']
const fresh: Found = ['CVE-2026-5005', 'zlib', '2026-05-25T00:00:00Z']

const scan = (image: string, found: readonly Found[], packages: readonly string[]) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: image,
    ArtifactType: 'container_image',
    Results: [
      {
        Target: image,
        Class: 'os-pkgs',
        Type: 'debian',
        Packages: packages.map((Name) => ({ Name, Version: '1.0' })),
        Vulnerabilities: found.map(([VulnerabilityID, PkgName, PublishedDate]) => ({
          VulnerabilityID,
          PkgName,
          InstalledVersion: '1.0',
          Severity: 'HIGH',
          PublishedDate,
        })),
      },
    ],
  })

const kev = (ids: readonly string[]) =>
  JSON.stringify({
    title: 'CISA Catalog of Known Exploited Vulnerabilities',
    catalogVersion: '2026.06.05',
    dateReleased: '2026-06-05T15:00:00.000Z',
    count: ids.length,
    vulnerabilities: ids.map((cveID) => ({
      cveID,
      vendorProject: 'Acme',
      product: 'Lib',
      vulnerabilityName: 'Acme Lib',
      dateAdded: '2026-06-05',
      shortDescription: 'x',
      requiredAction: 'y',
      dueDate: '2026-06-27',
      knownRansomwareCampaignUse: 'Unknown',
      notes: '',
    })),
  })
const epss = (day: string, value: number) =>
  `#model_version:v2026.01.01,score_date:${day}T00:00:00+0000\ncve,epss,percentile\n${older[0]},${value},0.9\n`

const shop = 'images.example/shop:1'
const mail = 'images.example/mail:1'
const all = ['openssl', 'curl', 'kernel', 'zlib']

/** What comes in on which day of June 2026. */
const files: [day: string, name: string, text: string][] = [
  ['2026-06-01', 'a.json', scan(shop, [old, older], ['openssl', 'curl'])],
  ['2026-06-01', 'b.json', scan(mail, [old, kernel], ['openssl', 'kernel'])],
  ['2026-06-02', 'epss_scores-2026-06-02.csv', epss('2026-06-02', 0.03)],
  ['2026-06-03', 'epss_scores-2026-06-03.csv', epss('2026-06-03', 0.4)],
  ['2026-06-04', 'c.json', scan(shop, [old, older, kernel, fresh], all)],
  ['2026-06-05', 'kev.json', kev([old[0]])],
  ['2026-06-06', 'd.json', scan(mail, [old], ['openssl'])],
  ['2026-06-07', 'e.json', scan(shop, [old, older, kernel], all)],
]

interface Event {
  event_id: string
  day: string
  type: string
  component: string | null
  direction: string
  assets: number
  share: number
  subjects: string[]
  subject_kind: string
  severity: string | null
  effect: number
  effects: { cause: string; part: number }[]
}
interface Day {
  day: string
  change: number
  causes: { cause: string; part: number; told: number; rest: number }[]
}
interface Explained {
  from: { shown: number | null }
  to: { shown: number | null }
  change: number
  shown: number
  decimals: number
  causes: { cause: string; part: number; shown: number }[]
  groups: { part: number; shown: number }[]
  parts: { kind: string; id: string; cause: string; part: number; shown: number }[]
  others_shown: number
}

const sum = (values: readonly number[]): number => values.reduce((all_, value) => all_ + value, 0)

describe.each(engines)('the risk feed on $name', ({ database }) => {
  let folder: string
  let store: Store
  let app: FastifyInstance
  let clock = parseInstant('2026-06-01T12:00:00Z')!
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-feed-'))
    store = await openStore({ database: await database(), data: folder, now: () => clock })
    await addOrg(store, { name: 'Lab', zone: 'UTC' })
    for (const [day, name, text] of files) {
      clock = parseInstant(`${day}T13:00:00Z`)!
      writeFileSync(join(folder, name), text)
      await importFile(store, join(folder, name), {
        actor: 'test',
        ...(name.endsWith('.csv') || name === 'kev.json' ? {} : { org: 'lab', observed_at: day }),
      })
    }
    clock = parseInstant('2026-06-12T12:00:00Z')!
    await compute(store, sampleCatalog())
    app = buildApp({ store, catalog: sampleCatalog(), version: '0' })
    const answer = await app.inject({
      method: 'POST',
      url: '/api/v1/exceptions?org=lab',
      headers: { host: 'localhost' },
      payload: {
        kind: 'vulnerability',
        subject: kernel[0],
        justification: 'third_party_control',
        reason: 'behind a proxy',
        starts_at: '2026-06-08',
        ends_at: '2026-06-09',
      },
    })
    if (answer.statusCode !== 201) throw new Error(answer.body)
    const rule = (id: string, group: string, name: string) => ({ id, group, on: true, when: { 'asset.name': `~${name}` } })
    const grouped = await app.inject({
      method: 'PUT',
      url: '/api/v1/group-rules?org=lab',
      headers: { host: 'localhost' },
      payload: { items: [rule('shop', 'Shop', 'shop'), rule('mail', 'Mail', 'mail')], reason: 'for the test' },
    })
    if (grouped.statusCode !== 200) throw new Error(grouped.body)
    await compute(store, sampleCatalog())
  })
  afterAll(async () => {
    await app?.close()
    await store?.engine.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function ask<T>(address: string): Promise<T> {
    const answer = await app.inject({ url: `/api/v1/${address}`, headers: { host: 'localhost' } })
    if (answer.statusCode !== 200) throw new Error(`${address}: ${answer.body}`)
    return JSON.parse(answer.body) as T
  }
  const range = 'org=lab&from=2026-05-01'
  const events = async (more = '') => (await ask<{ items: Event[] }>(`events?${range}&feed=risk&limit=1000${more}`)).items

  it('tells each kind of change on its day, for its component, with its direction', async () => {
    expect(
      (await events())
        .map(({ day, type, component, direction, subjects, assets }) => [day.slice(8), type, component, direction, subjects, assets])
        .toSorted(),
    ).toEqual(
      [
        ['03', 'epss_jump', 'curl', 'worse', [older[0]], 1],
        ['04', 'new_vulnerability', 'zlib', 'worse', [fresh[0]], 1],
        ['04', 'software_installed', 'kernel', 'worse', [kernel[0]], 2],
        ['05', 'known_exploited', 'openssl', 'worse', [old[0]], 2],
        ['06', 'software_removed', 'kernel', 'better', [kernel[0]], 1],
        ['07', 'vulnerability_mitigated', 'zlib', 'better', [fresh[0]], 1],
        ['08', 'exception_started', 'kernel', 'better', [kernel[0]], 1],
        ['10', 'exception_ended', 'kernel', 'worse', [kernel[0]], 1],
      ].toSorted(),
    )
  })

  it.each(['', '&group=Shop', '&group=Mail'])('effects and what no event tells add up to the causes of each day%s', async (group) => {
    const told = await events(group)
    const days = await expectLedgers(ask, `org=lab${group}`, '2026-05-01', told)
    expect(days.length).toBeGreaterThanOrEqual(2)
    // Of these causes the events tell all: nothing else moved a finding.
    for (const { day, causes } of days)
      for (const { cause, rest } of causes)
        if (!['asset_joined', 'coverage_changed'].includes(cause) && day > '2026-06-02') expect(micro(rest), `${day} ${cause}`).toBe(0)
    expect(told.filter(({ effect }) => effect !== 0).length).toBeGreaterThanOrEqual(2)
  })

  it('an exception takes a finding out of its asset, and the findings of the asset still add up', async () => {
    const shown = await ask<{ items: { asset_id: number; name: string }[] }>('assets?org=lab')
    const asset = shown.items.find(({ name }) => name.startsWith('images.example/shop'))!.asset_id
    const answer = await ask<Explained>(`explain?org=lab&from=2026-06-07&to=2026-06-08&asset=${asset}`)
    expect(answer.causes.map(({ cause }) => cause)).toEqual(['exception_started'])
    expect(answer.parts).toMatchObject([{ kind: 'finding', id: kernel[0], cause: 'exception_started', part: answer.change }])
    expect(answer.change).toBeLessThan(0)
  })

  it('a filter answers a part of the whole, whatever it asks for', async () => {
    const whole = new Map((await events()).map((event) => [event.event_id, event]))
    const filters = fc.record({
      type: fc.subarray([...new Set([...whole.values()].map(({ type }) => type)), 'exploit_in_kit']),
      min_share: fc.option(fc.constantFrom(0, 0.4, 0.6, 1)),
      component: fc.option(fc.constantFrom('curl', '~e', 'none')),
      severity: fc.option(fc.constantFrom('high', 'low')),
      from: fc.option(fc.constantFrom('2026-06-03', '2026-06-06')),
      to: fc.option(fc.constantFrom('2026-06-07', '2026-06-12')),
    })
    await fc.assert(
      fc.asyncProperty(filters, async ({ type, min_share, component, severity, from, to }) => {
        const condition = { ...(component ? { component } : {}), ...(severity ? { severity } : {}) }
        const query = [
          `org=lab&feed=risk&limit=1000&from=${from ?? '2026-05-01'}`,
          ...(to ? [`to=${to}`] : []),
          ...type.map((each) => `type=${each}`),
          ...(min_share === null ? [] : [`min_share=${min_share}`]),
          ...(Object.keys(condition).length ? [`filter=${encodeURIComponent(JSON.stringify(condition))}`] : []),
        ].join('&')
        const { items } = await ask<{ items: Event[] }>(`events?${query}`)
        for (const event of items) expect(event).toEqual(whole.get(event.event_id))
        const wanted = [...whole.values()].filter(
          (event) =>
            (type.length === 0 || type.includes(event.type)) &&
            event.share >= (min_share ?? 0) &&
            (component === null ||
              (component.startsWith('~') ? (event.component ?? '').includes(component.slice(1)) : event.component === component)) &&
            (severity === null || event.severity === severity) &&
            event.day >= (from ?? '') &&
            event.day <= (to ?? '9'),
        )
        expect(items.map(({ event_id }) => event_id).toSorted()).toEqual(wanted.map(({ event_id }) => event_id).toSorted())
      }),
      { numRuns: 12 },
    )
  })

  it('counts new and exploitable vulnerabilities once each, however many events tell of them', async () => {
    const counted = (more: string) => ask<{ new_vulnerabilities: number; exploitable: number }>(`events/counters?org=lab&${more}`)
    // One new, told as new and as mitigated; of all that events tell of, only that in openssl is exploited, from 5 June on.
    expect(await counted('from=2026-05-01')).toEqual({ new_vulnerabilities: 1, exploitable: 1 })
    expect(await counted('from=2026-05-01&to=2026-06-04')).toEqual({ new_vulnerabilities: 1, exploitable: 0 })
    expect(await counted('from=2026-06-05&to=2026-06-07')).toEqual({ new_vulnerabilities: 0, exploitable: 1 })
    expect(await counted('from=2026-06-08')).toEqual({ new_vulnerabilities: 0, exploitable: 0 })
  })

  it('the score’s history as a list is the history, newest first, and is filtered and paged', async () => {
    interface ScoreDay {
      day: string
      value: number | null
    }
    const { points } = await ask<{ points: ScoreDay[] }>('scores/exposure/history?org=lab&from=2026-06-01')
    const list = (more: string) =>
      ask<{ items: ScoreDay[]; total: number; next_cursor: string | null }>(`scores/exposure/days?org=lab&from=2026-06-01${more}`)
    const shown = (items: readonly ScoreDay[]) => items.map(({ day, value }) => [day, value])
    const all_days = points.toReversed()
    expect(points.length).toBe(12)
    expect(shown((await list('&limit=100')).items)).toEqual(shown(all_days))
    const first = await list('&limit=5')
    expect(first.total).toBe(12)
    const second = await list(`&limit=100&cursor=${encodeURIComponent(first.next_cursor!)}`)
    expect(shown([...first.items, ...second.items])).toEqual(shown(all_days))
    const limit = points.at(-1)!.value!
    const above = await list(`&limit=100&sort=day&filter=${encodeURIComponent(JSON.stringify({ value: `> ${limit}` }))}`)
    const wanted = points.filter(({ value }) => value !== null && value > limit)
    expect(wanted.length).toBeGreaterThan(0)
    expect(shown(above.items)).toEqual(shown(wanted))
  })

  it('says who said it, when and how certain that is', async () => {
    const evidence = async (id: string) => (await ask<{ evidence: object[] }>(`events/${encodeURIComponent(id)}?org=lab`)).evidence
    expect(await evidence('2026-06-05:known_exploited:openssl')).toMatchObject([
      { subject: old[0], source: 'cisa-kev', certainty: 'stated', said_at: '2026-06-05T12:00:00Z' },
    ])
    expect(await evidence('2026-06-06:software_removed:kernel')).toMatchObject([{ subject: kernel[0], certainty: 'reported' }])
    expect(await evidence('2026-06-08:exception_started:kernel')).toMatchObject([{ subject: kernel[0], certainty: 'set' }])
  })

  it('a replay tells the same news over today’s inventory', async () => {
    const { items } = await ask<{ items: Event[] }>(`events?org=lab&feed=risk&replay=true&from=2019-01-01&limit=1000`)
    // The inventory of 12 June has no fresh vulnerability and the kernel's on one image; what was published comes on its own day.
    expect(items.map(({ day, type, subjects, assets }) => [day, type, subjects, assets]).toSorted()).toEqual(
      [
        ['2020-02-02', 'new_vulnerability', [older[0]], 1],
        ['2023-03-03', 'new_vulnerability', [kernel[0]], 1],
        ['2024-01-05', 'new_vulnerability', [old[0]], 2],
        ['2026-06-03', 'epss_jump', [older[0]], 1],
        ['2026-06-05', 'known_exploited', [old[0]], 2],
      ].toSorted(),
    )
    const { items: days } = await ask<{ items: Day[] }>(`events/days?org=lab&replay=true&from=2019-01-01`)
    for (const { day, causes } of days)
      if (day !== '2026-06-02') for (const { cause, rest } of causes) expect(micro(rest), `${day} ${cause}`).toBe(0)
    expect(
      (await app.inject({ url: '/api/v1/explain?org=lab&replay=true&score=secure', headers: { host: 'localhost' } })).json(),
    ).toMatchObject({
      error: { code: 'bad_replay' },
    })
  })

  it('what makes up the score adds up to it, exactly and as written', async () => {
    const history = await ask<{ points: { value: number | null }[] }>('scores/exposure/history?org=lab')
    for (const limit of [1, 10]) {
      const { value, shown, decimals, divisions } = await ask<{
        value: number
        shown: number
        decimals: number
        divisions: { rows: { part: number; shown: number }[]; more: number; more_part: number; more_shown: number }[]
      }>(`scores/exposure/makeup?org=lab&limit=${limit}`)
      expect(Math.abs(value - history.points.at(-1)!.value!)).toBeLessThan(1e-6)
      expect(divisions).toHaveLength(6)
      for (const { rows, more, more_part, more_shown } of divisions) {
        expect(rows.length > 0 && rows.length <= limit).toBe(true)
        expect(sum(rows.map((row) => micro(row.part))) + micro(more_part)).toBe(micro(value))
        expect((sum(rows.map((row) => row.shown)) + more_shown).toFixed(decimals)).toBe(shown.toFixed(decimals))
        if (more === 0) expect(more_part).toBe(0)
      }
    }
  })

  it('the fate of a day’s findings accounts for each of them', async () => {
    const cohort = await ask<{
      findings: number
      fates: { fate: string; findings: number }[]
      days: { day: string; open: number }[]
    }>('findings/cohort?org=lab&from=2026-06-05')
    // On 5 June: four on the shop, two on the mail; the kernel left the mail, the fresh one was closed.
    expect(cohort.findings).toBe(6)
    expect(Object.fromEntries(cohort.fates.map(({ fate, findings }) => [fate, findings]))).toEqual({
      open: 4,
      excepted: 0,
      asset_left: 0,
      closed: 2,
    })
    expect(cohort.days.map(({ day, open }) => [day.slice(8), open])).toEqual([
      ['05', 6],
      ['06', 5],
      ['07', 4],
      ['08', 3],
      ['10', 4],
    ])
  })

  it('a story has the numbers of the explanation, and what it writes adds up', async () => {
    for (const of of [
      'score=exposure',
      'score=metric&id=assets-with-known-exploited-vulnerabilities',
      'score=initiative&id=vulnerability-assessment',
    ]) {
      const query = `org=lab&${of}&from=2026-06-01&to=2026-06-12`
      const explained = await ask<Explained>(`explain?${query}`)
      const story = await ask<{
        shown: number
        decimals: number
        worse: { part: number; shown: number }[]
        better: { part: number; shown: number }[]
        groups: { part: number; shown: number }[]
        plain: string
        html: string
        headline: string
      }>(`story?${query}`)
      const { decimals } = explained
      expect(story).toMatchObject({
        shown: explained.shown,
        decimals,
        groups: explained.groups.map(({ part, shown }) => ({ part, shown })),
      })
      const written = (lines: readonly { shown: number }[]) => sum(lines.map(({ shown }) => Math.round(shown * 10 ** decimals)))
      expect(written([...story.worse, ...story.better])).toBe(Math.round(story.shown * 10 ** decimals))
      expect(written(story.groups)).toBe(Math.round(story.shown * 10 ** decimals))
      expect(Math.round(((explained.to.shown ?? 0) - (explained.from.shown ?? 0)) * 10 ** decimals)).toBe(
        Math.round(explained.shown * 10 ** decimals),
      )
      expect(written([...explained.parts, { shown: explained.others_shown }])).toBe(Math.round(explained.shown * 10 ** decimals))
      expect(story.plain.startsWith(`${story.headline}.`)).toBe(true)
      const picture = await app.inject({ url: `/api/v1/story.svg?${query}`, headers: { host: 'localhost' } })
      expect(picture.headers['content-type']).toContain('image/svg+xml')
      expect(picture.body).toMatch(/^<svg [\s\S]*<\/svg>$/)
      expect(`${picture.body}${story.html}`).not.toMatch(/<script|href=|onload/)
    }
  })
})
