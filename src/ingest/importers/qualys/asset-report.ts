import type { CoverageRecord, FileRecord } from '../../../model/record.ts'
import { closedItem } from '../../../model/closed-item.ts'
import { parseInstant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { child, childrenNamed, childText, readXml, type XmlNode } from '../../readers/xml.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'
import {
  type Check,
  describeCheck,
  findingOf,
  hostAsset,
  type Item,
  loginChecks,
  readCheck,
  readPlace,
  readQid,
  readResult,
  readSeverity,
  unknownCheck,
} from './item.ts'

/** An item of a host, but for what the glossary says of its check. */
interface HostItem extends Item {
  qid: string
  at: string
  /** The report's word for an item that is over, and since when. */
  closed?: { reason: string; closed_at: number | null }
}

/**
 * A host-based report. Its items name a check by number only; titles, CVEs, severities and scores follow in the glossary at the end,
 * so the items wait in a compact form until then.
 */
export async function* parseAssetReport(file: Source): AsyncGenerator<Told> {
  const elements = [
    'HEADER/GENERATION_DATETIME',
    'HEADER/TEMPLATE',
    'HOST_LIST/HOST',
    'VULN_DETAILS_LIST/VULN_DETAILS',
    'TEMPLATE_DETAILS/VULN_LISTS',
    'TEMPLATE_DETAILS/SELECTIVE_VULNS',
  ]
  const items = new Waiting<HostItem>('Qualys')
  const coverage: CoverageRecord[] = []
  const checks = new Map<string, Check>()
  let generatedAt: number | null = null
  let reported = false
  let hosts = 0
  let narrowed: string | null = null
  let template: string | null = null
  const begin = function* (): Generator<FileRecord> {
    if (!reported) yield { kind: 'report', source: 'qualys', tool: 'Qualys VM', tool_version: null, observed_at: generatedAt }
    reported = true
  }
  yield* readXml(file.bytes(), { elements }).tell(function* (events) {
    for (const { name, node, line } of events) {
      if (name === 'GENERATION_DATETIME') generatedAt = parseInstant(node.text)
      else if (name === 'TEMPLATE') template = node.text.trim() || null
      else if (name === 'VULN_LISTS') narrowed = node.text.trim() || narrowed
      else if (name === 'SELECTIVE_VULNS') narrowed ??= 'selected checks'
      else if (name === 'HOST') {
        yield* begin()
        hosts++
        yield* readHost(node, `h${hosts}`, line, generatedAt, items, coverage)
      } else if (name === 'VULN_DETAILS') {
        const qid = readQid(childText(node, 'QID'))
        if (qid === null) yield { kind: 'skipped', at: `line ${line}`, reason: 'a glossary entry has no number in <QID>' }
        else checks.set(qid, { ...readCheck(node, qid, readSeverity(childText(node, 'SEVERITY'))) })
      }
    }
  })

  yield begin()
  const described = new Set<string>()
  for (const item of items.take()) {
    const check = checks.get(item.qid) ?? unknownCheck(item.qid)
    if (item.closed) {
      yield closedItem(findingOf(item, check), { ...item.closed, at: item.at })
      continue
    }
    if (!described.has(item.qid)) {
      described.add(item.qid)
      yield describeCheck(item.informational ? { ...check, severity: 'informational' } : check)
    }
    yield findingOf(item, check)
  }
  // A template leaves out severities or kinds without saying so in a form that can be relied on: it only speaks for itself.
  const run = narrowed === null ? `template ${template ?? 'without a name'}` : `list ${narrowed}`
  for (const one of coverage) yield { ...one, checks: run }
}

function* readHost(
  node: XmlNode,
  key: string,
  line: number,
  generatedAt: number | null,
  items: Waiting<HostItem>,
  coverage: CoverageRecord[],
): Generator<FileRecord> {
  const ip = childText(node, 'IP')
  const groups = childrenNamed(child(node, 'ASSET_GROUPS') ?? node, 'ASSET_GROUP_TITLE')
    .map((group) => group.text.trim())
    .filter((group) => group !== '' && group !== 'All')
  const asset = hostAsset(
    key,
    {
      ip,
      dns: childText(node, 'DNS'),
      netbios: childText(node, 'NETBIOS'),
      agent: childText(node, 'QG_HOSTID'),
      cloud: childText(node, 'CLOUD_RESOURCE_ID') ?? childText(node, 'EC2_INSTANCE_ID'),
      os: childText(node, 'OPERATING_SYSTEM'),
      group: groups.length === 1 ? groups[0]! : null,
    },
    `host ${ip ?? line}`,
  )
  const list = childrenNamed(child(node, 'VULN_INFO_LIST') ?? node, 'VULN_INFO')
  // The report is the state of each host since its last scan; what is active was last found by that scan.
  let scannedAt: number | null = null
  for (const info of list) {
    const found = parseInstant(childText(info, 'LAST_FOUND') ?? '')
    if (found !== null && (generatedAt === null || found <= generatedAt)) scannedAt = Math.max(scannedAt ?? found, found)
  }
  if (scannedAt !== null) asset.observed_at = scannedAt
  yield asset
  let loggedIn = /agent/i.test(childText(node, 'TRACKING_METHOD') ?? '')
  for (const [index, info] of list.entries()) {
    const at = `line ${line}, HOST ${ip ?? key}, VULN_INFO ${index + 1}`
    const qid = readQid(childText(info, 'QID'))
    if (qid === null) {
      yield { kind: 'skipped', at, reason: 'expected the number of a check in <QID>' }
      continue
    }
    const status = childText(info, 'VULN_STATUS')
    const closed =
      status?.toLowerCase() === 'fixed' ? { reason: status, closed_at: parseInstant(childText(info, 'LAST_FIXED') ?? '') } : undefined
    if (!closed) loggedIn ||= loginChecks.has(qid)
    items.add(
      withOwnTexts<HostItem>({
        asset: key,
        qid,
        at,
        informational: childText(info, 'TYPE')?.toLowerCase() === 'ig',
        place: readPlace(childText(info, 'PORT'), childText(info, 'PROTOCOL')),
        ...readResult(child(info, 'RESULT')),
        ...(closed && { closed }),
      }),
    )
  }
  coverage.push({ kind: 'coverage', asset: key, subject: 'vulnerability', access: loggedIn ? 'full' : 'remote' })
}
