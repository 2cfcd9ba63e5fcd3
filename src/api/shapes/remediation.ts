import { z } from 'zod'
import { assetTypes, criticalities } from '../../model/asset.ts'
import { severities } from '../../model/severity.ts'
import { remediationTypes } from '../../model/recommendation.ts'
import { PolicyShape, priorities } from '../../insights/remediation/bodies.ts'

const Day = z.string().describe("YYYY-MM-DD, a day of the organisation's zone")
const Number_ = z.number().int()

/** A remediation activity as it stands. */
export const RemediationActivity = z.object({
  remediation_id: Number_,
  recommendation: z.string(),
  title: z.string(),
  component: z.string().nullable(),
  remediation_type: z.enum(remediationTypes),
  groups: z.array(z.string()).nullable().describe('Asset groups that it was requested for; null: all'),
  without_user_impact: z.boolean().describe('Requested only for assets of which a source expects no impact on users'),
  priority: z.enum(priorities),
  owner: z.string().nullable(),
  notes: z.string(),
  requested_by: z.string(),
  requested_on: Day,
  due_on: Day.nullable(),
  overdue: z.boolean(),
  status: z.enum(['active', 'completed']),
  completed_by: z.string().nullable().describe('A name; "System confirmation" when all was fixed; null: it is not completed'),
  completed_on: Day.nullable(),
  completion_note: z.string().nullable(),
  reopened_on: Day.nullable().describe('Something of it was open again after all had been fixed'),
  archived: z.boolean(),
  targets: Number_.describe('Assets that it was requested for'),
  fixed: Number_,
  left: Number_.describe('Assets that have left the inventory since'),
  open: Number_,
  tracked: z.boolean().describe('It has progress: false where no fix is known'),
  age_days: Number_.describe('Since the request'),
})

export const RemediationDetail = RemediationActivity.extend({
  subjects: z.array(z.string()).describe('Vulnerabilities or the check that it was requested for'),
  course: z.array(z.object({ day: Day, open: Number_ })),
})

export const RemediationAsset = z.object({
  asset_id: Number_,
  name: z.string(),
  type: z.enum(assetTypes),
  criticality: z.enum(criticalities).nullable(),
  asset_group: z.string().nullable(),
  owner: z.string().nullable(),
  state: z.enum(['open', 'fixed', 'left']),
  fixed_on: Day.nullable(),
})

/** A request for remediation. */
export const NewRemediation = z.strictObject({
  recommendation: z.string().min(1).max(500),
  groups: z.array(z.string().min(1).max(500)).min(1).max(500).optional().describe('Only assets of these groups; default: all'),
  without_user_impact: z
    .boolean()
    .default(false)
    .describe('Only assets of which a source expects no impact on users when the setting is mended'),
  priority: z.enum(priorities),
  due: z.string().max(20).nullish().describe('A day; default: by the policy; null: none. None where no fix is known'),
  notes: z.string().max(4000).default(''),
  owner: z.string().max(200).nullish(),
  requested_by: z.string().min(1).max(200).optional(),
})

export const ChangedRemediation = z.strictObject({
  priority: z.enum(priorities).optional(),
  due: z.string().max(20).nullable().optional(),
  notes: z.string().max(4000).optional(),
  owner: z.string().max(200).nullable().optional(),
  completed: z
    .strictObject({ by: z.string().min(1).max(200), note: z.string().max(2000).default('') })
    .nullable()
    .optional()
    .describe('Marks it as completed by a person; null takes that back'),
})

export const RemediationPolicy = z.object({ ...PolicyShape.shape })

/** How old what is open is, and how long what was fixed took. */
export const RemediationAges = z.object({
  policy: RemediationPolicy,
  open: z.array(
    z.object({
      severity: z.enum(severities),
      criticality: z.enum(criticalities).nullable(),
      allowed_days: Number_,
      findings: Number_,
      overdue: Number_,
      oldest: Number_.describe('Days'),
      up_to_30: Number_,
      up_to_90: Number_,
      up_to_180: Number_,
      older: Number_,
    }),
  ),
})

export const FixTimes = z.object({
  from: Day,
  to: Day,
  items: z.array(
    z.object({
      severity: z.enum(severities),
      fixed: Number_,
      median: Number_.describe('Days from first seen to fixed: half of them took at most so long'),
      ninth: Number_.describe('Nine tenths of them'),
      longest: Number_,
      open_again: Number_.describe('Of those fixed, open again by the end of the range'),
      reopened: Number_.describe('Findings that opened again in the range'),
    }),
  ),
})
