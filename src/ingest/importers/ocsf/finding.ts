import { type AwsPackage, awsPackage } from '../../../model/aws-asset.ts'
import type { ControlRecord, ControlResultRecord, FindingRecord, VulnerabilityRecord } from '../../../model/record.ts'
import { splitRequirement } from '../../../model/requirement.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { bestRating } from '../../readers/cvss.ts'
import {
  cutText,
  type Fields,
  fieldsOf,
  firstInstant,
  given,
  httpsOf,
  listOf,
  numberOf,
  textOf,
  textsIn,
} from '../../readers/json-fields.ts'

/** What is common to the classes of findings: `finding_info`, `finding` before 1.1. */
export const infoOf = (event: Fields): Fields => fieldsOf(event.finding_info ?? event.finding)

const severities: (Severity | undefined)[] = [undefined, 'informational', 'low', 'medium', 'high', 'critical', 'critical']

/** The word, else the number. https://schema.ocsf.io/classes/base_event (severity_id) */
export const severityOf = (event: Fields): Severity | undefined =>
  parseSeverity(textOf(event.severity)) ?? severities[numberOf(event.severity_id) ?? 0]

/** Whether the finding no longer stands: closed or resolved, or put aside. https://schema.ocsf.io/classes/finding (status_id, activity_id) */
export function leftOut(event: Fields): 'resolved' | 'archived' | 'suppressed' | null {
  const status = (textOf(event.status) || textOf(event.state)).toLowerCase()
  const id = numberOf(event.status_id) ?? numberOf(event.state_id)
  if (status === 'suppressed' || (status === '' && id === 3)) return 'suppressed'
  if (status === 'archived' || (status === '' && id === 5)) return 'archived'
  return status === 'resolved' || (status === '' && id === 4) || numberOf(event.activity_id) === 3 ? 'resolved' : null
}

const EXPLOIT = 'public' as const

/** The vulnerabilities of an item, of which those that are `known` need not be told. Null when none has an id. https://schema.ocsf.io/classes/vulnerability_finding */
export function flawOf(
  event: Fields,
  source: string,
  known: (id: string) => boolean,
): { vulnerabilities: VulnerabilityRecord[]; finding: Omit<FindingRecord, 'kind' | 'asset'> } | null {
  /** The first that says something of each. */
  const listed = new Map<string, Fields>()
  const ratings: Ratings = []
  const packages: AwsPackage[] = []
  let isExploited = false
  for (const value of listOf(event.vulnerabilities)) {
    const one = fieldsOf(value)
    const id = idOf(one, source)
    if (id !== '' && !listed.has(id)) listed.set(id, one)
    addRatings(ratings, one)
    for (const each of listOf(one.affected_packages ?? one.packages)) packages.push(packageOf(fieldsOf(each)))
    isExploited ||= one.is_exploit_available === true
  }
  if (listed.size === 0) return null
  const info = infoOf(event)
  const severity = severityOf(event)
  const rating = bestRating(ratings)
  const found = awsPackage(packages)
  const title = cutText(textOf(info.title))
  const vulnerabilities: VulnerabilityRecord[] = []
  for (const [vulnerability_id, own] of listed) {
    if (known(vulnerability_id)) continue
    const cve = fieldsOf(own.cve)
    vulnerabilities.push({
      kind: 'vulnerability',
      vulnerability_id,
      ...given({
        title: cutText(textOf(own.title)) ?? title,
        description: cutText(textOf(own.desc) || textOf(info.desc)),
        severity: parseSeverity(textOf(own.severity)) ?? severity,
        published_at: firstInstant(cve.created_time_dt, cve.created_time),
        url: httpsOf(...textsIn(cve.references), ...textsIn(own.references), ...textsIn(own.kb_articles)),
      }),
      ...(listed.size === 1 && rating),
    })
  }
  const finding: Omit<FindingRecord, 'kind' | 'asset'> = { vulnerability_ids: [...listed.keys()], access: 'full' }
  if (severity) finding.severity = severity
  if (rating) finding.cvss = rating.cvss
  if (title) finding.title = title
  if (found?.fixed_version) finding.fixed_version = found.fixed_version
  if (found?.place) finding.place = found.place
  if (found) finding.component = found.component
  if (isExploited) finding.exploit_stage = EXPLOIT
  return { vulnerabilities, finding }
}

