import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { childText, type XmlNode } from '../../readers/xml.ts'

const STATUS: Record<string, ControlResultRecord['status']> = Object.assign(
  Object.create(null) as Record<string, ControlResultRecord['status']>,
  {
    PASSED: 'pass',
    FAILED: 'fail',
    WARNING: 'not_run',
    ERROR: 'not_run',
    SKIPPED: 'not_run',
  },
)

/**
 * The records of an item of a configuration audit (`cm:compliance-…` elements): a control and its result. Null when the item is none.
 * WARNING is how audits mark checks that a person has to do: it counts as not run.
 */
export function complianceRecords(node: XmlNode, asset: string): FileRecord[] | null {
  const result = childText(node, 'cm:compliance-result')
  const name = childText(node, 'cm:compliance-check-name')
  if (result === null || name === null) return null
  const id = childText(node, 'cm:compliance-functional-id') ?? childText(node, 'cm:compliance-check-id') ?? name
  const control_id = `nessus:${id}`
  const remediation = childText(node, 'cm:compliance-solution')
  const description = childText(node, 'cm:compliance-info')
  const evidence = childText(node, 'cm:compliance-actual-value')
  return [
    { kind: 'control', control_id, title: name, ...(description && { description }), ...(remediation && { remediation }) },
    {
      kind: 'control_result',
      asset,
      control_id,
      status: STATUS[result.toUpperCase()] ?? 'not_run',
      ...(evidence && { evidence: evidence.slice(0, 2000) }),
    },
  ]
}
