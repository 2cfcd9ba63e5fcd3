import { NumberedPlaces } from '../../../model/numbered-place.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import { splitPackage } from '../../../model/package-version.ts'
import type { FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { isPublicId } from '../../../model/vulnerability-id.ts'
import { cutText } from '../../readers/json-fields.ts'
import { scannerItem } from '../../readers/package-finding.ts'

/** One rule of the policy that something in the image triggered; '' is what the report does not tell. */
export interface Violation {
  /** Place in the file. */
  at: string
  gate: string
  trigger: string
  trigger_id: string
  text: string
  /** An allow list lets it pass. */
  allowed: boolean
}

export interface Evaluation {
  tag: string
  digest: string
  policy: string
  time: string
  violations: Iterable<Violation>
}

const partsOf = remembered(splitPackage)

/** All records of one image's evaluation. */
export function* readEvaluation(evaluation: Evaluation, asset: string, described: Set<string>): Generator<FileRecord> {
  const observed_at = parseInstant(evaluation.time)
  const image = imageAsset(asset, { references: [evaluation.tag], digest: evaluation.digest })
  yield { ...image, ...(observed_at !== null && { observed_at }) }
  const checks = `policy ${evaluation.policy}`.trim()
  yield { kind: 'coverage', asset, subject: 'control', checks }
  yield { kind: 'coverage', asset, subject: 'vulnerability', checks }
  const places = new NumberedPlaces()
  for (const violation of evaluation.violations) yield* violationRecords(violation, asset, described, places)
}

function violationRecords(violation: Violation, asset: string, described: Set<string>, places: NumberedPlaces): FileRecord[] {
  const { at, gate, trigger, trigger_id, text } = violation
  if (gate === '' || trigger === '') {
    return [{ kind: 'skipped', at, reason: 'Expected a violation with gate and trigger' }]
  }
  if (violation.allowed) {
    return [{ kind: 'skipped', at, reason: `${gate}/${trigger} is on an allow list: ${(text || trigger_id).slice(0, 500)}` }]
  }
  // The words of most gates begin with a severity that the author of the policy, or the feed, gave.
  const word = /^(CRITICAL|HIGH|MEDIUM|LOW|NEGLIGIBLE|UNKNOWN)\b/.exec(text)?.[1]
  // A package that has a vulnerability: `CVE-2015-2992+struts-core-1.3.8.jar`.
  const plus = gate === 'vulnerabilities' ? trigger_id.indexOf('+') : -1
  const id = trigger_id.slice(0, Math.max(0, plus))
  const component = trigger_id.slice(plus + 1)
  if (plus >= 0 && component && isPublicId(id)) {
    return scannerItem(
      {
        source: 'anchore',
        asset,
        at,
        ids: [id],
        severity: word,
        urls: described.has(id) ? [] : [/https:\/\/[^\s)]{3,500}/.exec(text)?.[0]],
        component: partsOf(component),
        place: /package type \(\w+\) - (\/[^\s]+) \(/.exec(text)?.[1],
      },
      described,
    )
  }
  const records: FileRecord[] = []
  const control_id = `anchore:${gate}/${trigger}`
  const severity = parseSeverity(word) ?? undefined
  if (!described.has(control_id)) {
    described.add(control_id)
    records.push({
      kind: 'control',
      control_id,
      title: `${gate}: ${trigger.replaceAll('_', ' ')}`,
      category: gate,
      product: 'Container image',
    })
  }
  const subject = (text || trigger_id || trigger).slice(0, 300)
  records.push({
    kind: 'finding',
    asset,
    control_id,
    severity,
    title: cutText(text) ?? trigger,
    // One rule fires once per thing that it finds; its words are the same each time, so they tell the things apart.
    component: { name: places.next(control_id, subject), type: 'policy rule' },
  })
  return records
}