type Ratings = { score: number | null; vector: string; version: 2 | 3 | 4 | null }[]

function addRatings(ratings: Ratings, one: Fields): void {
  const { cvss } = fieldsOf(one.cve)
  for (const value of Array.isArray(cvss) ? (cvss as unknown[]) : [cvss ?? one.cvss]) {
    const each = fieldsOf(value)
    const major = /^V?([234])/i.exec(textOf(each.version))?.[1]
    ratings.push({
      score: numberOf(each.base_score),
      vector: textOf(each.vector_string),
      version: major === undefined ? null : (Number(major) as 2 | 3 | 4),
    })
  }
}

const packageOf = (each: Fields): AwsPackage => ({
  name: textOf(each.name),
  version: textOf(each.version),
  epoch: textOf(each.epoch),
  release: textOf(each.release),
  manager: textOf(each.package_manager) || textOf(each.type),
  path: textOf(each.path),
  fixed: textOf(each.fixed_in_version),
})

function idOf(one: Fields, source: string): string {
  const cve = textOf(fieldsOf(one.cve).uid)
  if (cve !== '') return /^CVE-/i.test(cve) ? cve.toUpperCase() : cve
  const advisory = textOf(fieldsOf(one.advisory).uid)
  if (advisory !== '') return /^[A-Za-z]{2,}[A-Za-z0-9]*-/.test(advisory) ? advisory : `${source}:${advisory}`
  return ''
}

/** Id of the rule behind a finding: the control, the analytic that saw it, or its type. */
export function controlIdOf(event: Fields, source: string): string {
  const info = infoOf(event)
  const feature = fieldsOf(fieldsOf(fieldsOf(event.metadata).product).feature)
  const control = textOf(fieldsOf(event.compliance).control) || textOf(fieldsOf(event.unmapped)['ProductFields.ControlId'])
  const generator = textOf(feature.uid)
  const analytic = fieldsOf(info.analytic ?? event.analytic)
  const types = textsIn(info.types)[0]?.split('/').at(-1) ?? ''
  const id =
    control ||
    textOf(analytic.uid) ||
    /^(?:security-control|aws-foundational-security-best-practices\/v\/[^/]+)\/(.+)$/.exec(generator)?.[1] ||
    generator ||
    textOf(analytic.name) ||
    types
  return id === '' ? '' : `${source}:${id.slice(0, 250)}`
}

/** The control of an item, as far as the item describes it. */
export function controlOf(event: Fields, control_id: string, whole: boolean): ControlRecord {
  const info = infoOf(event)
  const remediation = fieldsOf(event.remediation ?? info.remediation)
  const requirements = textsIn(fieldsOf(event.compliance).requirements).flatMap((text) => splitRequirement(text) ?? [])
  const severity = severityOf(event)
  return {
    kind: 'control',
    control_id,
    title: cutText(textOf(info.title)) ?? control_id,
    ...(!whole && { partial: true }),
    ...given({
      // What passes is told as informational by some: no severity of the control.
      severity: whole && statusOf(event) === 'pass' ? undefined : severity,
      description: whole ? cutText(textOf(info.desc)) : undefined,
      remediation: cutText(textOf(remediation.desc)),
      url: httpsOf(...textsIn(remediation.references), ...textsIn(remediation.kb_articles), textOf(info.src_url)),
    }),
    ...(requirements.length > 0 && { frameworks: requirements }),
  }
}

/** Whether the control is met. https://schema.ocsf.io/objects/compliance */
export function statusOf(event: Fields): ControlResultRecord['status'] | null {
  const compliance = fieldsOf(event.compliance)
  const word = textOf(compliance.status).toLowerCase()
  const id = numberOf(compliance.status_id)
  if (word === '' && id === null) return null
  if (leftOut(event) === 'suppressed') return 'not_run'
  if (word.startsWith('pass') || (word === '' && id === 1)) return 'pass'
  return word.startsWith('fail') || (word === '' && id === 3) ? 'fail' : 'not_run'
}
