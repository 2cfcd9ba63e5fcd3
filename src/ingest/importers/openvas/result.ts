import type { NameType } from '../../../model/asset.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord, FindingRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'
import { bestRating } from '../../readers/cvss.ts'

/** One result of a scan, whatever the layout that states it. */
export interface Result {
  asset: string
  /** Number of the test (`1.3.6.1.4.1.25623.…`), or the CVE for results of the CVE scanner. */
  oid: string
  title: string | null
  severity: Severity | null
  /** CVSS base score and vectors, as written. */
  score: string | null
  vectors: string[]
  /** As written; those that are no CVE ids are left out. */
  cves: string[]
  /** `443/tcp`, `general/tcp`. */
  port: string
  /** What the test saw. */
  output: string
  /** CPE and place of the product that another test had detected, when the result names them. */
  product: string | null
  location: string | null
  access: 'full' | 'remote' | null
  description: string | null
  published: Instant | null
}

const CVE = /^CVE-\d{4}-\d{4,}$/
const MAX_DESCRIPTION = 8000

/** The records of a result: what it says of its vulnerabilities, once for each test (remembered in `described`), and the finding. */
export function* resultRecords(result: Result, described: Set<string>): Generator<FileRecord> {
  const cves = [...new Set([result.oid, ...result.cves].map((id) => id.trim().toUpperCase()))].filter((id) => CVE.test(id))
  const ids = cves.length > 0 ? cves : [`openvas:${result.oid}`]
  const stated = /^\d{1,2}(\.\d{1,2})?$/.test(result.score?.trim() ?? '') ? +result.score! : null
  const { cvss, cvss_vector } = bestRating([...result.vectors.map((vector) => ({ vector })), { score: stated, version: 2 }]) ?? {}
  const { title, severity } = result
  const key = `${result.oid} ${severity}`
  if (!described.has(key)) {
    described.add(key)
    // The test's words are about one vulnerability only when it names one.
    const alone = ids.length === 1
    for (const vulnerability_id of ids)
      yield {
        kind: 'vulnerability',
        vulnerability_id,
        ...(alone && title && title !== vulnerability_id && { title }),
        ...(alone && result.description && { description: result.description.slice(0, MAX_DESCRIPTION) }),
        ...(alone && severity && { severity }),
        ...(alone && cvss !== undefined && { cvss }),
        ...(alone && cvss_vector && { cvss_vector }),
        ...(alone && result.published !== null && { published_at: result.published }),
      }
  }
  const { component, fixed_version, place } = readComponent(result)
  yield {
    kind: 'finding',
    asset: result.asset,
    vulnerability_ids: ids,
    ...(severity && { severity }),
    ...(cvss !== undefined && { cvss }),
    ...(title && { title }),
    ...(component && { component }),
    ...(fixed_version && { fixed_version }),
    ...(place && { place }),
    ...(result.access && { access: result.access }),
  }
}

const VERSION = /^v?\d[\w.+:~-]{0,80}$/i

/**
 * Component, fixed version and place from the lines that tests write in a fixed form (`Vulnerable package`, `Installed version`, `Fixed version`,
 * `Installation path / port`, `The host carries the product`), the detected product, and the update in a title about Windows. Prose is not searched.
 */
function readComponent(result: Result): Pick<FindingRecord, 'component' | 'fixed_version' | 'place'> {
  const values = valuesOf(result.output)
  const value = (name: string) => values.get(name) ?? null
  const update = /\((KB\d{6,8})\)\s*$/.exec(result.title ?? '')?.[1]
  if (update && result.title!.startsWith('Microsoft Windows'))
    return {
      component: { name: 'Microsoft Windows', vendor: 'microsoft', type: 'operating_system' },
      fixed_version: update,
      place: undefined,
    }
  const name = value('vulnerable package')
  const product = cpe(value('the host carries the product') ?? result.product)
  const installed = version(value('installed version'), name)
  const component = name
    ? { name, ...(installed && { version: installed }), type: 'package' }
    : product && { ...product, ...(installed && { version: installed }) }
  const fixed_version = version(value('fixed version'), name) ?? update
  const port =
    /^[1-9]\d{0,4}\/\w+$/.exec(result.port.trim())?.[0] ?? /^[1-9]\d{0,4}\/\w+/.exec(value('the product was found at') ?? '')?.[0]
  const place = port ?? value('installation path / port') ?? (name ? undefined : (result.location ?? undefined))
  return { component: component ?? undefined, fixed_version, place: place?.slice(0, 500) }
}

