import type { ControlRecord, ControlResultRecord, FileRecord } from '../../model/record.ts'
import { cutText, httpsOf } from './json-fields.ts'

/** The outcome of one check on one asset as posture tools state it. What a format lacks is left out. */
export interface CheckResult {
  asset: string
  control_id: string
  title: string
  status: ControlResultRecord['status']
  severity?: ControlResultRecord['severity'] | null
  category?: string | null | undefined
  product?: string | null | undefined
  description?: string | null | undefined
  remediation?: string | null | undefined
  urls?: readonly (string | null | undefined)[]
  frameworks?: NonNullable<ControlRecord['frameworks']>
  evidence?: string | null | undefined
  place?: string | null | undefined
}

/** The records of one check: the control once per report (`described` keeps which were told), and its result. */
export function checkResult(check: CheckResult, described: Set<string>): FileRecord[] {
  const records: FileRecord[] = []
  const { asset, control_id, status } = check
  const severity = check.severity ?? undefined
  if (!described.has(control_id)) {
    described.add(control_id)
    const url = httpsOf(...(check.urls ?? []))
    const description = cutText(check.description)
    const remediation = cutText(check.remediation)
    records.push({
      kind: 'control',
      control_id,
      title: cutText(check.title) ?? control_id,
      ...(severity && { severity }),
      ...(check.category && { category: check.category }),
      ...(description && { description }),
      ...(remediation && { remediation }),
      ...(url && { url }),
      ...(check.product && { product: check.product }),
      ...(check.frameworks && check.frameworks.length > 0 && { frameworks: check.frameworks }),
    })
  }
  const evidence = cutText(check.evidence)
  const result: ControlResultRecord = { kind: 'control_result', asset, control_id, status }
  if (severity) result.severity = severity
  if (evidence) result.evidence = evidence
  if (check.place) result.place = check.place
  records.push(result)
  return records
}
