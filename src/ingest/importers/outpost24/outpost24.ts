import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord, FindingRecord } from '../../../model/record.ts'
import { type Severity, severityOfCvss } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { zoneOffset } from '../../readers/date-in-words.ts'
import { child, childrenNamed, childText, readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'

const CVE = /^CVE-\d{4}-\d{4,}$/
const MAX_DESCRIPTION = 8000

/**
 * Vulnerability reports of Outpost24's OUTSCAN and HIAB as XML. Format: https://kb.outpost24.com/kb/xml-api-interface-technical-document and the DTD that the
 * reports name, https://outscan.outpost24.com/dtd/XMLReport.dtd
 */
export const outpost24: Importer = reads({
  id: 'outpost24',
  title: 'Outpost24 OUTSCAN and HIAB (XML)',
  version: 1,
  detect: ({ text }) => xmlRoot(text) === 'main' && text.includes('<reportinfo>') && /<hostlist\s*\/?>|<detaillist\s*\/?>/.test(text),
  parse: parseReport,
})

async function* parseReport(file: Source): AsyncGenerator<Told> {
  const hosts = new Map<string, { asset: AssetRecord; ended: Instant | null }>()
  const described = new Set<string>()
  let offset: number | null = 0
  let madeAt: Instant | null = null
  let reported = false
  const time = (text: string | null): Instant | null => {
    const at = parseInstant(text ?? '')
    return at === null || offset === null ? null : at - offset * 60_000_000
  }
  const begin = function* (): Generator<FileRecord> {
    if (!reported) yield { kind: 'report', source: 'outpost24', tool: 'Outpost24', tool_version: null, observed_at: madeAt }
    reported = true
  }
  const elements = ['main/reportinfo', 'hostlist/host', 'detaillist/detail']
  yield* readXml(file.bytes(), { elements }).tell(function* (events) {
    for (const { name, node, line } of events) {
      if (name === 'reportinfo') {
        const zone = childText(node, 'timezone')
        offset = zone === null ? 0 : zoneOffset(zone)
        madeAt = time(childText(node, 'reportdate'))
        continue
      }
      yield* begin()
      const ip = childText(node, 'ip') ?? ''
      let host = hosts.get(ip)
      if (!host) {
        const asset = describeHost(
          `h${hosts.size + 1}`,
          ip,
          childText(node, name === 'host' ? 'name' : 'hostname'),
          childText(node, 'platform'),
        )
        host = { asset, ended: time(childText(node, name === 'host' ? 'end' : 'date')) }
        hosts.set(ip, host)
        yield host.ended === null ? asset : { ...asset, observed_at: host.ended }
      }
      if (name === 'host') continue
      const id = childText(node, 'id')
      if (id === null || childText(node, 'falsepositive') === '1') {
        yield { kind: 'skipped', at: `line ${line}`, reason: id === null ? 'a detail has no id' : `${id}: marked as a false positive` }
        continue
      }
      yield* readDetail(node, id, host.asset.asset, described)
    }
  })

  yield begin()
}

function* readDetail(node: XmlNode, id: string, asset: string, described: Set<string>): Generator<FileRecord> {
  const listed = childrenNamed(child(node, 'cve') ?? node, 'id').map((one) => one.text.trim().toUpperCase())
  const cves = [...new Set(listed)].filter((one) => CVE.test(one))
  const ids = cves.length > 0 ? cves : [`outpost24:${id}`]
  const score = (name: string) => (/^\d{1,2}(\.\d{1,2})?$/.test(childText(node, name) ?? '') ? +childText(node, name)! : null)
  // The environmental metrics stand in brackets of their own behind a v2 vector.
  const v2 = childText(node, 'cvss_vector')?.split(') (')[0]!.replaceAll(/[()]/g, '') ?? null
  const rating = bestRating([
    { score: score('cvss_v3_score'), vector: childText(node, 'cvss_v3_vector'), version: 3 },
    { score: score('cvss_score'), vector: v2, version: 2 },
  ])
  const severity = readRisk(childText(node, 'risk'), rating?.cvss)
  const title = childText(node, 'name')
  if (!described.has(id)) {
    described.add(id)
    const alone = ids.length === 1
    const description = childText(node, 'description')?.slice(0, MAX_DESCRIPTION)
    const url = childrenNamed(child(node, 'referencelist') ?? node, 'reference')
      .map((one) => childText(one, 'url'))
      .find((text) => text?.startsWith('https://') && text.length <= 500)
    for (const vulnerability_id of ids)
      yield {
        kind: 'vulnerability',
        vulnerability_id,
        ...(alone && title && { title }),
        ...(alone && description && { description }),
        ...(alone && severity && { severity }),
        ...(alone && rating),
        ...(alone && url && { url }),
      }
  }
  const port = child(node, 'portinfo')
  const number = port && childText(port, 'portnumber')
  const protocol = port && childText(port, 'protocol')?.toLowerCase()
  const place = number && /^[1-9]\d{0,4}$/.test(number) ? `${number}${protocol ? `/${protocol}` : ''}` : null
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: ids,
    ...(severity && { severity }),
    ...(rating && { cvss: rating.cvss }),
    ...(title && { title }),
    ...readProduct(node),
    ...(place && { place }),
  }
}

/** 0 information, 1 low, 2 medium; above that high, or critical with a CVSS score that is. */
function readRisk(text: string | null, cvss: number | undefined): Severity | null {
  if (!/^\d{1,2}$/.test(text ?? '')) return null
  const risk = +text!
  if (risk >= 3) return cvss !== undefined && severityOfCvss(cvss) === 'critical' ? 'critical' : 'high'
  return (['informational', 'low', 'medium'] as const)[risk]!
}

/** The product, and from the one sentence that names versions: "the detected version of Sample, 1.1.0, is less than 1.1.1". */
function readProduct(node: XmlNode): Pick<FindingRecord, 'component' | 'fixed_version'> {
  const name = childText(node, 'product')
  if (name === null) return {}
  const match = /the detected version of [^,]{1,200},\s+([^\s,]{1,60}), is less than (or equal to )?(\d[^\s,]{0,60})/.exec(
    childText(node, 'information') ?? '',
  )
  return {
    component: { name, ...(match && { version: match[1]! }) },
    ...(match && !match[2] && { fixed_version: match[3]!.replace(/\.$/, '') }),
  }
}

const IP = /^(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]*:[0-9a-f:.]+)$/i
const DNS = /^(?=.{1,253}$)[a-z0-9_][a-z0-9_-]{0,62}(?:\.[a-z0-9_][a-z0-9_-]{0,62})*$/

/** A target called localhost is somebody's own machine: it gets no name, so the person is asked. */
function describeHost(key: string, target: string, name: string | null, platform: string | null): AssetRecord {
  const names: AssetRecord['names'] = []
  for (const one of [name, target]) {
    const text = (one ?? '').trim().toLowerCase().replace(/\.$/, '')
    if (IP.test(text)) names.push({ type: 'ip', name: text })
    else if (DNS.test(text) && !text.startsWith('localhost')) names.push({ type: text.includes('.') ? 'fqdn' : 'hostname', name: text })
  }
  const family = parseOsFamily(platform)
  const attributes = { ...(family && { os_family: family }), ...(platform && { os: platform }) }
  return { kind: 'asset', asset: key, type: 'device', name: names[0]?.name ?? target, names, ...(platform && { attributes }) }
}
