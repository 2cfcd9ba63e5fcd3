import { z } from 'zod'
import { GivenKpi } from '../../insights/kpis.ts'
import { kpiStates } from '../../model/kpi.ts'
import { list } from '../shapes.ts'
import { changed } from './changed.ts'

/** A KPI as a person sets it. */
export const NewKpi = GivenKpi.extend({ reason: z.string().trim().min(1).max(2000).optional().describe('Why, for the log') })

/** What is changed of a KPI; what is left out stays. */
export const ChangedKpi = changed(NewKpi)

/** A KPI as it stands. Paces are points towards the target in one review period. */
export const Kpi = z.object({
  kpi_id: z.string(),
  name: z.string(),
  owner: z.string().nullable(),
  score: z.enum(['exposure', 'secure', 'initiative', 'metric']),
  id: z.string().describe("Of the initiative or metric; '' for the others"),
  title: z.string().describe('What its score is called'),
  direction: z.enum(['lower_is_better', 'higher_is_better']),
  target: z.number(),
  due: z.string().describe('YYYY-MM-DD: last day on which the target may be reached'),
  set_on: z.string().describe('YYYY-MM-DD'),
  review_days: z.number().int(),
  note: z.string().nullable(),
  state: z.enum(kpiStates),
  why: z.string().describe('Why it stands so, in a sentence'),
  value: z.number().nullable(),
  start_value: z.number().nullable().describe('On the day on which it was set'),
  gap: z.number().nullable().describe('Points that are missing'),
  days_left: z.number().int().describe('Below 0: the day has passed'),
  needed_pace: z.number().nullable().describe('Points in a review period that would reach the target on the last day'),
  actual_pace: z.number().nullable().describe('Points in the last review period; below 0: away from the target'),
  reached_on: z.string().nullable(),
  drops: z
    .array(z.object({ event_id: z.string(), day: z.string(), headline: z.string() }))
    .describe('Since it was set: posture events in which its score got worse'),
  trend: z.array(z.number().nullable()).describe('Its score over the last review period'),
})

export const KpiList = list(Kpi).extend({ counts: z.array(z.object({ state: z.enum(kpiStates), kpis: z.number().int() })) })
