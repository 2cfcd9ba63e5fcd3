import { DAY_US, type Instant } from '../model/time.ts'
import { at, type Day, monthStarts, textOfDay, weekday } from './days.ts'
import { type Open, openOnHost, versionBefore } from './exposure.ts'
import { type Fleet, type Host, makeFleet } from './fleet.ts'
import { seededRandom } from './random.ts'
import { chapterDays, chapters, DEMO_DAYS, during } from './story.ts'
import { type DemoVulnerability, knownOn, readVulnerabilities } from './vulnerabilities.ts'
import { writeAssets } from './write-assets.ts'
import { writeDefenderMachines, writeDefenderVulnerabilities } from './write-defender.ts'
import { writeCveRecords, writeEndOfLife, writeEpss, writeExploitDb, writeKev, writeMetasploit } from './write-feeds.ts'
import { writeNessus } from './write-nessus.ts'
import { writeProwler } from './write-prowler.ts'
import { hasSnapshot, writeMaester, writeProfiles, writeSecureScores } from './write-secure-score.ts'
import { openInImage, writeTrivy } from './write-trivy.ts'

/** A report or feed of the demo, in a tool's own format. */
export interface DemoReport {
  name: string
  bytes: Uint8Array
  /** For formats that carry no time of their own: when the tool looked. */
  observed_at?: Instant
  /** When the organisation would have imported it. */
  learned_at: Instant
  /** `feed`: facts about the world. */
  kind: 'report' | 'feed'
}

export interface DemoOptions {
  /** Another seed, another organisation with the same story. Default 1. */
  seed?: number
  /** Now. The demo ends with the day before, in UTC; the same day gives the same bytes. */
  end: Instant
}

/** Everything that the reports are made from. */
export interface DemoWorld {
  first: Day
  /** The last day with reports. */
  last: Day
  fleet: Fleet
  vulnerabilities: DemoVulnerability[]
  /** By host name. */
  open: Map<string, Open[]>
}

/** The organisation, its time and what is open when. */
export function makeDemoWorld({ seed = 1, end }: DemoOptions): DemoWorld {
  const random = seededRandom(seed)
  const last = Math.floor(end / DAY_US) - 1
  const first = last - DEMO_DAYS + 1
  const fleet = makeFleet(random, first, last)
  const vulnerabilities = readVulnerabilities().filter((one) => knownOn(one) <= last)
  const installed = versionBefore(vulnerabilities)
  const open = new Map(fleet.hosts.map((host) => [host.name, openOnHost(random, host, vulnerabilities, installed, first, last)]))
  return { first, last, fleet, vulnerabilities, open }
}

/** Whether the network scanner sees a host on a day: its site's scanner runs, and the host is on except for now and then. */
function scanned(host: Host, day: Day, last: Day): boolean {
  if (day < host.joined_on || (host.left_on !== null && day >= host.left_on)) return false
  if (host.site === 'Northwind' && day < host.joined_on + 5) return false
  return !(host.site === 'Hamburg' && during('scanner_silent', day, last))
}

interface Planned {
  at: Instant
  name: string
  kind: DemoReport['kind']
  observed_at?: Instant
  write: () => string
}

/**
 * All reports and feeds of the demo organisation over eighteen months, oldest first: weekly .nessus, Defender and Prowler every second
 * week, Trivy every six weeks and after urgent rebuilds, monthly files of Secure Score snapshots, monthly Maester, the organisation's own list, and excerpts of
 * public feeds. Deterministic for a seed and the day of `end`. `wanted`: by their names, which of them to write.
 */
export async function* demoReports(options: DemoOptions, wanted: (name: string) => boolean = () => true): AsyncGenerator<DemoReport> {
  const encoder = new TextEncoder()
  for (const { name, kind, at, observed_at, write } of planReports(options)) {
    if (!wanted(name)) continue
    yield { name, bytes: encoder.encode(write()), kind, learned_at: at, ...(observed_at !== undefined && { observed_at }) }
  }
}

