import { parseEpoch } from '../../../model/epoch.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { checkResult } from '../../readers/check-result.ts'
import { type Fields, fieldsOf, listOf, numberOf, textOf, wordOf } from '../../readers/json-fields.ts'

/** Seconds and nanoseconds since 1970. */
function timeOf(value: unknown): Instant | null {
  const time = fieldsOf(value)
  const at = parseEpoch(time['seconds'])
  const nanos = numberOf(time['nanos']) ?? 0
  return at === null ? null : at + (nanos > 0 && nanos < 1e9 ? Math.floor(nanos / 1000) : 0)
}

/** The image that was scanned, and what the scan covers. */
export function* describeScan(told: Fields, asset: string): Generator<FileRecord> {
  const observed_at = timeOf(told['scan_started'])
  const registry = textOf(told['registry'])
  const image = textOf(told['image']) || textOf(told['image_name'])
  const pulled = textOf(told['pull_name'])
  // A registry is an address, or the name that somebody gave it in Aqua: that name is none of the image's.
  const isAddress = registry !== '' && /^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/i.test(registry)
  const whole = isAddress && image !== '' && !image.startsWith(`${registry}/`) ? `${registry}/${image}` : undefined
  const system = [textOf(told['os']), textOf(told['version'])].filter(Boolean).join(' ')
  const record = imageAsset(asset, {
    references: [whole, pulled, image],
    digest: textOf(told['digest']),
    os: system,
  })
  yield { ...record, ...(observed_at !== null && { observed_at }) }
  // A scan that has failed says so; an old report says SCANNED.
  const status = textOf(told['status'])
  if (status !== '' && status !== 'SCANNED') return
  yield { kind: 'coverage', asset, subject: 'vulnerability' }
  yield { kind: 'coverage', asset, subject: 'control' }
}

/** Controls of the assurance policies that apply to the image; the same control of several policies is met when all say so. */
export function* readChecks(told: Fields, asset: string, described: Set<string>): Generator<FileRecord> {
  for (const one of listOf(fieldsOf(told['image_assurance_results'])['checks_performed'])) {
    const check = fieldsOf(one)
    const control = textOf(check['control'])
    if (control === '') continue
    const seen = Object.entries(check).filter(
      ([name, value]) => !['failed', 'policy_id', 'policy_name', 'control'].includes(name) && wordOf(value) !== '',
    )
    yield* checkResult(
      {
        asset,
        control_id: `aqua:${control}`,
        title: `Image assurance: ${control.replaceAll('_', ' ')}`,
        status: check['failed'] === true ? 'fail' : 'pass',
        category: 'Image assurance',
        evidence: seen.map(([name, value]) => `${name.replaceAll('_', ' ')}: ${wordOf(value)}`).join(', '),
        place: textOf(check['policy_name']),
      },
      described,
    )
  }
}
