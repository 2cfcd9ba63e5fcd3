import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command } from '../../src/cli/commands/explain.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute, rebuild } from '../../src/insights/compute.ts'
import { explain } from '../../src/insights/explain.ts'
import { causeOf } from '../../src/model/cause.ts'
import { parseInstant } from '../../src/model/time.ts'
import { parseDay } from '../../src/store/days.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { storedEvents } from '../../src/store/queries/events/read.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

interface Vulnerability {
  id: string
  published: string
}
const old: Vulnerability = { id: 'CVE-2024-1001', published: '2024-01-05T00:00:00Z' }
const recent: Vulnerability = { id: 'CVE-2026-5005', published: '2026-05-25T00:00:00Z' }
const ancient: Vulnerability = { id: 'CVE-2020-9009', published: '2020-02-02T00:00:00Z' }
const remote: Vulnerability = { id: 'CVE-2019-1919', published: '2019-02-02T00:00:00Z' }

const scan = (image: string, found: readonly Vulnerability[]) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: image,
    ArtifactType: 'container_image',
    Results: [
      {
        Target: image,
        Class: 'os-pkgs',
        Type: 'debian',
        Vulnerabilities: found.map(({ id, published }) => ({
          VulnerabilityID: id,
          PkgName: `lib-${id.slice(-4)}`,
          InstalledVersion: '1.0',
          Severity: 'HIGH',
          PublishedDate: published,
        })),
      },
    ],
  })
const kev = JSON.stringify({
  title: 'CISA Catalog of Known Exploited Vulnerabilities',
  catalogVersion: '2026.06.06',
  dateReleased: '2026-06-06T15:00:00.000Z',
  count: 1,
  vulnerabilities: [
    {
      cveID: old.id,
      vendorProject: 'Acme',
      product: 'Lib',
      vulnerabilityName: 'Acme Lib',
      dateAdded: '2026-06-06',
      shortDescription: 'x',
      requiredAction: 'y',
      dueDate: '2026-06-27',
      knownRansomwareCampaignUse: 'Unknown',
      notes: '',
    },
  ],
})
const epss = (model: string, day: string, value: number) =>
  `#model_version:${model},score_date:${day}T00:00:00+0000\ncve,epss,percentile\n${old.id},${value},0.9\n`

const first = 'registry.example/shop:1'
const second = 'registry.example/mail:1'

/** What comes in on which day of June 2026. */
const files: { day: string; name: string; text: string; source?: string }[] = [
  { day: '2026-06-01', name: 'one.json', text: scan(first, [old]) },
  { day: '2026-06-02', name: 'two.json', text: scan(first, [old, recent]) },
  { day: '2026-06-03', name: 'three.json', text: scan(first, [old, recent, ancient]) },
  { day: '2026-06-04', name: 'epss_scores-2026-06-04.csv', text: epss('v2026.01.01', '2026-06-04', 0.5) },
  { day: '2026-06-05', name: 'epss_scores-2026-06-05.csv', text: epss('v2026.06.01', '2026-06-05', 0.02) },
  { day: '2026-06-06', name: 'known_exploited_vulnerabilities.json', text: kev },
  { day: '2026-06-07', name: 'seven.json', text: scan(first, [old, recent]) },
  { day: '2026-06-08', name: 'eight.json', text: scan(second, [old]) },
  { day: '2026-06-09', name: 'nine.json', text: scan(first, [old, recent, remote]), source: 'another' },
]

/** On the day it moves, why it moves, and whether for the worse. */
const expected: [day: string, cause: string, worse: boolean][] = [
  ['2026-06-01', 'score_began', true],
  ['2026-06-02', 'new_vulnerability', true],
  ['2026-06-03', 'configuration_changed', true],
  ['2026-06-04', 'exploit_intelligence', true],
  ['2026-06-05', 'content_changed', false],
  ['2026-06-06', 'exploit_intelligence', true],
  ['2026-06-07', 'remediated', false],
  ['2026-06-08', 'asset_joined', false],
  ['2026-06-09', 'coverage_changed', true],
]

const scope = { org_id: 1, groups: null }
const catalog = sampleCatalog()
const dayOf = (text: string) => parseDay(text)!

