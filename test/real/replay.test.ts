import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { parseInstant } from '../../src/model/time.ts'
import { addOrg } from '../../src/store/orgs.ts'
import { openStore } from '../../src/store/store.ts'
import { engines } from '../contract/engines.ts'
import { realData, withoutRealData } from './data.ts'
import { hostsByCve, labReport as report, readData as read } from './lab-report.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

const data = realData()
const kevFile = 'feeds/kev/known_exploited_vulnerabilities-2025-08-25.json'
const exploitFile = 'feeds/exploitdb/files_exploits.reassembled-2022-07-31.csv.gz'
const kitFile = 'feeds/metasploit/metasploit-first-seen.derived.csv'
const epssDays = ['2024-10-12', '2024-10-19']

/** A row of a CSV without line breaks in its cells. */
const cells = (line: string): string[] =>
  [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell!.replace(/^"|"$/g, '').replaceAll('""', '"'))

/**
 * What the feeds state of the lab's CVEs, each with its own date: stage 1 public, 2 verified, 3 in a kit, 4 known exploited, 5 used by ransomware (the catalogue
 * has no other date for that than the listing's). */
function statements(known: ReadonlySet<string>): { cve: string; day: string; stage: number }[] {
  const told: { cve: string; day: string; stage: number }[] = []
  for (const entry of (
    JSON.parse(read(kevFile)) as { vulnerabilities: { cveID: string; dateAdded: string; knownRansomwareCampaignUse: string }[] }
  ).vulnerabilities)
    if (known.has(entry.cveID))
      told.push({ cve: entry.cveID, day: entry.dateAdded, stage: entry.knownRansomwareCampaignUse === 'Known' ? 5 : 4 })
  const [head, ...lines] = read(exploitFile).split(/\r?\n/)
  const names = cells(head!)
  const [date, codes, verified] = ['date_published', 'codes', 'verified'].map((name) => names.indexOf(name)) as [number, number, number]
  for (const line of lines) {
    const row = cells(line)
    for (const [cve] of (row[codes] ?? '').matchAll(/CVE-\d{4}-\d{4,}/g))
      if (known.has(cve) && /^\d{4}-\d\d-\d\d$/.test(row[date] ?? ''))
        told.push({ cve, day: row[date]!, stage: row[verified] === '1' ? 2 : 1 })
  }
  for (const line of read(kitFile).trim().split(/\r?\n/).slice(1)) {
    const [cve, day] = line.split(',') as [string, string]
    if (known.has(cve)) told.push({ cve, day, stage: 3 })
  }
  return told
}

/** The EPSS list of a day with the lab's CVEs alone: what a whole one says of others moves nothing here. */
function epssOfLab(day: string, known: ReadonlyMap<string, unknown>): string {
  const [version, head, ...lines] = read(`feeds/epss/epss_scores-${day}.csv.gz`).trim().split(/\r?\n/)
  return [version, head, ...lines.filter((line) => known.has(line.slice(0, line.indexOf(','))))].join('\n')
}

/** CVEs whose EPSS, rounded down on the scale that scores use, rises to at least 10 % and at least doubles from one list to the next. */
function jumpsByHand(lists: readonly string[]): string[] {
  const steps = [0.001, ...[0.001, 0.01, 0.1].flatMap((unit) => [1, 1.25, 1.6, 2, 2.5, 3.15, 4, 5, 6.3, 8].map((step) => step * unit)), 0.9]
  const scaled = (value: number) => Math.max(...steps.filter((step) => step <= Math.max(value, 0.001) + 1e-12))
  const [before, after] = lists.map(
    (text) => new Map([...text.matchAll(/^(CVE-[\d-]+),([\d.e-]+)/gm)].map(([, cve, value]) => [cve!, scaled(Number(value))])),
  )
  return [...after!]
    .filter(([cve, value]) => before!.has(cve) && value >= 0.1 && value >= 2 * before!.get(cve)! - 1e-12)
    .map(([cve]) => cve)
}

const typeOf: Record<number, string> = {
  1: 'new_public_exploit',
  2: 'exploit_verified',
  3: 'exploit_in_kit',
  4: 'known_exploited',
  5: 'used_by_ransomware',
}

/** The feed by hand: the CVEs that reach another stage, by day and type. */
function feedByHand(known: ReadonlyMap<string, Set<string>>): Map<string, Map<string, string[]>> {
  const days = new Map<string, Map<string, string[]>>()
  const all = statements(new Set(known.keys()))
  for (const cve of known.keys()) {
    let stage = 0
    const own = all.filter((each) => each.cve === cve)
    for (const day of [...new Set(own.map((each) => each.day))].toSorted()) {
      const now = Math.max(stage, ...own.filter((each) => each.day === day).map((each) => each.stage))
      if (now > stage) {
        const types = days.get(day) ?? new Map<string, string[]>()
        types.set(typeOf[now]!, [...(types.get(typeOf[now]!) ?? []), cve].toSorted())
        days.set(day, types)
      }
      stage = now
    }
  }
  return days
}

interface Event {
  day: string
  type: string
  subjects: string[]
  assets: number
  effect: number
  component: string | null
}

