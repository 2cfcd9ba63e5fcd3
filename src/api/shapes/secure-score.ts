import { z } from 'zod'
import { activityKinds } from '../../insights/secure/story.ts'
import { sides } from '../../insights/secure/ledger.ts'
import { regressionCauses } from '../../insights/secure/trends.ts'
import { ActionBody, ActionTemplateBody, ScoreComparisonBody, ScoreGoalBody, ScoreZoneBody } from '../../insights/secure/bodies.ts'
import { causes, type CauseId } from '../../model/cause.ts'
import { actionStatuses, efforts } from '../../model/secure-action.ts'
import { severities } from '../../model/severity.ts'
import { list, Score } from '../shapes.ts'

// Points are whole and broken points as people read them; `percent` and effects are points of 0–100.

const Instant = z.string().describe('ISO 8601, UTC')
const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe("YYYY-MM-DD, a day of the organisation's zone")
const Status = z.enum(actionStatuses)
const Refused = z.enum(['completed_is_measured', 'action_completed', 'action_follows_exceptions', 'total_only'])

/** A recommended action in a list. */
export const SecureAction = z.object({
  action_id: z.string(),
  rank: z.number().int(),
  title: z.string(),
  instance: z.string().nullable().describe('The asset that it is about, where each asset counts alone'),
  total_only: z.boolean().describe('What a source states only in total: nobody can act on it'),
  category: z.string(),
  product: z.string().nullable(),
  sources: z.array(z.string()),
  severity: z.enum(severities).nullable(),
  status: Status,
  status_by: z.enum(['system', 'person', 'exception']),
  locked: Refused.nullable().describe('Why a person cannot set it; null: they can'),
  points: z.number().nullable().describe('null: not in the score, `unscored` says why'),
  max_points: z.number().nullable(),
  missing_points: z.number().nullable(),
  score_impact: z.number().nullable().describe('Its most points in percent of all'),
  unscored: z.enum(['not_run', 'not_applicable', 'no_result', 'stale', 'total_only']).nullable(),
  regressed: z.boolean(),
  regressed_on: Day.nullable(),
  lost_points: z.number(),
  licence: z.string().nullable(),
  licensed: z.boolean().nullable().describe('null: nobody said'),
  difficulty: z.enum(efforts).nullable(),
  user_impact: z.enum(efforts).nullable(),
  url: z.string().nullable().describe('Where it is managed, https'),
  added_on: Day.nullable(),
  updated_on: Day.nullable().describe('When content last changed its points; null: never'),
  synced_at: Instant.nullable(),
  passed: z.number().int().describe('Assets on which a check passed'),
  failed: z.number().int(),
  not_run: z.number().int(),
  excepted: z.number().int().describe('Of the failed assets, those that exceptions give their points'),
  met: z.number().int().nullable().describe('"97 of 120": objects that meet it'),
  counted: z.number().int().nullable(),
  evidence: z.string().nullable(),
  assigned_to: z.string().nullable(),
  note: z.string().nullable(),
  notes: z.string().nullable(),
  tags: z.array(z.string()),
})

export const SecureActivity = z.object({
  day: Day,
  kind: z.enum(activityKinds),
  action_id: z.string(),
  title: z.string(),
  category: z.string(),
  text: z.string(),
  points: z.number().describe('The action after it'),
  max_points: z.number(),
  change: z.number().describe('Of its points'),
  max_change: z.number(),
  effect: z
    .number()
    .describe('Part of the change of the score in points of 0–100, multiples of 0.000001: those of a range sum to the change'),
  side: z.enum(sides).describe('ours: we did it or let it happen; content: what is asked changed; scope: what is looked at changed'),
  cause: z.enum(causes.map(({ id }) => id) as [CauseId, ...CauseId[]]).nullable(),
  regression: z.enum(regressionCauses).nullable(),
  actor: z.object({ kind: z.enum(['person', 'system', 'content']), name: z.string().nullable() }),
  status: Status.nullable().describe('What a person set'),
  reason: z.string().nullable(),
})

