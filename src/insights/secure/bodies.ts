import { z } from 'zod'
import { actionStates, efforts } from '../../model/secure-action.ts'

// Bodies of the definitions with which people describe and judge recommended actions; each is kept as JSON.

/** An https address: whoever follows it is shown its host first. */
const HttpsUrl = z
  .string()
  .max(2000)
  .refine((text) => URL.canParse(text) && new URL(text).protocol === 'https:' && !new URL(text).username, 'expected an https address')

const Line = z.string().trim().min(1).max(300)

/** Definition of the kind `action`: what a person says of a recommended action. What is left out is as the sources say it. */
export const ActionBody = z
  .object({
    title: Line.optional(),
    description: z.string().max(20_000).optional(),
    category: z.string().trim().min(1).max(60).optional(),
    product: Line.optional(),
    licence: Line.optional().describe('The licence that the action needs'),
    licensed: z.boolean().optional().describe('Whether we own it'),
    url: HttpsUrl.optional().describe('Where it is managed'),
    max_points: z.number().min(0.001).max(1000).optional(),
    checks: z.array(z.string().min(1).max(500)).min(1).max(200).optional().describe('Ids of controls: any of them meets the action'),
    instances: z.enum(['together', 'separate']).optional().describe('separate: each asset (tenant, account) is an action of its own'),
    rank: z.number().int().min(1).max(100_000).optional(),
    difficulty: z.enum(efforts).optional(),
    user_impact: z.enum(efforts).optional(),
    user_impact_text: z.string().max(2000).optional(),
    prerequisites: z
      .array(
        z.union([z.strictObject({ text: Line, met: z.boolean().nullable() }), z.strictObject({ action_id: z.string().min(1).max(600) })]),
      )
      .max(50)
      .optional()
      .describe('What must be there first: as somebody says it, or another action, which is met when it has all its points'),
    steps: z.array(z.string().trim().min(1).max(2000)).max(100).optional(),
    threats: z.array(Line).max(50).optional(),
    tags: z.array(z.string().trim().min(1).max(60)).max(50).optional(),
    notes: z.string().max(20_000).optional(),
  })
  .strict()
export type ActionBody = z.infer<typeof ActionBody>

/** Definition of the kind `action_state`: what a person set an action to. */
export const ActionStateBody = z
  .object({
    state: z.enum(actionStates),
    note: z.string().max(20_000).optional(),
    assigned_to: z.string().max(300).optional(),
  })
  .strict()
export type ActionStateBody = z.infer<typeof ActionStateBody>

/** Definition of the kind `action_template`: states to be given to many organisations. */
export const ActionTemplateBody = z
  .object({
    title: Line,
    states: z
      .array(z.object({ action_id: z.string().min(1).max(600), ...ActionStateBody.shape }))
      .min(1)
      .max(2000),
  })
  .strict()
export type ActionTemplateBody = z.infer<typeof ActionTemplateBody>

/** Definition of the kind `score_zone`: bounds of the secure score in percent; below `okay` is bad, from `good` on good. */
export const ScoreZoneBody = z
  .object({ okay: z.number().min(0).max(100), good: z.number().min(0).max(100) })
  .strict()
  .refine(({ okay, good }) => okay < good, 'good begins above okay')
export type ScoreZoneBody = z.infer<typeof ScoreZoneBody>

/** When nobody set bounds. reference 2.27 */
export const DEFAULT_ZONE: ScoreZoneBody = { okay: 40, good: 70 }

/** Definition of the kind `score_goal`: where the secure score is to be, in percent, and when. */
export const ScoreGoalBody = z
  .object({
    target: z.number().min(0).max(100),
    day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
    note: z.string().max(2000).optional(),
  })
  .strict()
export type ScoreGoalBody = z.infer<typeof ScoreGoalBody>

/** Definition of the kind `score_comparison`: a comparison line of one's own, which of the known averages it shows, and whom it stands for. */
export const ScoreComparisonBody = z
  .object({
    title: Line,
    source: z.string().max(200).optional(),
    basis: z.string().min(1).max(200),
    industry: z.string().max(200).optional(),
    size: z.string().max(200).optional(),
    licences: z.string().max(200).optional(),
    region: z.string().max(200).optional(),
  })
  .strict()
export type ScoreComparisonBody = z.infer<typeof ScoreComparisonBody>

/** The body of a definition, null where it does not fit its shape any more. */
export function readBody<Shape extends z.ZodType>(shape: Shape, text: string): z.infer<Shape> | null {
  try {
    const read = shape.safeParse(JSON.parse(text))
    return read.success ? read.data : null
  } catch {
    return null
  }
}
