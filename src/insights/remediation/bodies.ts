import { z } from 'zod'
import { remediationTypes } from '../../model/recommendation.ts'

export const priorities = ['high', 'medium', 'low'] as const

/** Most assets of one request. */
export const MOST_TARGETS = 100_000

/** Body of a remediation activity. What it is about is frozen when it is requested: later findings are no part of it. */
export const RemediationShape = z.strictObject({
  recommendation: z.string().min(1).max(500),
  title: z.string().min(1).max(500),
  remediation_type: z.enum(remediationTypes),
  /** Asset groups that it was requested for; null: all. */
  groups: z.array(z.string().min(1)).min(1).nullable(),
  /** Only for assets of which a source expects no impact on users; left out: for all. */
  without_user_impact: z.literal(true).optional(),
  priority: z.enum(priorities),
  /** Last day, 2026-08-01; null: none, as always where no fix is known. */
  due: z.iso.date().nullable(),
  notes: z.string().max(4000),
  owner: z.string().max(200).nullable(),
  requested_by: z.string().min(1).max(200),
  /** Instant of the request, in microseconds. */
  requested_at: z.number().int(),
  /** Ids of the assets on which it was open. */
  targets: z.array(z.number().int()).min(1).max(MOST_TARGETS),
  /** Vulnerabilities or controls that were open of it. */
  subjects: z.array(z.string()).min(1),
  kind: z.enum(['vulnerability', 'control']),
  /** Component in lower case; null: of any. */
  component: z.string().nullable(),
  /** Set when a person marks it as completed. */
  done: z.strictObject({ by: z.string().min(1).max(200), at: z.number().int(), note: z.string().max(2000) }).nullable(),
})
export type RemediationBody = z.infer<typeof RemediationShape>

const Days = z.number().int().min(1).max(3650)
const ByCriticality = z.strictObject({ very_high: Days, high: Days, medium: Days, low: Days, none: Days })

/** Body of the policy: days from first seen to fixed, by severity of the finding and criticality of the asset (`none`: nobody said). */
export const PolicyShape = z.strictObject({
  days: z.strictObject({ critical: ByCriticality, high: ByCriticality, medium: ByCriticality, low: ByCriticality }),
  /** Days after which completed activities are archived. */
  archive_days: Days,
})
export type Policy = z.infer<typeof PolicyShape>

/** What holds until somebody sets a policy: CISA's two weeks for critical and one month for high (BOD 19-02: 15 and 30 days), shorter where more is at stake. */
export const defaultPolicy: Policy = {
  days: {
    critical: { very_high: 7, high: 7, medium: 15, low: 30, none: 15 },
    high: { very_high: 15, high: 15, medium: 30, low: 60, none: 30 },
    medium: { very_high: 60, high: 60, medium: 90, low: 120, none: 90 },
    low: { very_high: 120, high: 120, medium: 180, low: 365, none: 180 },
  },
  archive_days: 180,
}
