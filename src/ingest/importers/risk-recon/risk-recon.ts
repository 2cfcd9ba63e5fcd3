import { UserError } from '../../../errors.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { statedCriticality } from '../../../model/stated-criticality.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, textOf } from '../../readers/json-fields.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const SOURCE = 'risk-recon'
const MEMBERS = ['finding_id', 'security_criteria', 'finding_type']
const patterns = { object: '$.findings[*]', list: '$[*]' } as const

function layoutOf(text: string): (typeof patterns)[keyof typeof patterns] | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  if (outline.list) return MEMBERS.every((name) => outline.members.has(name)) ? patterns.list : null
  const list = outline.members.get('findings')
  const first = typeof list === 'object' && list !== null ? jsonOutline(list.text) : null
  return first?.list && MEMBERS.every((name) => first.members.has(name)) ? patterns.object : null
}

/** RiskRecon (Mastercard): findings about a company, as its API gives them. https://www.riskrecon.com */
export const riskRecon: Importer = reads({
  id: 'risk-recon',
  title: 'RiskRecon (findings JSON)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? patterns.list : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected findings of RiskRecon with "finding_id" and "security_criteria"')
    const once = toldOnce()
    yield { kind: 'report', source: SOURCE, tool: 'RiskRecon', tool_version: null, observed_at: null }
    yield* readJson(bytes, [layout]).tell(function* (matches) {
      for (const { value, at } of matches) yield* findingRecords(fieldsOf(value), at, once)
    })
  },
})

function* findingRecords(item: Fields, at: string, once: Once): Generator<FileRecord> {
  const type = textOf(item.finding_type)
  const asset = assetOf(item)
  if (type === '' || asset === null) {
    yield { kind: 'skipped', at, reason: 'Expected a "finding_type" and a "host_name" or "ip_address"' }
    return
  }
  if (textOf(item.false_positive).toLowerCase() === 'true') {
    yield { kind: 'skipped', at, reason: 'Marked as a false positive' }
    return
  }
  const observed_at = firstInstant(item.last_seen)
  const severity = parseSeverity(textOf(item.severity)) ?? undefined
  const control_id = `${SOURCE}:${type.slice(0, 250)}`
  const title = cutText(textOf(item.finding))
  yield* once({ ...asset, ...(observed_at !== null && { observed_at }) })
  yield* once({ kind: 'coverage', asset: asset.asset, subject: 'control', access: 'remote', checks: 'listed' })
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title: title ?? type,
      ...given({
        severity,
        category: textOf(item.security_domain).replaceAll('_', ' '),
        description: cutText(textOf(item.finding_context)),
      }),
    })
  yield {
    kind: 'finding',
    asset: asset.asset,
    control_id,
    access: 'full',
    ...given({ severity, title: cutText(textOf(item.finding_detail)) ?? title, place: textOf(item.finding_data_value) }),
  }
}

/** A host by name and address; what RiskRecon sees is reachable from the internet. */
function assetOf(item: Fields): AssetRecord | null {
  const host = textOf(item.host_name).toLowerCase().replace(/\.$/, '')
  const ip = textOf(item.ip_address)
  const names: AssetRecord['names'] = []
  if (/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(host)) names.push({ type: 'fqdn', name: host })
  if (/^[0-9a-f:.]{3,45}$/i.test(ip)) names.push({ type: 'ip', name: ip.toLowerCase() })
  if (names.length === 0) return null
  const stated_criticality = statedCriticality('riskrecon', textOf(item.asset_value)) ?? undefined
  const attributes = { internet_facing: true, ...given({ stated_criticality }) }
  return { kind: 'asset', asset: `${host} ${ip}`, type: 'device', name: names[0]!.name, names, attributes }
}
