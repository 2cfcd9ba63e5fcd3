import { UserError } from '../../../errors.ts'
import { closedItem } from '../../../model/closed-item.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, httpsOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const SOURCE = 'cycognito'

function isIssues(text: string): boolean {
  const outline = jsonOutline(text)
  return (
    outline !== null &&
    outline.list &&
    ['affected_asset', 'issue_id', 'cve_ids', 'enhanced_severity'].every((name) => outline.members.has(name))
  )
}

/** CyCognito: issues of its attack surface management, as its API gives them. https://docs.cycognito.com */
export const cycognito: Importer = reads({
  id: 'cycognito',
  title: 'CyCognito (issues JSON)',
  version: 2,
  detect: ({ text }: Head) => isIssues(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!isIssues(text) && !isEmptyList(text))
      throw new UserError('unreadable_report', 'Expected issues of CyCognito with "affected_asset" and "issue_id"')
    const once = toldOnce()
    yield { kind: 'report', source: SOURCE, tool: 'CyCognito', tool_version: null, observed_at: null }
    yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
      for (const { value, at } of matches) yield* issueRecords(fieldsOf(value), at, once)
    })
  },
})

function* issueRecords(item: Fields, at: string, once: Once): Generator<FileRecord> {
  const asset = assetOf(textOf(item.affected_asset))
  const title = cutText(textOf(item.title))
  const reason =
    asset === null || title === undefined
      ? 'Expected an "affected_asset" such as ip/192.0.2.1 and a "title"'
      : textOf(item.issue_status) === 'removed'
        ? 'Removed'
        : item.is_snoozed === true
          ? 'Snoozed'
          : null
  if (reason !== null || asset === null || title === undefined) {
    yield { kind: 'skipped', at, reason: reason ?? '' }
    return
  }
  const observed_at = firstInstant(item.last_detected)
  yield* once({ ...asset, ...(observed_at !== null && { observed_at }) })
  const severity = parseSeverity(textOf(item.enhanced_severity)) ?? parseSeverity(textOf(item.severity)) ?? undefined
  const cves = [
    ...new Set(
      textsIn(item.cve_ids)
        .filter((id) => /^CVE-\d{4}-\d{4,}$/i.test(id))
        .map((id) => id.toUpperCase()),
    ),
  ]
  const port = textOf(item.port)
  const described = given({
    severity,
    description: cutText(textOf(item.summary)),
    url: httpsOf(...textsIn(item.references)),
  })
  const common = {
    kind: 'finding' as const,
    asset: asset.asset,
    access: 'full' as const,
    ...given({ severity, title, place: port && `port ${port}` }),
  }
  const control_id = `${SOURCE}:${title.slice(0, 250)}`
  const resolved_at = firstInstant(item.resolved_at)
  if (textOf(item.resolved_at) !== '') {
    const names = cves.length > 0 ? { vulnerability_ids: cves } : { control_id }
    yield closedItem({ ...common, ...names }, { reason: 'Resolved', at, closed_at: resolved_at })
    return
  }
  const subject = cves.length > 0 ? 'vulnerability' : 'control'
  yield* once({ kind: 'coverage', asset: asset.asset, subject, access: 'remote', checks: 'listed' })
  if (cves.length > 0) {
    for (const vulnerability_id of cves)
      if (!once.knows(vulnerability_id))
        yield* once({ kind: 'vulnerability', vulnerability_id, ...(cves.length === 1 && { title, ...described }) })
    yield { ...common, vulnerability_ids: cves }
    return
  }
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title,
      ...described,
      ...given({ category: textOf(item.issue_type), remediation: cutText(textsIn(item.remediation_steps).join('\n')) }),
    })
  yield { ...common, control_id }
}

/** `ip/192.0.2.1`, `domain/example.com`, `webapp/example.com`, `cert/…`, `iprange/…`: what CyCognito sees is reachable from the internet. */
function assetOf(id: string): AssetRecord | null {
  const match = /^([a-z_]{2,20})\/(\S{1,500})$/.exec(id)
  if (!match) return null
  const [, kind, name] = match as unknown as [string, string, string]
  const names: AssetRecord['names'] = [{ type: 'agent_id', name: `${SOURCE}:${id}` }]
  if (kind === 'ip' && /^[0-9a-f:.]{3,45}$/i.test(name)) names.push({ type: 'ip', name: name.toLowerCase() })
  if (kind === 'domain' && /^[a-z0-9_.-]+\.[a-z0-9-]+$/i.test(name)) names.push({ type: 'fqdn', name: name.toLowerCase() })
  return {
    kind: 'asset',
    asset: id,
    type: kind === 'ip' ? 'device' : kind === 'cert' || kind === 'iprange' ? 'other' : 'application',
    name,
    names,
    attributes: { internet_facing: true },
  }
}
