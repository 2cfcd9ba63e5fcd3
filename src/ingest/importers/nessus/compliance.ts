import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'

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
 * The records of an item of a configuration audit (`cm:compliance-…` elements): a control and its result. `text` gives its fields. Null when the item is none.
 * WARNING is how audits mark checks that a person has to do: it counts as not run.
 */
export function complianceRecords(text: (name: string) => string | null, asset: string): FileRecord[] | null {
  const result = text('cm:compliance-result')
  const name = text('cm:compliance-check-name')
  if (result === null || name === null) return null
  const id = text('cm:compliance-functional-id') ?? text('cm:compliance-check-id') ?? name
  const control_id = `nessus:${id}`
  const remediation = text('cm:compliance-solution')
  const description = text('cm:compliance-info')
  const evidence = text('cm:compliance-actual-value')
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
