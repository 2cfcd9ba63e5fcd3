import { mkdtempSync, rmSync } from 'node:fs'
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
import { shippedCatalog } from '../shipped-catalog.ts'
import { realData, withoutRealData } from './data.ts'
import { hostsByCve, labReport, readData } from './lab-report.ts'

const data = realData()
const older = 'feeds/kev/history/known_exploited_vulnerabilities-2024-10-22.json.gz'
const newer = 'feeds/kev/history/known_exploited_vulnerabilities-2026-08-07.json.gz'
const day = '2026-08-11'

interface Listing {
  cveID: string
  dateAdded: string
  knownRansomwareCampaignUse: string
}
const listings = (path: string): Map<string, Listing> =>
  new Map((JSON.parse(readData(path)) as { vulnerabilities: Listing[] }).vulnerabilities.map((each) => [each.cveID, each]))

interface Explained {
  from: { value: number }
  to: { value: number }
  change: number
  parts: { kind: string; id: string; part: number; stated_by: { source: string; import_no: number; says: string | null; from: string }[] }[]
}

const folders: string[] = []
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))

describe.skipIf(!data)(`the published number of a past day${data ? '' : ` (left out: ${withoutRealData})`}`, () => {
  it.each(engines)(
    'stays when a newer catalogue comes, and what differs is explained listing by listing, on $name',
    async ({ database }) => {
      const folder = mkdtempSync(join(tmpdir(), 'plimsoll-published-'))
      folders.push(folder)
      const store = await openStore({ database: await database(), data: folder, now: () => parseInstant('2026-08-12T20:00:00Z')! })
      await addOrg(store, { name: 'Lab', zone: 'Europe/Berlin' })
      const take = async (path: string, observed_at?: string) => {
        const { import_no } = await importFile(store, join(data!.root, path), {
          actor: 'test',
          org: 'lab',
          ...(observed_at ? { observed_at } : {}),
        })
        await compute(store, shippedCatalog)
        return import_no!
      }
      const app = buildApp({ store, catalog: shippedCatalog, version: 'test' })
      const get = async <T>(path: string, query: Record<string, string>): Promise<T> => {
        const { statusCode, body } = await app.inject({
          url: `/api/v1${path}?${new URLSearchParams(query).toString()}`,
          headers: { host: 'localhost' },
        })
        expect(statusCode, body.slice(0, 300)).toBe(200)
        return JSON.parse(body) as T
      }
      const scoreOf = async (query: Record<string, string>) =>
        (await get<Explained>('/explain', { score: 'exposure', from: day, to: day, ...query })).to.value

      await take(labReport, '2026-08-10T12:00:00Z')
      const published_at = await take(older)
      const published = await scoreOf({})
      const newest = await take(newer)

      expect(await scoreOf({ known_at: String(published_at) })).toBe(published)
      const why = (query: Record<string, string> = {}) =>
        get<Explained>('/explain', { score: 'exposure', from: day, to: day, from_known_at: String(published_at), limit: '1000', ...query })
      const told = await why()
      expect(told.from.value).toBe(published)
      expect(told.to.value).toBe(await scoreOf({}))
      expect(told.to.value).toBeGreaterThan(published)

      // Which listings are new, by the two files themselves, and which hosts have what they list.
      const [was, is] = [listings(older), listings(newer)]
      const listed = [...hostsByCve()].filter(([cve]) => {
        const now = is.get(cve)
        return now && now.dateAdded <= day && was.get(cve)?.knownRansomwareCampaignUse !== now.knownRansomwareCampaignUse
      })
      const [cves, hosts] = [new Set(listed.map(([cve]) => cve)), new Set(listed.flatMap(([, names]) => [...names]))]
      expect(cves.size).toBeGreaterThan(0)
      expect(told.parts.length).toBe(hosts.size)
      let sum = 0
      const moved = new Set<string>()
      for (const { kind, id, part } of told.parts) {
        expect(kind).toBe('asset')
        sum += Math.round(part * 1e6)
        const own = await why({ asset: id })
        expect(own.parts.reduce((all, each) => all + Math.round(each.part * 1e6), 0)).toBe(Math.round(own.change * 1e6))
        for (const finding of own.parts) {
          moved.add(finding.id)
          const listing = finding.stated_by.find(({ source }) => source === 'cisa-kev')
          expect(listing, finding.id).toMatchObject({
            import_no: newest,
            says: is.get(finding.id)!.knownRansomwareCampaignUse === 'Known' ? 'ransomware' : 'known exploited',
          })
        }
      }
      expect(sum).toBe(Math.round(told.change * 1e6))
      expect(moved).toEqual(cves)
      await app.close()
      await store.engine.close()
    },
  )
})