describe.each(engines)('the causes of a story on $name', ({ database }) => {
  let folder = ''
  let address = ''
  let store: Store
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plimsoll-story-'))
    address = await database()
    store = await openStore({ database: address, data: folder, now: () => parseInstant('2026-06-15T12:00:00Z')! })
    await addOrg(store, { name: 'Story', zone: 'UTC' })
    for (const { day, name, text, source } of files) {
      writeFileSync(join(folder, name), text)
      await importFile(store, join(folder, name), {
        actor: 'test',
        org: 'story',
        ...(name.startsWith('epss') || name.startsWith('known') ? {} : { observed_at: `${day}T08:00:00Z` }),
        ...(source ? { source } : {}),
      })
      await compute(store, catalog)
    }
  })
  afterAll(async () => {
    await store.engine.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const told = (from: string, to: string, asset_id: number | null = null) =>
    explain({ engine: store.engine, day: dayOf(from) }, { engine: store.engine, day: dayOf(to) }, scope, catalog, {
      score: 'exposure',
      id: '',
      asset_id,
    })

  it('are told on their days', async () => {
    for (const [day, cause, worse] of expected) {
      const before = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)
      const answer = await told(before, day)
      expect(
        answer.causes.map((each) => [causeOf(each.cause).id, each.units > 0]),
        day,
      ).toEqual([[cause, worse]])
    }
  })

  it('give each event of the feed its points', async () => {
    const events = await storedEvents(store.engine, scope.org_id, dayOf('2026-06-02'), dayOf('2026-06-08'))
    const effects = Object.fromEntries(events.filter(({ feed }) => feed === 'risk').map((event) => [event.event_id, event.score_effect!]))
    // One cause and one vulnerability moved the score on each of these days: the effect, in units of 1e-9 of 0–1, is the whole change.
    for (const [event_id, from, to] of [
      ['2026-06-02:new_vulnerability:lib-5005', '2026-06-01', '2026-06-02'],
      ['2026-06-06:known_exploited:lib-1001', '2026-06-05', '2026-06-06'],
      ['2026-06-07:vulnerability_mitigated:lib-9009', '2026-06-06', '2026-06-07'],
    ] as const)
      expect(Math.abs(effects[event_id]! / 10 - (await told(from, to)).change), event_id).toBeLessThanOrEqual(1)
  })

  it('come down to findings and who states them', async () => {
    const [asset] = await store.engine.query<{ asset_id: number }>('select min(asset_id) as asset_id from asset_key')
    const answer = await told('2026-06-01', '2026-06-09', asset!.asset_id)
    const of = (id: string) => answer.parts.filter((part) => part.id === id).map(({ cause }) => causeOf(cause).id)
    expect(of(old.id)).toEqual(expect.arrayContaining(['content_changed', 'exploit_intelligence']))
    expect(of(recent.id)).toEqual(['new_vulnerability'])
    expect(of(ancient.id).toSorted()).toEqual(['configuration_changed', 'remediated'])
    expect(of(remote.id)).toEqual(['coverage_changed'])
    expect(answer.parts.every(({ kind }) => kind === 'finding')).toBe(true)
    expect(answer.parts.reduce((sum, { units }) => sum + units, 0)).toBe(answer.change)
  })

  it('are the same when all is made again from the facts', async () => {
    const rows = () =>
      store.engine.query(
        'select score, id, day, cause, numerator_delta, denominator_delta from score_delta order by score collate "C", id collate "C", day, cause',
      )
    const before = await rows()
    await rebuild(store, catalog)
    expect(await rows()).toEqual(before)
  })

  it('are told in words on the command line', async () => {
    await store.engine.close()
    const lines: string[] = []
    await command.run({
      words: ['exposure'],
      options: { data: folder, database: address, from: '2026-06-01', to: '2026-06-09', limit: '3' },
      terminal: false,
      print: (line) => lines.push(...line.split('\n')),
      tell: () => {},
    })
    store = await openStore({ database: address, data: folder })
    expect(`${lines.join('\n')}\n`).toMatchInlineSnapshot(`
      "exposure: 0.59 (end of 2026-06-01) → 32.13 (end of 2026-06-09), 31.54 worse  (lower is better)

      cause                              part
      Coverage changed                   0.01 worse
      Asset joined                       0.01 better   average diluted, nobody got safer
      Content changed                    15.21 better
      New vulnerability published        0.56 worse
      Exploit intelligence changed       45.68 worse
      Software or configuration changed  0.53 worse
      Remediated                         0.02 better
      = all causes                       31.54 worse

      We changed: 0.50 worse · New threats: 46.24 worse · Rules changed: 15.21 better · Coverage: 0.01 worse

      largest parts                through                       part
      registry.example/shop:1      Exploit intelligence changed  45.68 worse   --asset 1
      registry.example/shop:1      Content changed               15.21 better  --asset 1
      registry.example/shop:1      New vulnerability published   0.56 worse    --asset 1
      4 others (--limit, --cause)                                0.51 worse
      = all parts                                                31.54 worse
      "
    `)
  })
})
