import { closedItem } from '../../../model/closed-item.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { parseDateInWords } from '../../readers/date-in-words.ts'
import { childText, readXml, type XmlNode } from '../../readers/xml.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'
import { type Check, describeCheck, findingOf, readCheck, readQid, readSeverity, unknownCheck } from './item.ts'

/** A finding, but for what the glossary says of its check, and the application. */
interface SiteItem {
  qid: string
  informational: boolean
  url: string | null
  place: string | undefined
  /** The report's word for an item that is over. */
  closed?: string
  at: string
}

interface Scan {
  application: string
  ended: Instant | null
  /** A vulnerability scan that came to its end. */
  whole: boolean
  loggedIn: boolean
}

/**
 * A scan report of Qualys Web Application Scanning (`WAS_SCAN_REPORT`). Format: https://docs.qualys.com/en/was/api/ (was_scan_report.dtd)
 */
export async function* parseWebScan(file: Source): AsyncGenerator<Told> {
  // Findings wait for the glossary and the application, which stand behind them.
  const items = new Waiting<SiteItem>('Qualys WAS')
  let found = 0
  // The section of gathered information can be left out of a report; there is always some.
  let informed = false
  const checks = new Map<string, Check>()
  const scans: Scan[] = []
  const skipped: FileRecord[] = []
  let application: XmlNode | null = null
  let generatedAt: Instant | null = null
  let scope = ''
  let filtered = false
  const elements = [
    'HEADER/GENERATION_DATETIME',
    'FILTERS/FILTER',
    'VULNERABILITY_LIST/VULNERABILITY',
    'SENSITIVE_CONTENT_LIST/SENSITIVE_CONTENT',
    'INFORMATION_GATHERED_LIST/INFORMATION_GATHERED',
    'GLOSSARY/QID_LIST/QID',
    'APPENDIX/SCAN_LIST/SCAN',
    'OPTION_PROFILE_DETAILS/DETECTION_SCOPE',
    'APPENDIX/WEBAPP',
  ]
  for await (const events of readXml(file.bytes(), { elements }).batches)
    for (const { name, node, line } of events) {
      if (name === 'GENERATION_DATETIME') generatedAt = parseDateInWords(node.text)
      else if (name === 'FILTER') filtered ||= narrows(node)
      else if (name === 'SCAN') scans.push(readScan(node))
      else if (name === 'DETECTION_SCOPE') scope = node.text.trim()
      else if (name === 'WEBAPP') application = node
      else {
        const qid = readQid(childText(node, 'QID'))
        if (qid === null)
          skipped.push({ kind: 'skipped', at: `line ${line}`, reason: `expected the number of a check in <QID> of <${name}>` })
        else if (name === 'QID') checks.set(qid, readCheck(node, qid, readSeverity(childText(node, 'SEVERITY'))))
        else {
          const item = readItem(node, name, qid, `line ${line}`)
          items.add(withOwnTexts(item))
          informed ||= item.informational
          found++
        }
      }
    }

  const ends = scans.map(({ ended }) => ended).filter((ended) => ended !== null)
  const observed_at = ends.length > 0 ? Math.max(...ends) : generatedAt
  yield { kind: 'report', source: 'qualys-was', tool: 'Qualys WAS', tool_version: null, observed_at }
  yield skipped
  // Several applications in one report: the findings do not say whose they are, but for the address.
  const alone = new Set(scans.map((scan) => scan.application)).size <= 1
  const assets = new Map<string, AssetRecord>()
  const assetOf = function* (item: SiteItem | null): Generator<FileRecord, string> {
    const asset = describeApplication(
      alone ? application : null,
      alone ? (scans[0]?.application ?? null) : null,
      item?.url ?? null,
      assets.size + 1,
    )
    const told = assets.get(asset.name)
    if (told) return told.asset
    assets.set(asset.name, asset)
    yield asset
    return asset.asset
  }
  const described = new Set<string>()
  for (const item of items.take()) {
    const asset = yield* assetOf(item)
    const known = checks.get(item.qid)
    const check: Check = known ?? unknownCheck(item.qid)
    const open = { asset, informational: item.informational, place: item.place, component: undefined, fixed_version: undefined }
    if (item.closed !== undefined) {
      yield closedItem(findingOf(open, check), { reason: item.closed, at: item.at })
      continue
    }
    if (!described.has(item.qid)) {
      described.add(item.qid)
      yield describeCheck(item.informational ? { ...check, severity: 'informational' } : check)
    }
    yield findingOf(open, check)
  }
  if (application === null && scans.length === 0) return
  if (!alone || filtered || !scans.every(({ whole }) => whole)) {
    if (found === 0) yield assetOf(null)
    return
  }
  const asset = yield* assetOf(null)
  const full = scans.length > 0 && scans.every(({ loggedIn }) => loggedIn)
  yield {
    kind: 'coverage',
    asset,
    subject: 'vulnerability',
    access: full ? 'full' : 'remote',
    ...(!informed && { min_severity: 'low' as const }),
    checks: `scope ${scope || 'without a name'}`,
  }
}

/** Two filters show more than usual; whatever another one is, it shows less. */
function narrows(filter: XmlNode): boolean {
  return childText(filter, 'NAME') !== 'REMEDIATION' || !/^(include patched|show ignored)/i.test(childText(filter, 'VALUE') ?? '')
}

function readScan(node: XmlNode): Scan {
  return {
    application: childText(node, 'WEB_APPLICATION') ?? '',
    ended: parseDateInWords(childText(node, 'END_DATE') ?? childText(node, 'START_DATE') ?? ''),
    whole: childText(node, 'STATUS')?.toLowerCase() === 'finished' && childText(node, 'MODE')?.toLowerCase() === 'vulnerability',
    loggedIn: childText(node, 'AUTHENTICATION_STATUS')?.toLowerCase() === 'successful',
  }
}

function readItem(node: XmlNode, name: string, qid: string, at: string): SiteItem {
  const url = childText(node, 'URL')
  const parameter = childText(node, 'PARAM')
  const status = childText(node, 'STATUS')
  return {
    qid,
    at,
    ...(status?.toLowerCase() === 'fixed' && { closed: status }),
    informational: name === 'INFORMATION_GATHERED',
    url,
    place: url === null ? undefined : `${url}${parameter === null ? '' : ` parameter ${parameter}`}`.slice(0, 1000),
  }
}

/** By its number and address where the appendix has them; else by its name, or by the address of the finding. */
function describeApplication(node: XmlNode | null, scanned: string | null, url: string | null, number: number): AssetRecord {
  const id = node && childText(node, 'ID')
  const address = (node && childText(node, 'URL')) ?? (scanned ? null : originOf(url))
  const name = (node && childText(node, 'NAME')) || scanned || address || 'web application'
  const names: AssetRecord['names'] = []
  if (id) names.push({ type: 'agent_id', name: `qualys-was:${id}` })
  names.push({ type: 'label', name: address ?? name })
  return { kind: 'asset', asset: `w${number}`, type: 'application', name, names }
}

function originOf(url: string | null): string | null {
  try {
    return url === null ? null : new URL(url).origin
  } catch {
    return null
  }
}