/** All about one action. */
export const SecureActionDetail = SecureAction.extend({
  description: z.string().nullable(),
  remediation: z.string().nullable(),
  source_category: z.string().nullable(),
  user_impact_text: z.string().nullable(),
  threats: z.array(z.string()),
  prerequisites: z.array(z.object({ text: z.string(), met: z.boolean().nullable(), action_id: z.string().nullable() })),
  steps: z.array(z.string()),
  frameworks: z.array(z.object({ framework: z.string(), requirement: z.string() })),
  checks: z.array(
    z.object({
      control_id: z.string(),
      title: z.string(),
      source: z.string(),
      passed: z.number().int(),
      failed: z.number().int(),
      not_run: z.number().int(),
      url: z.string().nullable(),
    }),
  ),
  set_by: z.string().nullable(),
  set_at: Instant.nullable(),
  reason: z.string().nullable(),
  entities: z
    .array(
      z.object({
        asset_id: z.number().int(),
        asset_name: z.string(),
        control_id: z.string(),
        status: z.string(),
        passed: z.number().int().nullable(),
        total: z.number().int().nullable(),
        evidence: z.string().nullable(),
        since: Instant,
      }),
    )
    .describe('Results of its checks, failed ones first; at most 1000'),
  history: z.array(SecureActivity).describe('Newest first'),
})

export const SecureActionList = list(SecureAction)
export const SecureActivityList = list(SecureActivity)

const Line = z.object({ percent: z.number().nullable(), points: z.number() })

export const SecureComparison = z.object({
  source: z.string(),
  basis: z.string(),
  title: z.string(),
  category: z.string(),
  unit: z.enum(['percent', 'points']),
  value: z.number(),
  day: Day.describe('Since when its source says so'),
  sample_size: z.number().int().nullable().describe('How many stand behind it; null: not said'),
  opportunity: z.number().nullable().describe('Percent by which it lies above our score; null for categories'),
})

/** The secure score at a moment. */
export const SecureOverview = z.object({
  as_of: Instant,
  score: Score,
  zone: z.enum(['bad', 'okay', 'good']).nullable(),
  bounds: ScoreZoneBody,
  lines: z.object({ planned: Line, licence: Line, achievable: Line }),
  categories: z.array(
    z.object({
      category: z.string(),
      points: z.number(),
      max_points: z.number(),
      percent: z.number().nullable(),
      actions: z.number().int(),
    }),
  ),
  review: z.object({
    regressed: z.number().int(),
    to_address: z.number().int(),
    planned: z.number().int(),
    risk_accepted: z.number().int(),
    recently_added: z.number().int(),
    recently_updated: z.number().int(),
  }),
  top: z.array(SecureAction),
  comparisons: z.array(SecureComparison),
  looks: z.array(
    z.object({
      source: z.string(),
      looked_at: Instant,
      overdue: z.boolean().describe('Nothing for longer than its usual interval and half of it'),
    }),
  ),
})

const HistoryDay = z.object({
  day: Day,
  percent: z.number().nullable(),
  points: z.number(),
  max_points: z.number(),
  planned: z.number().nullable(),
  licence: z.number().nullable(),
  achievable: z.number().nullable(),
  looked: z.boolean().describe('A source looked on that day; else the last results stand'),
})
const Changes = z.object({
  change: z.number().nullable().describe('Of the score, points of 0–100'),
  ours: z.number(),
  content: z.number(),
  scope: z.number(),
  achieved: z.number().describe('Points that we gained'),
  regressed: z.number().describe('Points that were lost'),
  net: z.number(),
  max_change: z.number().describe('Of the possible points'),
})

export const SecureHistory = z.object({
  category: z.string().nullable(),
  days: z.array(HistoryDay),
  days_without_report: z.number().int(),
  changes: Changes.describe('Of the whole score, also where a category is asked for'),
})

export const SecureCompare = z.object({
  from: HistoryDay.pick({ day: true, percent: true, points: true, max_points: true }),
  to: HistoryDay.pick({ day: true, percent: true, points: true, max_points: true }),
  changes: Changes,
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        title: z.string(),
        category: z.string(),
        from_points: z.number().nullable(),
        from_max: z.number().nullable(),
        to_points: z.number().nullable(),
        to_max: z.number().nullable(),
        effect: z.number(),
        sides: z.array(z.enum(sides)),
        reasons: z.array(z.string()),
      }),
    )
    .describe('Those that moved, the greatest effect first; their effects sum to the change'),
})

