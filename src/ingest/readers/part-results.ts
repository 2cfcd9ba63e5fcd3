import { UserError } from '../../errors.ts'
import { NumberedPlaces } from '../../model/numbered-place.ts'
import type { ControlRecord, ControlResultRecord, FileRecord, FindingRecord } from '../../model/record.ts'
import type { Severity } from '../../model/severity.ts'

/** A rule that a part of an asset fails: a resource in a file, a container of a workload. */
export interface FailedPart {
  asset: string
  control: ControlRecord
  /** What fails, by a name that stays when lines move: `main.tf aws_s3_bucket.logs`. '': the asset itself. */
  part: string
  /** Of the part: `file`, `resource`. */
  type: string
  severity?: Severity
  /** The tool's sentence. */
  title?: string
  /** Where it is to be seen: `main.tf:12`. */
  place?: string
}

/** A rule on an asset. Its name of both is made once, not for every part that fails. */
interface RuleOfAsset {
  key: string
  failed: boolean
}

/** Most rules, and rules with parts, that are held for one report. */
const MAX_HELD = 500_000
const MAX_TEXT = 500

/** What is told of a rule and asset that answered in several ways: the first of these. */
const RANK: ControlResultRecord['status'][] = ['pass', 'not_applicable', 'not_run']

/**
 * Turns results of rules about the parts of an asset into records. Each failed part is a finding of its own; the second one of a rule and part with one
 * name is told apart by its number, not by its line. What passed is told once per asset and rule, at the end, and only where no part fails: an
 * asset with one failing part does not pass. The control is described the first time that it is named. Throws UserError('unreadable_report') for a report
 * with more than 500,000 rules or parts.
 */
export function openPartResults(): {
  fail(part: FailedPart): FileRecord[]
  /** `status` pass; or not_run, not_applicable: what was suppressed or could not be answered. It counts only where nothing passed or failed. */
  other(asset: string, control: ControlRecord, status: Exclude<ControlResultRecord['status'], 'fail'>, evidence?: string): FileRecord[]
  end(): Generator<FileRecord>
} {
  const described = new Set<string>()
  const rules = new Map<string, Map<string, RuleOfAsset>>()
  let failed = 0
  const places = new NumberedPlaces()
  const others = new Map<string, ControlResultRecord>()
  const ruleOf = (asset: string, control_id: string): RuleOfAsset => {
    let ofAsset = rules.get(asset)
    if (ofAsset === undefined) rules.set(asset, (ofAsset = new Map()))
    let rule = ofAsset.get(control_id)
    if (rule === undefined) ofAsset.set(control_id, (rule = { key: `${asset}\0${control_id}`, failed: false }))
    return rule
  }
  const hold = () => {
    if (described.size + failed + places.size + others.size > 4 * MAX_HELD)
      throw new UserError('unreadable_report', `The report is about more than ${MAX_HELD} rules and parts`)
  }
  /** The control if it is news. */
  const describe = (control: ControlRecord): FileRecord[] => {
    if (described.has(control.control_id)) return []
    described.add(control.control_id)
    return [control]
  }
  return {
    fail({ asset, control, part, type, severity, title, place }) {
      const records = describe(control)
      const rule = ruleOf(asset, control.control_id)
      if (!rule.failed) {
        rule.failed = true
        failed++
        others.delete(rule.key)
      }
      const name = places.next(rule.key, part.slice(0, MAX_TEXT))
      hold()
      const finding: FindingRecord = { kind: 'finding', asset, control_id: control.control_id }
      if (severity) finding.severity = severity
      if (title) finding.title = title.slice(0, 2000)
      if (name) finding.component = { name, type }
      if (place) finding.place = place.slice(0, MAX_TEXT)
      records.push(finding)
      return records
    },
    other(asset, control, status, evidence) {
      const records = describe(control)
      const rule = ruleOf(asset, control.control_id)
      if (rule.failed) return records
      const before = others.get(rule.key)
      if (before && RANK.indexOf(before.status) <= RANK.indexOf(status)) return records
      hold()
      others.set(rule.key, {
        kind: 'control_result',
        asset,
        control_id: control.control_id,
        status,
        ...(control.severity && { severity: control.severity }),
        ...(evidence && { evidence: evidence.slice(0, 2000) }),
      })
      return records
    },
    *end() {
      yield* others.values()
      others.clear()
    },
  }
}
