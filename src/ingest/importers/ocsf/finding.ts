import { awsPackage } from '../../../model/aws-asset.ts'
import type { ControlRecord, ControlResultRecord, FindingRecord, VulnerabilityRecord } from '../../../model/record.ts'
import { splitRequirement } from '../../../model/requirement.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { bestRating } from '../../readers/cvss.ts'
import {
  cutText,
  firstInstant,
  given,
  httpsLink,
  listOf,
  type Members,
  membersOf,
  numberOf,
  textOf,
  textsOf,
} from '../../readers/json-members.ts'

/** What is common to the classes of findings: `finding_info`, `finding` before 1.1. */
export const infoOf = (event: Members): Members => membersOf(event.finding_info ?? event.finding)

const severities: (Severity | undefined)[] = [undefined, 'informational', 'low', 'medium', 'high', 'critical', 'critical']

/** The word, else the number. https://schema.ocsf.io/classes/base_event (severity_id) */
export const severityOf = (event: Members): Severity | undefined =>
  parseSeverity(textOf(event.severity)) ?? severities[numberOf(event.severity_id) ?? 0]

/** Whether the finding no longer stands: closed or resolved, or put aside. */
export function leftOut(event: Members): 'resolved' | 'suppressed' | null {
  const status = (textOf(event.status) || textOf(event.state)).toLowerCase()
  const id = numberOf(event.status_id) ?? numberOf(event.state_id)
  if (status === 'suppressed' || (status === '' && id === 3)) return 'suppressed'
  return status === 'resolved' || status === 'archived' || (status === '' && id === 4) || numberOf(event.activity_id) === 3
    ? 'resolved'
    : null
}

const EXPLOIT = 'public' as const

/** The vulnerabilities of an item. Null when none has an id. https://schema.ocsf.io/classes/vulnerability_finding */
export function flawOf(
  event: Members,
  source: string,
): { vulnerabilities: VulnerabilityRecord[]; finding: Omit<FindingRecord, 'kind' | 'asset'> } | null {
  const info = infoOf(event)
  const severity = severityOf(event)
  const listed = listOf(event.vulnerabilities).map(membersOf)
  const ids = [...new Set(listed.map((one) => idOf(one, source)).filter((id) => id !== ''))]
  if (ids.length === 0) return null
  const rating = bestRating(
    listed.flatMap((one) => {
      const { cvss } = membersOf(one.cve)
      return (Array.isArray(cvss) ? cvss : [cvss ?? one.cvss]).map((value: unknown) => {
        const each = membersOf(value)
        const major = /^V?([234])/i.exec(textOf(each.version))?.[1]
        return {
          score: numberOf(each.base_score),
          vector: textOf(each.vector_string),
          version: major === undefined ? null : (Number(major) as 2 | 3 | 4),
        }
      })
    }),
  )
  const found = awsPackage(
    listed.flatMap((one) =>
      listOf(one.affected_packages ?? one.packages).map((value) => {
        const each = membersOf(value)
        return {
          name: textOf(each.name),
          version: textOf(each.version),
          epoch: textOf(each.epoch),
          release: textOf(each.release),
          manager: textOf(each.package_manager) || textOf(each.type),
          path: textOf(each.path),
          fixed: textOf(each.fixed_in_version),
        }
      }),
    ),
  )
  const title = cutText(textOf(info.title))
  return {
    vulnerabilities: ids.map((vulnerability_id) => {
      const own = listed.find((one) => idOf(one, source) === vulnerability_id) ?? {}
      const cve = membersOf(own.cve)
      return {
        kind: 'vulnerability' as const,
        vulnerability_id,
        ...given({
          title: cutText(textOf(own.title)) ?? title,
          description: cutText(textOf(own.desc) || textOf(info.desc)),
          severity: parseSeverity(textOf(own.severity)) ?? severity,
          published_at: firstInstant(cve.created_time_dt, cve.created_time),
          url: httpsLink(...textsOf(cve.references), ...textsOf(own.references), ...textsOf(own.kb_articles)),
        }),
        ...(ids.length === 1 && rating),
      }
    }),
    finding: {
      vulnerability_ids: ids,
      access: 'full',
      ...given({ severity, cvss: rating?.cvss, title, fixed_version: found?.fixed_version, place: found?.place }),
      ...(found && { component: found.component }),
      ...(listed.some((one) => one.is_exploit_available === true) && { exploit_stage: EXPLOIT }),
    },
  }
}

function idOf(one: Members, source: string): string {
  const cve = textOf(membersOf(one.cve).uid)
  if (cve !== '') return /^CVE-/i.test(cve) ? cve.toUpperCase() : cve
  const advisory = textOf(membersOf(one.advisory).uid)
  if (advisory !== '') return /^[A-Za-z]{2,}[A-Za-z0-9]*-/.test(advisory) ? advisory : `${source}:${advisory}`
  return ''
}

/** Id of the rule behind a finding: the control, the analytic that saw it, or its type. */
export function controlIdOf(event: Members, source: string): string {
  const info = infoOf(event)
  const feature = membersOf(membersOf(membersOf(event.metadata).product).feature)
  const control = textOf(membersOf(event.compliance).control) || textOf(membersOf(event.unmapped)['ProductFields.ControlId'])
  const generator = textOf(feature.uid)
  const analytic = membersOf(info.analytic ?? event.analytic)
  const types = textsOf(info.types)[0]?.split('/').at(-1) ?? ''
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
export function controlOf(event: Members, control_id: string, whole: boolean): ControlRecord {
  const info = infoOf(event)
  const remediation = membersOf(event.remediation ?? info.remediation)
  const requirements = textsOf(membersOf(event.compliance).requirements).flatMap((text) => splitRequirement(text) ?? [])
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
      url: httpsLink(...textsOf(remediation.references), ...textsOf(remediation.kb_articles), textOf(info.src_url)),
    }),
    ...(requirements.length > 0 && { frameworks: requirements }),
  }
}

/** Whether the control is met. https://schema.ocsf.io/objects/compliance */
export function statusOf(event: Members): ControlResultRecord['status'] | null {
  const compliance = membersOf(event.compliance)
  const word = textOf(compliance.status).toLowerCase()
  const id = numberOf(compliance.status_id)
  if (word === '' && id === null) return null
  if (leftOut(event) === 'suppressed') return 'not_run'
  if (word.startsWith('pass') || (word === '' && id === 1)) return 'pass'
  return word.startsWith('fail') || (word === '' && id === 3) ? 'fail' : 'not_run'
}
