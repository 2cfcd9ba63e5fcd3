import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { openBytes } from '../ingest/readers/file.ts'
import { feeds, importers } from '../ingest/importers.ts'
import type { FileRecord } from '../model/record.ts'
import { DAY_US } from '../model/time.ts'
import { dayOfText, textOfDay } from './days.ts'
import { type DemoReport, demoDays, demoReports, makeDemoWorld } from './reports.ts'
import { type chapters, WINDOWS_10_END, worldEvents } from './story.ts'
import { feedSource } from './write-feeds.ts'
import { openedBuckets } from './write-prowler.ts'

const END = dayOfText('2026-11-20') * DAY_US + 15 * 3_600_000_000
const LAST = dayOfText('2026-11-19')

async function all(options: Parameters<typeof demoReports>[0]): Promise<DemoReport[]> {
  const reports: DemoReport[] = []
  for await (const report of demoReports(options)) reports.push(report)
  return reports
}

function digest(reports: readonly DemoReport[]): string {
  const hash = createHash('sha256')
  for (const { name, bytes, observed_at, kind } of reports) hash.update(`${name}\n${kind}\n${observed_at}\n${bytes.length}\n`).update(bytes)
  return hash.digest('hex')
}

const demo = await all({ end: END })

/** Which format a report has, by the beginning of its name. */
const formats: Record<string, string> = {
  nessus: 'nessus',
  'defender-vulnerabilities': 'defender-vulnerabilities',
  'defender-machines': 'defender-vulnerabilities',
  prowler: 'prowler',
  trivy: 'trivy',
  'secure-scores': 'graph-secure-score',
  'secure-score-profiles': 'graph-secure-score',
  maester: 'maester',
  assets: 'asset-csv',
  'demo-cve-records': 'cve-records',
  'demo-exploit-db': 'exploit-db',
  'demo-end-of-life': 'end-of-life',
  'demo-epss_scores': 'epss',
  'demo-known_exploited_vulnerabilities': 'kev',
  'demo-metasploit': 'metasploit',
}
const formatOf = (name: string) => formats[name.startsWith('trivy') ? 'trivy' : name.replace(/-\d{4}-\d\d-\d\d.*$/, '')]

async function parse({ name, bytes }: DemoReport): Promise<FileRecord[]> {
  const { head, source } = await openBytes(name, bytes)
  const found = [...importers, ...feeds].filter((importer) => importer.detect(head))
  expect(
    found.map((importer) => importer.id),
    name,
  ).toEqual([formatOf(name)])
  const records: FileRecord[] = []
  for await (const record of found[0]!.parse(source, {})) records.push(record)
  return records
}

