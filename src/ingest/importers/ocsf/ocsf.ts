import { kebabName } from '../../../model/kebab-name.ts'
import { UserError } from '../../../errors.ts'
import { closedItem } from '../../../model/closed-item.ts'
import type { ControlResultRecord, FileRecord, FindingRecord } from '../../../model/record.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'
import { controlIdOf, controlOf, flawOf, infoOf, leftOut, severityOf, statusOf } from './finding.ts'
import { assetOf, deviceAsset } from './thing.ts'

/** Classes that are read: findings (security until 1.1, vulnerability, compliance, detection) and the inventory of devices. https://schema.ocsf.io/classes */
const FINDINGS = new Set([2001, 2002, 2003, 2004])
const INVENTORY = 5001

function layoutOf(text: string): '$' | '$[*]' | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members, list } = outline
  const class_uid = members.get('class_uid')
  if (typeof class_uid !== 'number' || !(FINDINGS.has(class_uid) || class_uid === INVENTORY)) return null
  const metadata = members.get('metadata')
  const known = members.has('type_uid') || members.has('category_uid') || members.has('activity_id')
  // Prowler writes the id of its check where nobody else does; its files have a reader of their own.
  const prowlers = /"event_code"\s*:/.test(text) && /"(?:name|vendor_name)"\s*:\s*"Prowler"/.test(text)
  if (!known || prowlers || (metadata !== undefined && typeof metadata !== 'object')) return null
  return list ? '$[*]' : '$'
}

/**
 * Events of the Open Cybersecurity Schema Framework: findings and devices, as Amazon Security Lake, Security Hub and other products hand them out.
 * Schema: https://schema.ocsf.io
 */
export const ocsf: Importer = reads({
  id: 'ocsf',
  title: 'OCSF findings and device inventory',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? '$[*]' : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected events of OCSF: "class_uid" 2001 to 2004 or 5001, with "metadata"')
    const once = toldOnce()
    let source: string | null = null
    yield* readJson(bytes, [layout]).tell(function* (matches) {
      for (const { value, at, document } of matches) {
        const event = fieldsOf(value)
        if (source === null) {
          source = sourceOf(event)
          const { name, version } = fieldsOf(fieldsOf(event.metadata).product)
          yield { kind: 'report', source, tool: textOf(name) || null, tool_version: textOf(version) || null, observed_at: null }
        }
        yield* eventRecords(event, layout === '$' ? `document ${document + 1}` : at, source, once)
      }
    })

    if (source === null) yield { kind: 'report', source: 'ocsf', tool: null, tool_version: null, observed_at: null }
  },
})

/** Security Hub is one source in each of its formats; any other product is its own. */
function sourceOf(event: Fields): string {
  const product = fieldsOf(fieldsOf(event.metadata).product)
  if (/^arn:aws[a-z-]*:securityhub:/.test(textOf(product.uid))) return 'aws-security-hub'
  const slug = kebabName(textOf(product.name) || textOf(product.vendor_name), 60)
  return slug === '' ? 'ocsf' : `ocsf-${slug}`
}

function* eventRecords(event: Fields, at: string, source: string, once: Once): Generator<FileRecord> {
  const class_uid = numberOf(event.class_uid) ?? 0
  const observed_at = firstInstant(event.time_dt, event.time)
  const found =
    class_uid === INVENTORY ? deviceAsset(fieldsOf(event.device), source) : FINDINGS.has(class_uid) ? assetOf(event, source) : null
  if (found === null) {
    const known = FINDINGS.has(class_uid) || class_uid === INVENTORY
    yield { kind: 'skipped', at, reason: known ? 'Expected a resource or device with a name' : `Class ${class_uid} is not read` }
    return
  }
  const told = found.asset
  const { asset } = told
  if (observed_at !== null) told.observed_at = observed_at
  if (class_uid === INVENTORY) {
    yield* once(told)
    return
  }
  const status = class_uid === 2002 || class_uid === 2004 ? null : statusOf(event)
  const listed = { access: 'remote', checks: 'listed' } as const
  const control_id = controlIdOf(event, source)
  if (status !== null && control_id !== '') {
    yield* once(told)
    if (status !== 'not_run') yield* once({ kind: 'coverage', asset, subject: 'control', ...listed })
    if (!once.knows(control_id)) yield* once(controlOf(event, control_id, true))
    const compliance = fieldsOf(event.compliance)
    const severity = status === 'fail' ? severityOf(event) : undefined
    const evidence = cutText(textsIn(compliance.status_detail).join(' ') || textsIn(compliance.status_details).join(' '))
    const result: ControlResultRecord = { kind: 'control_result', asset, control_id, status }
    if (severity) result.severity = severity
    if (evidence) result.evidence = evidence
    if (found.place) result.place = found.place
    yield result
    return
  }
  const left = leftOut(event)
  if (left === 'suppressed' || left === 'archived') {
    yield { kind: 'skipped', at, reason: left === 'archived' ? 'Archived' : 'Suppressed' }
    return
  }
  const flaw = flawOf(event, source, once.knows)
  if (flaw !== null) {
    yield* once(told)
    if (left === 'resolved') {
      yield closedItem({ asset, ...flaw.finding }, { reason: 'Resolved', at })
      return
    }
    yield* once({ kind: 'coverage', asset, subject: 'vulnerability', ...listed })
    for (const vulnerability of flaw.vulnerabilities) yield* once(vulnerability)
    yield { kind: 'finding', asset, ...flaw.finding }
    return
  }
  if (control_id === '' || class_uid === 2002) {
    yield {
      kind: 'skipped',
      at,
      reason: class_uid === 2002 ? 'Expected the id of a vulnerability' : 'Expected a control, an analytic or a type',
    }
    return
  }
  yield* once(told)
  if (left === 'resolved') {
    yield closedItem({ asset, control_id, ...given({ place: found.place }) }, { reason: 'Resolved', at })
    return
  }
  if (!once.knows(control_id)) yield* once(controlOf(event, control_id, false))
  const severity = severityOf(event)
  const title = cutText(textOf(infoOf(event).title))
  const finding: FindingRecord = { kind: 'finding', asset, control_id, access: 'full' }
  if (severity) finding.severity = severity
  if (title) finding.title = title
  if (found.place) finding.place = found.place
  yield finding
}
