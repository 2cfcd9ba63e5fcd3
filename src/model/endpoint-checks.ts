import type { ControlResultRecord, FileRecord } from './record.ts'
import type { Severity } from './severity.ts'

/** Something that a tool looks for at an endpoint. */
export interface EndpointCheck {
  /** Stable; becomes `<source>:<id>`. */
  id: string
  title: string
  severity: Severity
  /** A known vulnerability, with its CVEs (none: it is called by the check's own id). Absent: a rule of good configuration. */
  vulnerabilities?: string[]
}

/** What a tool says of one check at one endpoint. */
export interface EndpointAnswer {
  check: EndpointCheck
  /** Null: it did not look, or could not tell. */
  failed: boolean | null
  evidence?: string
  /** Where this answer's severity differs from the check's. */
  severity?: Severity
}

/** What is told once per file. */
export interface ToldChecks {
  source: string
  product: string
  told: Set<string>
}

/**
 * The records of the answers about one endpoint (`asset` is its key): a result per rule, a finding per vulnerability that is there, and what was looked
 * for. All vulnerabilities are covered only when each has an answer; else only those of the same set, by the ids of its checks.
 */
export function* endpointRecords(asset: string, answers: readonly EndpointAnswer[], file: ToldChecks): Generator<FileRecord> {
  const { source, product, told } = file
  const looked: string[] = []
  let missing = false
  let controls = false
  for (const { check, failed, evidence, severity = check.severity } of answers) {
    const id = `${source}:${check.id}`
    const tellNow = !told.has(id)
    if (check.vulnerabilities) {
      if (failed === null) missing = true
      else looked.push(check.id)
      if (!failed) continue
      const vulnerability_ids = check.vulnerabilities.length > 0 ? check.vulnerabilities : [id]
      if (tellNow) {
        told.add(id)
        for (const vulnerability_id of vulnerability_ids)
          yield { kind: 'vulnerability', vulnerability_id, ...(vulnerability_ids.length === 1 && { title: check.title, severity }) }
      }
      yield {
        kind: 'finding',
        asset,
        vulnerability_ids,
        severity,
        title: check.title,
        // Tells findings of one CVE apart that two checks look for.
        place: check.id,
        access: 'remote',
      }
      continue
    }
    if (tellNow) {
      told.add(id)
      yield { kind: 'control', control_id: id, title: check.title, severity: check.severity, category: 'TLS', product }
    }
    if (failed !== null) controls = true
    const result: ControlResultRecord = {
      kind: 'control_result',
      asset,
      control_id: id,
      status: failed === null ? 'not_run' : failed ? 'fail' : 'pass',
      ...(failed && { severity }),
      ...(evidence && { evidence: evidence.slice(0, 2000) }),
    }
    yield result
  }
  if (controls) yield { kind: 'coverage', asset, subject: 'control', access: 'remote' }
  if (looked.length > 0)
    yield { kind: 'coverage', asset, subject: 'vulnerability', access: 'remote', ...(missing && { checks: looked.sort().join(' ') }) }
}