const named = (prefix: string) => demo.filter((report) => report.name.startsWith(prefix))
const one = (name: string) => {
  const found = demo.find((report) => report.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}
/** The last report of a kind up to a day. */
const lastBy = (prefix: string, day: string) =>
  named(prefix)
    .filter((report) => report.name.slice(prefix.length, prefix.length + 10) <= day)
    .at(-1)!

/** Names of the assets that a report finds a vulnerability on. */
async function assetsWith(report: DemoReport, cve: string): Promise<Set<string>> {
  const names = new Map<string, string>()
  const found = new Set<string>()
  for (const record of await parse(report)) {
    if (record.kind === 'asset') names.set(record.asset, record.name)
    if (record.kind === 'finding' && record.vulnerability_ids?.includes(cve)) found.add(names.get(record.asset)!)
  }
  return found
}

describe('the demo organisation', () => {
  it('is the same for a seed and a day, whatever the hour, and another for another seed', { timeout: 60_000 }, async () => {
    const again = await all({ seed: 1, end: END + 3 * 3_600_000_000 })
    expect(digest(again)).toBe(digest(demo))
    expect(digest(await all({ seed: 2, end: END }))).not.toBe(digest(demo))
    expect(digest(await all({ end: END + DAY_US }))).not.toBe(digest(demo))
  })

  it('keeps within its bounds and in the order of time', () => {
    expect(demo.length).toBeGreaterThan(300)
    expect(demo.length).toBeLessThan(520)
    expect(demo.reduce((sum, report) => sum + report.bytes.length, 0)).toBeLessThan(120_000_000)
    const { open } = makeDemoWorld({ end: END })
    const spans = [...open.values()].flat().reduce((sum, { spans: { length } }) => sum + length, 0)
    expect(spans).toBeGreaterThan(8000)
    expect(spans).toBeLessThan(25_000)
    const days = demo.map((report) => /\d{4}-\d\d-\d\d/.exec(report.name)![0])
    expect(days).toEqual(days.toSorted())
    expect(days.at(-1)! <= textOfDay(LAST)).toBe(true)
  })

  it('is read by exactly the right importer, whole, without a skipped item, and tells its time', async () => {
    const skipped: string[] = []
    for (const report of demo) {
      const records = await parse(report)
      for (const record of records) if (record.kind === 'skipped') skipped.push(`${report.name} ${record.at}: ${record.reason}`)
      const first = records[0]!
      if (first.kind !== 'report') throw new Error(`${report.name} begins with ${first.kind}`)
      const at = first.observed_at ?? report.observed_at
      expect(at, report.name).toBeDefined()
      expect(at!, report.name).toBeLessThan(END)
      expect(report.kind, report.name).toBe(report.name.startsWith('demo-') ? 'feed' : 'report')
    }
    expect(skipped).toEqual([])
    // Under the feeds' own names, excerpts would end what the real feeds state.
    const sources = new Set(demo.filter((report) => report.kind === 'feed').map((report) => feedSource(report.name)))
    expect([...sources].filter((source) => !source.startsWith('demo-'))).toEqual([])
    expect(sources.size).toBe(6)
  }, 120_000)

  it('has about four hundred assets of all kinds', async () => {
    const { fleet } = makeDemoWorld({ end: END })
    const kinds = new Map<string, number>()
    for (const { kind } of fleet.hosts) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    expect(kinds.get('macos')).toBe(40)
    expect(kinds.get('windows')! + kinds.get('windows_10')!).toBe(128 + 25)
    expect(kinds.get('windows_server')).toBe(40 + 8)
    expect(kinds.get('linux_server')).toBe(50 + 7)
    expect(kinds.get('linux')).toBe(14)
    expect(kinds.get('appliance')).toBe(13)
    expect(fleet.hosts.filter((host) => host.site === 'Northwind')).toHaveLength(40)
    expect(new Set(fleet.hosts.map((host) => host.fqdn)).size).toBe(fleet.hosts.length)
    expect(new Set(fleet.hosts.map((host) => host.ip)).size).toBe(fleet.hosts.length)
    const types = new Map<string, Set<string>>()
    for (const name of ['nessus-', 'defender-vulnerabilities-', 'prowler-', 'trivy-', 'secure-scores-']) {
      for (const report of named(name).slice(-9)) {
        for (const record of await parse(report))
          if (record.kind === 'asset')
            types.set(record.type, (types.get(record.type) ?? new Set()).add(record.names[0]?.name ?? record.name))
      }
    }
    const count = (type: string) => types.get(type)?.size ?? 0
    expect(count('device')).toBeGreaterThan(290)
    // Instances are devices; what is left are buckets, volumes, databases and the like.
    expect(count('cloud_resource')).toBe(44)
    expect(count('account')).toBe(3)
    expect(count('image')).toBeGreaterThanOrEqual(5)
    expect(count('tenant')).toBe(1)
  })
})

describe('the chapters', () => {
  const days = demoDays(END)
  const day = (chapter: keyof typeof chapters, edge: 'from' | 'to', plus = 0) => textOfDay(dayOfText(days.get(chapter)![edge]) + plus)
  const sites = async (report: DemoReport) => {
    const fqdns = new Set<string>()
    for (const record of await parse(report)) if (record.kind === 'asset') fqdns.add(record.name)
    return fqdns
  }

  it('Hamburg is not scanned for seven weeks', async () => {
    expect(dayOfText(days.get('scanner_silent')!.to) - dayOfText(days.get('scanner_silent')!.from)).toBe(49)
    const hamburg = makeDemoWorld({ end: END })
      .fleet.hosts.filter((host) => host.site === 'Hamburg' && host.scanner === 'nessus')
      .map((host) => host.fqdn)
    expect(hamburg.length).toBeGreaterThan(10)
    let found = await sites(lastBy('nessus-', day('scanner_silent', 'from', -1)))
    expect(hamburg.filter((name) => found.has(name))).toEqual(hamburg)
    found = await sites(lastBy('nessus-', day('scanner_silent', 'to', -1)))
    expect(hamburg.filter((name) => found.has(name))).toEqual([])
    found = await sites(lastBy('nessus-', day('scanner_silent', 'to', 7)))
    expect(hamburg.filter((name) => found.has(name))).toEqual(hamburg)
  })

  it('forty assets join in month eleven with far more open findings than others', async () => {
    const per = async (on: string) => {
      const owner = new Map<string, string>()
      const counts = { northwind: 0, others: 0 }
      for (const record of await parse(lastBy('nessus-', on))) {
        if (record.kind === 'asset') owner.set(record.asset, record.name.includes('northwind') ? 'northwind' : 'others')
        if (record.kind === 'finding') counts[owner.get(record.asset) as keyof typeof counts]++
      }
      const assets = (who: string) => [...owner.values()].filter((one) => one === who).length
      return { assets: assets('northwind'), each: counts.northwind / assets('northwind'), others: counts.others / assets('others') }
    }
    expect((await per(day('merger', 'from', -1))).assets).toBe(0)
    const joined = await per(day('merger', 'from', 12))
    expect(joined.assets).toBe(40)
    expect(joined.each).toBeGreaterThan(5 * joined.others)
    expect((await per(day('merger', 'to', 7))).each).toBeLessThan(joined.each / 2)
  })

  it('fourteen Macs lose their agent and get it back', async () => {
    const without = async (on: string) => {
      let count = 0
      for (const record of await parse(one(`assets-${on}.csv`)))
        if (record.kind === 'asset' && record.name.startsWith('mac-') && !record.attributes?.endpoint_agent) count++
      return count
    }
    expect(await without(day('agent_removed', 'from'))).toBe(14)
    expect(await without(day('agent_removed', 'to'))).toBe(0)
  })

  it('controls fall back and recover; sharing is open today', async () => {
    const results = new Map<string, Map<string, string>>()
    for (const report of named('secure-scores-')) {
      let on = ''
      for (const record of await parse(report)) {
        if (record.kind === 'report') on = textOfDay(Math.floor(record.observed_at! / DAY_US))
        if (record.kind === 'control_result')
          results.set(on, (results.get(on) ?? new Map()).set(record.control_id.split(':')[1]!, record.status))
      }
    }
    expect(results.size).toBeGreaterThan(78)
    const status = (on: string, control: string) =>
      results
        .get(
          [...results.keys()]
            .filter((known) => known <= on)
            .toSorted()
            .at(-1)!,
        )!
        .get(control)
    for (const control of ['BlockLegacyAuthentication', 'AdminMFAV2'])
      expect(status(day('controls_fell_back', 'from'), control), control).toBe('fail')
    expect(status(day('controls_fell_back', 'from', -1), 'BlockLegacyAuthentication')).toBe('pass')
    expect(status(day('controls_fell_back', 'to'), 'BlockLegacyAuthentication')).toBe('pass')
    expect(status(day('sharing_opened', 'from', -1), 'spo_external_sharing_managed')).toBe('pass')
    expect(status(textOfDay(LAST), 'spo_external_sharing_managed')).toBe('fail')
  })

  it('six buckets open to the public for three weeks', async () => {
    const { buckets } = openedBuckets(makeDemoWorld({ end: END }).fleet, LAST)
    expect(buckets).toHaveLength(6)
    const failing = async (report: DemoReport) => {
      const names = new Map<string, string>()
      const failed = new Set<string>()
      for (const record of await parse(report)) {
        if (record.kind === 'asset') names.set(record.asset, record.name)
        if (record.kind === 'control_result' && record.control_id.includes('public_access_block') && record.status === 'fail')
          failed.add(names.get(record.asset)!)
      }
      return buckets.filter((name) => failed.has(name))
    }
    expect(await failing(lastBy('prowler-', day('buckets_opened', 'from', -1)))).toEqual([])
    expect(await failing(lastBy('prowler-', day('buckets_opened', 'to', -1)))).toEqual(buckets)
    expect(await failing(lastBy('prowler-', textOfDay(LAST)))).toEqual([])
  })

  it('findings come back with the old master image', async () => {
    const cve = 'CVE-2026-21510'
    const [before, within, after] = await Promise.all([
      assetsWith(lastBy('defender-vulnerabilities-', day('old_master_image', 'from', -1)), cve),
      assetsWith(lastBy('defender-vulnerabilities-', day('old_master_image', 'to', -1)), cve),
      assetsWith(lastBy('defender-vulnerabilities-', textOfDay(LAST)), cve),
    ])
    expect(within.size - before.size).toBeGreaterThanOrEqual(8)
    expect(after.size).toBeLessThan(within.size)
  })
})

describe('what happened in the world', () => {
  const world = makeDemoWorld({ end: END })
  const facts = (cve: string) => world.vulnerabilities.find((vulnerability) => vulnerability.id === cve)!

  it('is in the table, inside the eighteen months', () => {
    for (const { cve } of Object.values(worldEvents)) {
      expect(facts(cve), cve).toBeDefined()
      expect(facts(cve).kev_on, cve).toBeGreaterThan(world.first)
    }
    expect(facts(worldEvents.toolshell.cve).ransomware_on).not.toBeNull()
    expect(world.vulnerabilities.filter((one) => one.ransomware_on !== null && one.ransomware_on > world.first).length).toBeGreaterThan(5)
  })

  it('Copy Fail is on the Linux machines when it is listed, and patched five weeks later', async () => {
    const { cve } = worldEvents.copy_fail
    const listed = textOfDay(facts(cve).kev_on!)
    expect(listed).toBe('2026-05-01')
    expect(textOfDay(facts(cve).metasploit!.on)).toBe('2026-04-30')
    const linux = world.fleet.hosts.filter((host) => host.products.includes('kernel') && host.site !== 'Northwind').length
    const open = await assetsWith(lastBy('nessus-', listed), cve)
    expect(open.size).toBeGreaterThan(linux * 0.7)
    const later = await assetsWith(lastBy('nessus-', '2026-06-07'), cve)
    expect(later.size).toBeLessThan(open.size * 0.45)
    // The day's catalogue says so, the one before does not.
    const says = async (report: DemoReport) =>
      (await parse(report)).some((record) => record.kind === 'exploit' && record.vulnerability_id === cve)
    expect(await says(lastBy('demo-known_exploited_vulnerabilities-', '2026-04-30'))).toBe(false)
    expect(await says(named('demo-known_exploited_vulnerabilities-').at(-1)!)).toBe(true)
  })

  it('React2Shell is in the image of the shop, is rebuilt within days', async () => {
    const { cve } = worldEvents.react2shell
    const prefix = 'trivy-shop-web-stable-'
    expect((await assetsWith(one(`${prefix}2025-12-05.json`), cve)).size).toBe(1)
    expect((await assetsWith(lastBy(prefix, '2026-01-15'), cve)).size).toBe(0)
  })

  it('Windows 10 ends, and most machines are upgraded after it', async () => {
    const tens = async (on: string) => {
      const devices = new Set<string>()
      for (const record of await parse(lastBy('defender-vulnerabilities-', on)))
        if (record.kind === 'software' && record.name === 'windows_10') devices.add(record.asset)
      return devices.size
    }
    expect(await tens(WINDOWS_10_END)).toBe(24)
    const left = await tens(textOfDay(LAST))
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThan(12)
  })

  it('has no date that the feeds cannot know', () => {
    const known = dayOfText('2026-08-08')
    const daysOf = ({
      published_on,
      public_on,
      kev_on,
      ransomware_on,
      metasploit,
      exploitdb,
      epss,
    }: (typeof world.vulnerabilities)[number]) =>
      [
        published_on,
        public_on,
        kev_on,
        ransomware_on,
        metasploit?.on ?? null,
        exploitdb?.on ?? null,
        ...epss.map((step) => step.on),
      ].filter((day) => day !== null)
    expect(world.vulnerabilities.filter((one) => daysOf(one).some((day) => day > known)).map((one) => one.id)).toEqual([])
  })
})