function planReports(options: DemoOptions): Planned[] {
  const random = seededRandom(options.seed ?? 1)
  const world = makeDemoWorld(options)
  const { first, last, fleet, vulnerabilities } = world
  const planned: Planned[] = []
  const report = (day: Day, hours: number, name: string, write: () => string, told = false) =>
    planned.push({
      at: at(day, hours),
      name: `${name.replace('{day}', textOfDay(day))}`,
      kind: 'report',
      write,
      ...(told && { observed_at: at(day, hours) }),
    })
  const withOpen = (hosts: Host[]) => hosts.map((host) => ({ host, open: world.open.get(host.name)! }))

  for (let day = first; day <= last; day++) {
    if (weekday(day) === 0) {
      const hosts = fleet.hosts.filter((host) => host.scanner === 'nessus' && scanned(host, day, last))
      report(day, 6, 'nessus-{day}.nessus', () => writeNessus(random, day, first, withOpen(hosts)))
    }
    const evenWeek = Math.floor((day + 4) / 7) % 2 === 0
    if (weekday(day) === 3 && evenWeek) {
      const hosts = fleet.hosts.filter(
        (host) => host.scanner === 'defender' && host.joined_on <= day && (host.left_on === null || day < host.left_on),
      )
      report(day, 6, 'defender-vulnerabilities-{day}.json', () => writeDefenderVulnerabilities(random, day, withOpen(hosts)), true)
      if (Math.floor((day + 4) / 14) % 4 === 0 || day - first < 14)
        report(day, 5.5, 'defender-machines-{day}.json', () => writeDefenderMachines(random, day, hosts), true)
    }
    if (weekday(day) === 2 && (evenWeek || during('buckets_opened', day, last)))
      report(day, 5, 'prowler-{day}.ocsf.json', () => writeProwler(random, fleet, day, first, last))
  }

  const months = monthStarts(first + 1, last)
  for (const [index, begin] of [first, ...months].entries()) {
    const finish = (months[index] ?? last + 1) - 1
    const days = Array.from({ length: finish - begin + 1 }, (_, i) => begin + i).filter((day) => hasSnapshot(random, day, first, last))
    report(finish, 12, 'secure-scores-{day}.json', () => writeSecureScores(random, days, first, last))
    if (finish < last) report(finish, 6, 'maester-{day}.json', () => writeMaester(finish, first, last))
  }
  report(first, 1, 'secure-score-profiles-{day}.json', () => writeProfiles(), true)
  report(last, 6, 'maester-{day}.json', () => writeMaester(last, first, last))

  // The organisation's own list: every quarter, and when the story changes it.
  const agents = chapterDays('agent_removed', last)
  const merger = chapterDays('merger', last).from
  const lists = new Set([
    first,
    agents.from,
    agents.to,
    merger,
    merger + 60,
    last - 1,
    ...Array.from({ length: 6 }, (_, i) => first + 91 * (i + 1)),
  ])
  for (const day of lists) if (day <= last) report(day, 8, 'assets-{day}.csv', () => writeAssets(fleet, day, last), true)

  for (const image of fleet.images) {
    const from = image.name.includes('/northwind/') ? merger + 3 : first
    const short = image.name.replace(/^.*?\//, '').replace(/[/:]/g, '-')
    const write = (day: Day) =>
      report(day, 4, `trivy-${short}-{day}.json`, () =>
        writeTrivy(random, image, openInImage(random, image, vulnerabilities, day, first), day, first),
      )
    const scans = new Set<Day>()
    for (let day = from; day <= last; day += 42) scans.add(day)
    // A rebuild for something known exploited is scanned at once, before and after.
    for (const one of vulnerabilities) {
      if (
        one.kev_on === null ||
        one.kev_on < from ||
        one.kev_on > last ||
        !image.internet_facing ||
        !image.packages.includes(one.product.replace(/^img:/, ''))
      )
        continue
      const days = Array.from({ length: 60 }, (_, i) => one.kev_on! + i)
      scans.add(one.kev_on)
      const fixed = days.find((day) => day <= last && !openInImage(random, image, [one], day, first).length)
      if (fixed !== undefined) scans.add(fixed)
    }
    for (const day of [...scans].toSorted((a, b) => a - b)) write(day)
  }

  planned.push(...planFeeds(vulnerabilities, first, last))
  return planned
    .map((one, index) => ({ one, index }))
    .toSorted((a, b) => a.one.at - b.one.at || a.index - b.index)
    .map(({ one }) => one)
}

function planFeeds(vulnerabilities: readonly DemoVulnerability[], first: Day, last: Day): Planned[] {
  const planned: Planned[] = []
  const feed = (day: Day, name: string, write: () => string, told = false) =>
    planned.push({
      at: at(day, 13),
      name: name.replace('{day}', textOfDay(day)),
      kind: 'feed',
      write,
      ...(told && { observed_at: at(day, 13) }),
    })

  const before = vulnerabilities.filter((one) => knownOn(one) < first)
  feed(first, 'demo-cve-records-{day}.json', () => writeCveRecords(before), true)
  for (const [index, begin] of [first, ...monthStarts(first + 1, last)].entries()) {
    const finish = (monthStarts(first + 1, last)[index] ?? last + 1) - 1
    const records = vulnerabilities.filter((one) => begin <= knownOn(one) && knownOn(one) <= finish)
    if (records.length > 0) feed(finish, 'demo-cve-records-{day}.json', () => writeCveRecords(records), true)
  }
  feed(first, 'demo-exploit-db-{day}.csv', () => writeExploitDb(vulnerabilities), true)
  feed(first, 'demo-end-of-life-{day}.json', () => writeEndOfLife(first), true)

  const epssDays = new Set(vulnerabilities.flatMap((one) => one.epss.map((step) => step.on)))
  for (const day of epssDays) if (day <= last) feed(day, 'demo-epss_scores-{day}.csv', () => writeEpss(vulnerabilities, day))

  // KEV: the state at the beginning, then one catalogue for each two weeks in which something changed, on the day of the last change.
  const changes = vulnerabilities
    .flatMap((one) => [one.kev_on, one.ransomware_on])
    .filter((day) => day !== null && first < day && day <= last) as Day[]
  const fortnights = new Map<number, Day>()
  for (const day of changes) fortnights.set(Math.floor(day / 14), Math.max(day, fortnights.get(Math.floor(day / 14)) ?? day))
  for (const day of [first, ...fortnights.values()])
    feed(day, 'demo-known_exploited_vulnerabilities-{day}.json', () => writeKev(vulnerabilities, day))

  let since = 0
  const modules = [...new Set(vulnerabilities.map((one) => one.metasploit?.on ?? 0).filter((day) => first < day && day <= last))].toSorted(
    (a, b) => a - b,
  )
  for (const day of [first, ...modules]) {
    const from = since
    feed(day, 'demo-metasploit-{day}.csv', () => writeMetasploit(vulnerabilities, from, day), true)
    since = day + 1
  }
  return planned
}

/** Days of the chapters for a demo that ends at `end`, for the tour and the tests. */
export function demoDays(end: Instant): Map<keyof typeof chapters, { from: string; to: string }> {
  const last = Math.floor(end / DAY_US) - 1
  return new Map(
    (Object.keys(chapters) as (keyof typeof chapters)[]).map((id) => {
      const { from, to } = chapterDays(id, last)
      return [id, { from: textOfDay(from), to: textOfDay(to) }]
    }),
  )
}