/** What the lines say that begin with a few words and a colon, by the words in lower case; of several the first. */
function valuesOf(output: string): Map<string, string | null> {
  const values = new Map<string, string | null>()
  const text = output.slice(0, 100_000).replaceAll(/Installation\s*\n\s*path \/ port:/g, 'Installation path / port:')
  for (const line of text.split('\n', 2000)) {
    const colon = line.indexOf(':')
    if (colon < 0) continue
    const name = line.slice(0, colon).trimStart()
    if (name.length > LONGEST_NAME) continue
    const lower = name.toLowerCase()
    if (!values.has(lower)) values.set(lower, line.slice(colon + 1).trim() || null)
  }
  return values
}
const LONGEST_NAME = 'the host carries the product'.length

/** `>=libssl1.1-1.1.1n-0+deb10u3` of the package libssl1.1, or a bare version; null for words. */
function version(text: string | null, name: string | null): string | null {
  let rest = (text ?? '').replace(/^[<>=]+\s*/, '')
  if (name && rest.toLowerCase().startsWith(name.toLowerCase())) rest = rest.slice(name.length).replace(/^[-_]/, '')
  return VERSION.test(rest) ? rest : null
}

function cpe(text: string | null): { name: string; vendor: string; version?: string; type?: string } | null {
  const match = /^cpe:(?:\/|2\.3:)([aoh]):([^:\s]{1,100}):([^:\s]{1,100})(?::([^:\s]{1,100}))?/.exec(text ?? '')
  if (!match) return null
  const [, part, vendor, product, number] = match
  return {
    name: product!,
    vendor: vendor!,
    ...(number && VERSION.test(number) && { version: number }),
    ...(part === 'o' && { type: 'operating_system' }),
  }
}

const LOCAL_QOD = new Set(['package', 'registry', 'executable_version', 'executable_version_unreliable', 'package_unreliable'])

/**
 * From where a test looked, by its type of quality of detection, else by its family: package, registry and file checks need a login. Null where neither tells.
 * Source: https://docs.greenbone.net/GSM-Manual/gos-24.10/en/reports.html#quality-of-detection-concept
 */
export function accessOf(qod: string | null, family: string | null): 'full' | 'remote' | null {
  if (qod && LOCAL_QOD.has(qod)) return 'full'
  if (qod?.startsWith('remote_')) return 'remote'
  return family && /Local Security Checks$|^Windows : Microsoft Bulletins$/.test(family) ? 'full' : null
}

const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/

/** The asset of a host. The number that the scanner's own inventory gives it goes by its address, so it is no name. */
export function hostAsset(key: string, ip: string, hostnames: (string | null)[], os: string | null): AssetRecord {
  const names: AssetRecord['names'] = []
  const claim = (type: NameType, name: string) => {
    if (!names.some((one) => one.type === type && one.name === name)) names.push({ type, name })
  }
  for (const one of hostnames) {
    const host = (one ?? '').trim().toLowerCase().replace(/\.$/, '')
    if (DNS.test(host) && !IPV4.test(host) && !host.startsWith('localhost')) claim(host.includes('.') ? 'fqdn' : 'hostname', host)
  }
  const address = ip.trim().toLowerCase()
  if (IPV4.test(address) || /^[0-9a-f:.]*:[0-9a-f:.]*$/.test(address)) claim('ip', address)
  if (names.length === 0) claim('label', ip.trim() || key)
  const best = names.find(({ type }) => type === 'fqdn' || type === 'hostname') ?? names.at(-1)!
  const family = parseOsFamily(os)
  return {
    kind: 'asset',
    asset: key,
    type: 'device',
    name: best.name,
    names,
    ...((os || family) && { attributes: { ...(family && { os_family: family }), ...(os && { os }) } }),
  }
}