const Series = z.object({
  id: z.string(),
  title: z.string(),
  source: z.string().nullable(),
  points: z.array(z.object({ day: Day, value: z.number().nullable() })),
})

export const SecureTrends = z.object({
  zone: z.object({
    bounds: ScoreZoneBody,
    own: z.boolean().describe('Set by a person; else 40 and 70'),
    now: z.enum(['bad', 'okay', 'good']).nullable(),
    days: z.object({ bad: z.number().int(), okay: z.number().int(), good: z.number().int(), unknown: z.number().int() }),
  }),
  days: z.array(HistoryDay),
  regression: z.object({
    total: z.number(),
    configuration: z.number(),
    users: z.number(),
    devices: z.number(),
    days: z
      .array(z.object({ day: Day, configuration: z.number(), users: z.number(), devices: z.number() }))
      .describe('Days on which points were lost'),
  }),
  comparison: z.array(Series),
  risk_acceptance: z.array(z.object({ day: Day, actions: z.number().int() })),
  changes: Changes,
  goal: ScoreGoalBody.extend({
    days_left: z.number().int(),
    missing: z.number(),
    reached: z.boolean(),
    required: z.number().nullable().describe('Points of 0–100 that are needed in each 30 days'),
    actual: z.number().nullable().describe('Points of 0–100 in each 30 days of the last 90'),
    forecast: z.number().nullable(),
  }).nullable(),
})

export const SetStates = z
  .object({
    actions: z
      .array(
        z
          .object({
            action_id: z.string().min(1).max(600),
            state: Status,
            note: z.string().max(20_000).nullable().optional().describe('Left out: as it was; null: none'),
            assigned_to: z.string().max(300).nullable().optional(),
          })
          .strict(),
      )
      .min(1)
      .max(2000),
    reason: z.string().max(2000).optional(),
    actor: z.string().min(1).max(200).optional().describe('Who acts; until there is sign-in, default api'),
    organisations: z
      .array(z.string().max(200))
      .min(1)
      .max(500)
      .optional()
      .describe('Slugs: the same states in each; default: the one asked for'),
  })
  .strict()

export const StatesSet = z.object({
  results: z.array(
    z.object({
      organisation: z.string(),
      import_no: z.number().int().nullable().describe('null: nothing changed'),
      set: z.number().int(),
      refused: z.array(z.object({ action_id: z.string(), code: z.string(), message: z.string() })),
    }),
  ),
})

const nullable = Object.fromEntries(Object.entries(ActionBody.shape).map(([name, shape]) => [name, (shape as z.ZodType).nullable()])) as {
  [K in keyof typeof ActionBody.shape]: z.ZodNullable<(typeof ActionBody.shape)[K]>
}
export const DescribeActions = z
  .object({
    actions: z
      .array(
        z
          .object({
            action_id: z.string().min(1).max(500),
            body: z
              .object(nullable)
              .strict()
              .nullable()
              .describe('Members given are set, null members go back to what the sources say; null: all of it'),
          })
          .strict(),
      )
      .min(1)
      .max(2000),
    reason: z.string().max(2000).optional(),
    actor: z.string().min(1).max(200).optional(),
  })
  .strict()
export const ActionsDescribed = z.object({ import_no: z.number().int().nullable() })

export const SecureSettings = z.object({
  zone: ScoreZoneBody.nullable(),
  goal: ScoreGoalBody.nullable(),
  comparisons: z.array(ScoreComparisonBody.extend({ id: z.string() })),
  templates: z.array(ActionTemplateBody.extend({ id: z.string() })),
  bases: z.array(z.object({ source: z.string(), basis: z.string() })).describe('What comparison lines can be made of'),
})
const Id = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'an id is small letters, digits and "-"')
  .max(100)
export const ChangeSettings = z
  .object({
    zone: ScoreZoneBody.nullable().optional(),
    goal: ScoreGoalBody.nullable().optional(),
    comparisons: z
      .array(z.object({ id: Id, body: ScoreComparisonBody.nullable() }).strict())
      .max(50)
      .optional(),
    templates: z
      .array(z.object({ id: Id, body: ActionTemplateBody.nullable() }).strict())
      .max(50)
      .optional(),
    reason: z.string().max(2000).optional(),
    actor: z.string().min(1).max(200).optional(),
  })
  .strict()
