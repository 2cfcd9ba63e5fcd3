import type { Day } from './days.ts'
import type { Host, Image } from './fleet.ts'
import { products } from './products.ts'
import type { Random } from './random.ts'
import { chapterDays, windows10End } from './story.ts'
import { type DemoVulnerability, knownOn } from './vulnerabilities.ts'

/** A vulnerability on a host during some spans of days; `installed` is the version that has it. */
export interface Open {
  vulnerability: DemoVulnerability
  installed: string
  /** [from, to): a scan in it sees the vulnerability. */
  spans: { from: Day; to: Day }[]
}

const NOT_YET = 1_000_000

/** The versions of each product that the table names, each with the one before it: what a host has until it updates. */
export function versionBefore(vulnerabilities: readonly DemoVulnerability[]): (one: DemoVulnerability) => string {
  const before = new Map<string, string>()
  const byProduct = new Map<string, DemoVulnerability[]>()
  for (const one of vulnerabilities) byProduct.set(one.product, [...(byProduct.get(one.product) ?? []), one])
  for (const [product, all] of byProduct) {
    let last = products[product]?.version ?? ''
    let current = ''
    for (const one of all.toSorted((a, b) => knownOn(a) - knownOn(b) || (a.id < b.id ? -1 : 1))) {
      if (one.fixed !== current) {
        if (current !== '' && /^\d+\.\d/.test(current)) last = current
        current = one.fixed
      }
      before.set(one.id, last)
    }
  }
  return (one) => before.get(one.id) ?? ''
}

/** What is open on a host, and when. `first` and `last` are the days of the demo. */
export function openOnHost(
  random: Random,
  host: Host,
  vulnerabilities: readonly DemoVulnerability[],
  installed: (one: DemoVulnerability) => string,
  first: Day,
  last: Day,
): Open[] {
  const found: Open[] = []
  for (const one of vulnerabilities) {
    if (!host.products.includes(one.product)) continue
    // Not every build has every vulnerability; what is exploited widely is in nearly all.
    if (random.share('affected', host.name, one.id) > (one.kev_on === null ? 0.72 : 0.94)) continue
    const from = Math.max(knownOn(one) + 1, first, host.joined_on)
    const to = Math.min(patchedOn(random, host, one, first), host.left_on ?? NOT_YET)
    const spans = from < to ? [{ from, to }] : []
    const again = rebuiltFromOldImage(random, host, one, last)
    if (again && again.from > to) spans.push(again)
    if (spans.length > 0) found.push({ vulnerability: one, installed: installed(one), spans })
  }
  return found
}

/** The day from which the fix is on the host. All that one update fixes is fixed on one day. */
function patchedOn(random: Random, host: Host, one: DemoVulnerability, first: Day): Day {
  const known = knownOn(one)
  const draw = (what: string) => random.share(what, host.name, one.product, one.fixed)
  if (host.kind === 'windows_10' && one.product === 'windows' && known > windows10End) return windows10Upgrade(random, host)
  if (host.care === 'poor') {
    // What the joined company never did; the programme works through it, some machines stay behind.
    const programme = host.joined_on + 40 + Math.floor(draw('programme') * 130)
    const left = random.share('left behind', host.name) < 0.2 ? NOT_YET : 0
    if (known < host.joined_on - 60) return draw('backlog') < backlogOf(host, one) ? Math.max(programme, left) : first
    return Math.max(known + 40 + Math.floor(draw('lag') * 60), host.joined_on + 30, left)
  }
  const lagging = host.care === 'lagging'
  if (known < first - 60) {
    if (draw('backlog') >= backlogOf(host, one)) return first
    return urgent(random, host, one, first + 15 + Math.floor(draw('lag') * (lagging ? 560 : 360)))
  }
  const pace = products[one.product]!.pace
  const endpoint = host.scanner === 'defender' || host.kind === 'macos' || host.kind === 'linux'
  const [least, most] = pace === 'fast' ? [2, 8] : pace === 'slow' ? [20, 70] : endpoint ? [4, 18] : [12, 45]
  let lag = least + Math.floor(draw('lag') * (most - least))
  if (lagging) lag += 20 + Math.floor(draw('slow') * 60)
  // An update that fails stays away for months, and half of these nobody notices.
  if (draw('stuck') < 0.09) {
    lag += 60 + Math.floor(draw('how long') * 360)
    if (draw('unnoticed') < 0.5) return known + lag
  }
  return urgent(random, host, one, known + lag)
}

