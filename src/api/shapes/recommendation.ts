import { z } from 'zod'
import { exploitStages } from '../../model/exploit.ts'
import {
  exceptionCovers,
  impacts,
  recommendationStates,
  recommendationTags,
  remediationTypes,
  surfaces,
  threats,
} from '../../model/recommendation.ts'
import { severities } from '../../model/severity.ts'
import { Point, RecommendationSummary } from '../shapes.ts'

const Day = z.string().describe("YYYY-MM-DD, a day of the organisation's zone")
const Points = z.number().describe('Points of 0–100')

/** A row of the catalogue over all sources, whether anything of it is open or not. */
export const CataloguedRecommendation = RecommendationSummary.extend({
  state: z
    .enum(recommendationStates)
    .describe('compliant: nothing is open; mitigated: all that is open is kept out of the scores; not_available: no fresh source answers'),
  exception: z.enum(exceptionCovers).describe('How much of what is open an exception in force covers'),
  remediation_type: z.enum(remediationTypes),
  impact: z.enum(impacts).nullable().describe('By gain: high from 1 point, medium from 0.1; null: nothing to gain'),
  exposure_gain: Points.describe('Points of the exposure score that closing exactly its findings gives back'),
  secure_gain: Points.describe('Points of the secure score that meeting it everywhere gives'),
  assets_after: z.number().int().describe('Assets on which it is open and no score-moving exception covers it'),
  gain_before: Points.describe('What gain would be had nobody excepted anything'),
  internet_assets: z.number().int(),
  applicable_assets: z.number().int().nullable().describe('Assets that have the software, or that were checked; null: no report says'),
  done_assets: z.number().int().nullable(),
  done_inside: z.number().int().nullable().describe('Things inside of assets that tools count, such as users: done'),
  total_inside: z.number().int().nullable(),
  implementation: z.string().describe('A sentence with the counts'),
  trend: z.array(z.number().int()).describe('Assets on which it was open at the end of each of the last 14 days'),
  last_calculated_at: z.string().describe('ISO 8601, UTC'),
  last_state_change: Day.nullable().describe('Null: more than 180 days ago'),
  user_impact: z
    .object({ expected: z.number().int(), none: z.number().int() })
    .nullable()
    .describe(
      'Of a setting: exposed assets of which a source states that users would notice its mending, and would not; null: none states it',
    ),
  active_alert: z.boolean().nullable().describe('Whether a source ties an active alert to it; null: none states it'),
  threats: z
    .array(z.enum(threats))
    .describe('Exploit stages that its vulnerabilities have reached; active_alert: an active alert is tied to it'),
  tags: z.array(z.enum(recommendationTags)),
  surfaces: z.array(z.enum(surfaces)),
  workload: z.string().nullable(),
  vendor: z.string().nullable(),
  sources: z.array(z.string()),
  stale: z.boolean().describe('Every source that states it has gone silent'),
  counts: z.boolean().describe('It counts in a score'),
  risk: z.enum(['low', 'medium', 'high', 'critical']).nullable().describe('From exploitability, reach from the internet and criticality'),
  rank: z.number().int().nullable().describe('1: takes away the most hazard, weighted by the value of the assets'),
  metrics: z.array(z.string()),
  initiatives: z.array(z.string()),
  activities: z.number().int().describe('Remediation activities that are not completed'),
})

const ScoreGain = z.object({
  id: z.string(),
  title: z.string(),
  before: z.number().nullable(),
  after: z.number().nullable(),
  gain: Points.describe('Points of 0–100; above 0 is better'),
})

/** What recommendations give back together: computed together, never added. */
export const JointGain = z.object({
  recommendations: z.array(z.string()),
  exposure: ScoreGain,
  secure: ScoreGain,
  initiatives: z.array(ScoreGain),
  metrics: z.array(z.object({ id: z.string(), title: z.string(), exposed: z.number().int(), cleared: z.number().int() })),
  findings: z.number().int(),
  assets: z.number().int(),
})

/** Whose gain is asked for. */
export const JointGainQuestion = z.strictObject({ ids: z.array(z.string().min(1).max(500)).min(1).max(500) })

/** A recommendation with all that is known of it. */
export const CataloguedRecommendationDetail = CataloguedRecommendation.extend({
  description: z.string().nullable(),
  remediation: z.string().nullable(),
  url: z.string().nullable(),
  vulnerability_list: z.array(
    z.object({
      vulnerability_id: z.string(),
      severity: z.enum(severities).nullable(),
      stage: z.enum(exploitStages),
      assets: z.number().int(),
    }),
  ),
  product_url: z
    .object({ url: z.string(), host: z.string() })
    .nullable()
    .describe('Where the owning product manages it; only https. Null: its source gives no such address'),
  gains: JointGain,
  related_metrics: z.array(z.object({ id: z.string(), title: z.string() })),
  related_initiatives: z.array(z.object({ id: z.string(), title: z.string() })),
  software: z.object({ name: z.string(), vendor: z.string().nullable() }).nullable().describe('The software that it is about'),
})

const SurfaceScore = z.object({
  value: z.number().nullable(),
  whole: z.number().nullable().describe('The same score of the whole organisation, or of the chosen groups'),
  change_14d: z.number().nullable(),
  history: z.array(Point),
})

/** One attack surface: its own scores and its recommendations by state. */
export const SurfaceSummary = z.object({
  surface: z.enum(surfaces),
  exposure: SurfaceScore.nullable().describe('Of the assets that are attacked there; null: none is in the score'),
  secure: SurfaceScore.nullable().describe('Of the checks that are about it; null: none is in the score'),
  recommendations: z.array(z.object({ state: z.enum(recommendationStates), recommendations: z.number().int() })),
  risks: z.array(z.object({ risk: z.enum(['low', 'medium', 'high', 'critical']), recommendations: z.number().int() })),
})
