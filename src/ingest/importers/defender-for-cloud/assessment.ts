import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'
import { cutText } from '../../readers/json-fields.ts'

const SOURCE = 'defender-for-cloud'

/** One recommendation about one resource. What a layout does not say is ''. */
export interface Assessment {
  at: string
  /** The assessment key: a GUID that is the same in all subscriptions. */
  key: string
  title: string
  description: string
  remediation: string
  severity: string
  categories: string[]
  /** Healthy, Unhealthy, NotApplicable. */
  state: string
  reason: string
  /** Azure path of the resource, in any case. */
  resource: string
  name: string
  account_name: string
  observed_at: Instant | null
}

/** `/subscriptions/…/providers/Microsoft.Security/assessments/<key>`: the resource in front, and the key. */
export function splitId(id: string): { resource: string; key: string } {
  const match = /^(\/.{1,2000}?)\/providers\/Microsoft\.Security\/assessments\/([^/]{1,200})$/i.exec(id)
  return match ? { resource: match[1]!, key: match[2]! } : { resource: '', key: '' }
}

const statuses = new Map<string, ControlResultRecord['status']>([
  ['healthy', 'pass'],
  ['unhealthy', 'fail'],
])

/** Not applicable to the resource, or switched off (by policy, an exemption): the second is a choice, no answer. */
const statusOf = ({ state, reason }: Assessment): ControlResultRecord['status'] | null =>
  statuses.get(state.toLowerCase()) ??
  (state.toLowerCase() === 'notapplicable'
    ? /\b(?:OffByPolicy|Exempt|evaluated to off|disabled)/i.test(reason)
      ? 'not_run'
      : 'not_applicable'
    : null)

const plain = (text: string) =>
  text
    .replace(/<[^<>]{0,2000}>/g, ' ')
    .replace(/[ \t]+/g, ' ')
    .trim()

export interface OpenReport {
  records(assessment: Assessment): Generator<FileRecord>
  skip(at: string, reason: string): Generator<FileRecord>
  /** A page is missing. */
  cut(): void
  end(): Generator<FileRecord>
}

/** Turns assessments into records: one report, resources and controls told once, coverage at the end. */
export function openReport(): OpenReport {
  let begun = false
  let cut = false
  const assets = new Set<string>()
  const answered = new Set<string>()
  const controls = new Set<string>()

  function* begin(observed_at: Instant | null): Generator<FileRecord> {
    if (begun) return
    begun = true
    yield { kind: 'report', source: SOURCE, tool: 'Microsoft Defender for Cloud', tool_version: null, observed_at }
  }

  return {
    cut() {
      cut = true
    },
    *skip(at, reason) {
      yield* begin(null)
      yield { kind: 'skipped', at, reason }
    },
    *records(one) {
      yield* begin(one.observed_at)
      const status = statusOf(one)
      // Azure writes the same path in different cases.
      const resource = one.resource.toLowerCase()
      if (one.key === '' || status === null || !resource.startsWith('/')) {
        const expected =
          one.key === ''
            ? 'the key of a recommendation'
            : status === null
              ? 'a state Healthy, Unhealthy or NotApplicable'
              : 'the path of a resource'
        yield {
          kind: 'skipped',
          at: one.at,
          reason: `expected ${expected}; found ${JSON.stringify((status === null ? one.state : one.resource).slice(0, 80))}`,
        }
        return
      }
      if (!assets.has(resource)) {
        assets.add(resource)
        const parts = one.resource.split('/')
        const subscription = /^\/subscriptions\/([^/]+)/.exec(resource)?.[1]
        const whole = /^\/subscriptions\/[^/]+$/.test(resource)
        yield {
          kind: 'asset',
          asset: resource,
          type: whole ? 'account' : 'cloud_resource',
          name: (whole ? one.account_name : one.name) || parts.at(-1)!,
          names: [{ type: 'cloud_id', name: resource }],
          attributes: { cloud_provider: 'azure', ...(subscription && { cloud_account: subscription }) },
        }
      }
      if (status === 'pass' || status === 'fail') answered.add(resource)
      const control_id = `${SOURCE}:${one.key.toLowerCase()}`
      const severity = parseSeverity(one.severity)
      if (!controls.has(control_id)) {
        controls.add(control_id)
        const description = plain(one.description)
        const remediation = plain(one.remediation)
        yield {
          kind: 'control',
          control_id,
          title: one.title || one.key,
          ...(severity && { severity }),
          ...(one.categories[0] && { category: one.categories[0] }),
          ...(description && { description: cutText(description) }),
          ...(remediation && { remediation: cutText(remediation) }),
          product: 'Microsoft Defender for Cloud',
          ...(description === '' && { partial: true }),
        }
      }
      yield {
        kind: 'control_result',
        asset: resource,
        control_id,
        status,
        ...(severity && { severity }),
        ...(one.reason && { evidence: cutText(one.reason, 2000) }),
      }
    },
    *end() {
      yield* begin(null)
      if (!cut) for (const asset of answered) yield { kind: 'coverage', asset, subject: 'control' }
    },
  }
}