/** Different CVEs and hosts by day and type, as they were counted by hand from the report and the feeds. */
const golden: Record<string, Record<string, [cves: number, hosts: number]>> = {
  '2021-11-03': { known_exploited: [6, 14], used_by_ransomware: [4, 14] },
  '2022-02-10': { known_exploited: [3, 17], used_by_ransomware: [2, 1] },
  '2022-02-15': { used_by_ransomware: [1, 14] },
  '2022-02-25': { known_exploited: [2, 13] },
  '2022-03-03': { known_exploited: [9, 14] },
  '2022-03-15': { used_by_ransomware: [2, 1] },
  '2022-03-25': { known_exploited: [1, 16], used_by_ransomware: [1, 1] },
  '2022-03-28': { known_exploited: [4, 1], used_by_ransomware: [4, 16] },
  '2022-04-06': { used_by_ransomware: [1, 1] },
  '2022-05-23': { known_exploited: [1, 13] },
  '2022-05-24': { known_exploited: [5, 17], used_by_ransomware: [2, 1] },
  '2022-05-25': { known_exploited: [2, 1] },
  '2022-11-07': { exploit_in_kit: [3, 30] },
  '2023-03-30': { used_by_ransomware: [1, 1] },
  '2024-08-05': { known_exploited: [1, 14] },
  '2025-02-05': { exploit_in_kit: [1, 10] },
}

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

describe.skipIf(!data)(`a replay of the lab over real feeds${data ? '' : ` (left out: ${withoutRealData})`}`, () => {
  it.each(engines)('tells on $name what reading the feeds by hand gives', async ({ database }) => {
    const folder = mkdtempSync(join(tmpdir(), 'plimsoll-replay-'))
    folders.push(folder)
    const store = await openStore({ database: await database(), data: folder, now: () => parseInstant('2025-09-01T12:00:00Z')! })
    const catalog = shippedCatalog
    await addOrg(store, { name: 'Lab', zone: 'UTC' })
    await importFile(store, join(data!.root, kevFile), { actor: 'test' })
    await importFile(store, join(data!.root, exploitFile), { actor: 'test' })
    await importFile(store, join(data!.root, kitFile), { actor: 'test', observed_at: '2025-09-01' })
    const known = hostsByCve()
    const lists = epssDays.map((day) => epssOfLab(day, known))
    for (const [index, day] of epssDays.entries()) {
      const file = join(folder, `epss_scores-${day}.csv`)
      writeFileSync(file, lists[index]!)
      await importFile(store, file, { actor: 'test' })
    }
    await importFile(store, join(data!.root, report), { actor: 'test', org: 'lab', observed_at: '2021-11-01' })
    await compute(store, catalog)
    const app = buildApp({ store, catalog, version: '0' })
    const ask = async <T>(address: string): Promise<T> => {
      const answer = await app.inject({ url: `/api/v1/${address}`, headers: { host: 'localhost' } })
      if (answer.statusCode !== 200) throw new Error(answer.body)
      return JSON.parse(answer.body) as T
    }
    const asked = 'org=lab&replay=true&as_of=2021-11-01&from=2021-11-01'
    const { items } = await ask<{ items: Event[] }>(`events?${asked}&limit=1000`)
    const byHand = feedByHand(known)
    const exploits = items.filter(({ type }) => Object.values(typeOf).includes(type))
    const told = [...new Set(exploits.map(({ day }) => day))].toSorted()
    expect(told).toEqual([...byHand.keys()].filter((day) => day >= '2021-11-01').toSorted())
    const figures: Record<string, Record<string, [cves: number, hosts: number]>> = {}
    for (const day of told) {
      figures[day] = {}
      for (const [type, cves] of byHand.get(day)!) {
        const events = exploits.filter((event) => event.day === day && event.type === type)
        expect(events.flatMap(({ subjects }) => subjects).toSorted(), `${day} ${type}`).toEqual(cves)
        for (const { subjects, assets } of events)
          expect(assets, `${day} ${type} ${subjects.join(' ')}`).toBe(new Set(subjects.flatMap((cve) => [...known.get(cve)!])).size)
        figures[day][type] = [cves.length, new Set(cves.flatMap((cve) => [...known.get(cve)!])).size]
      }
    }
    expect(figures).toEqual(golden)
    const jumps = items.filter(({ type }) => type === 'epss_jump')
    expect(jumpsByHand(lists)).toEqual(['CVE-2016-8610'])
    expect(jumps.map(({ day, subjects, assets }) => [day, subjects, assets])).toEqual([['2024-10-19', ['CVE-2016-8610'], 2]])
    expect(jumps[0]!.effect).toBeGreaterThan(0)
    // Every move of the score over these years is the world's, and the events tell all of it.
    const { items: days } = await ask<{
      items: { day: string; change: number; causes: { cause: string; part: number; told: number; rest: number }[] }[]
    }>(`events/days?${asked}`)
    const micro = (points: number) => Math.round(points * 1e6)
    for (const { day, change, causes } of days) {
      expect(
        causes.reduce((sum, { part }) => sum + micro(part), 0),
        day,
      ).toBe(micro(change))
      const effects = items.filter((event) => event.day === day).reduce((sum, { effect }) => sum + micro(effect), 0)
      expect(
        causes.reduce((sum, cause) => sum + micro(cause.told), 0),
        day,
      ).toBe(effects)
    }
    await app.close()
    await store.engine.close()
  })
})