/** A known exploited vulnerability is fixed sooner: within three weeks of the listing, three months where a host is neglected. */
function urgent(random: Random, host: Host, one: DemoVulnerability, planned: Day): Day {
  if (one.kev_on === null) return planned
  const since = Math.max(one.kev_on, knownOn(one))
  const sooner = since + 6 + Math.floor(random.share('urgent', host.name, one.product, one.fixed) * (host.care === 'good' ? 22 : 110))
  // What was listed long ago is part of the old backlog: nobody hurries any more.
  return since < planned - 400 ? planned : Math.min(planned, sooner)
}

/** How likely an old update is still missing at the beginning. */
function backlogOf(host: Host, one: DemoVulnerability): number {
  if (host.care === 'poor') return 0.25
  const slow = products[one.product]!.pace === 'slow'
  return host.care === 'good' ? (slow ? 0.3 : 0.14) : slow ? 0.5 : 0.35
}

/** Windows 10 machines are upgraded within half a year of the end of its updates; some stay. */
function windows10Upgrade(random: Random, host: Host): Day {
  return random.share('stays on 10', host.name) < 0.2 ? NOT_YET : windows10End + 15 + Math.floor(random.share('upgrade', host.name) * 170)
}

/** The day on which a Windows 10 laptop became Windows 11; never for one that stays. */
export const upgradedOn = (random: Random, host: Host): Day => (host.kind === 'windows_10' ? windows10Upgrade(random, host) : 0)

/** Whether the host is one of the twelve that were rebuilt from the old master image, which is from February 2026's state of updates. */
const rebuilt = (host: Host): boolean => host.scanner === 'defender' && /^wks-0(?:0[3-9]|1[0-4])$/.test(host.name)

function rebuiltFromOldImage(random: Random, host: Host, one: DemoVulnerability, last: Day): { from: Day; to: Day } | null {
  if (!rebuilt(host) || (one.product !== 'windows' && one.product !== 'chrome')) return null
  const { from, to } = chapterDays('old_master_image', last)
  const known = knownOn(one)
  if (known < from - 300 || known > from) return null
  return {
    from: from + Math.floor(random.share('rebuild', host.name) * 5),
    to: to + Math.floor(random.share('rebuild done', host.name) * 4),
  }
}

/** Day on which an image of ours takes up the fix: the first build some time after it is known. */
export function fixedInImage(random: Random, image: Image, one: DemoVulnerability, first: Day): Day {
  const known = knownOn(one)
  const draw = (what: string) => random.share(what, image.name, one.product, one.fixed)
  const poor = image.name.includes('/northwind/')
  if (known < first - 60) return draw('backlog') < (poor ? 0.95 : 0.3) ? first + 30 + Math.floor(draw('lag') * (poor ? 520 : 300)) : first
  const lag = poor ? 160 : 6 + Math.floor(draw('lag') * (image.rebuilt_every > 14 ? 60 : 20))
  const urgentBy = one.kev_on === null ? NOT_YET : Math.max(one.kev_on, known) + (poor ? 60 : 5)
  return nextBuild(image, Math.min(known + lag, urgentBy), first)
}

/** The first build day on or after `day`. */
export function nextBuild(image: Image, day: Day, first: Day): Day {
  return first + Math.ceil(Math.max(0, day - first) / image.rebuilt_every) * image.rebuilt_every
}
