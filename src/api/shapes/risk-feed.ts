import { z } from 'zod'
import { causeGroups, causes } from '../../model/cause.ts'
import { certainties } from '../../store/queries/events/evidence.ts'
import { fates } from '../../store/queries/findings/cohort.ts'
import { makeupDimensions } from '../../store/queries/scores/makeup.ts'
import { AffectedAsset, Day, Event, Instant, Severity, Stage } from '../shapes.ts'
import { PostureDetail } from './events.ts'

const causeIds = causes.map(({ id }) => id) as [string, ...string[]]
const Points = z.number().describe('Points of 0–100, a whole multiple of 0.000001')

/** Who said what an event tells. */
export const EventEvidence = z.object({
  subject: z.string(),
  source: z.string().describe('The feed, the source of a report, or the person'),
  reference: z.string().describe("Within the source, as EDB-50383; '' where it has none"),
  said_at: Instant,
  certainty: z
    .enum(certainties)
    .describe(
      'stated: the feed gives this time; disclosed: it gives the day of disclosure; first_shown: the first time that the feed showed it; reported: when a tool looked; set: by a person',
    ),
  import_no: z.number().int(),
  learned_at: Instant,
})

/** All about one event. */
export const EventDetail = Event.extend({
  vulnerabilities: z.array(
    z.object({
      vulnerability_id: z.string(),
      title: z.string().nullable(),
      severity: Severity.nullable(),
      stage: Stage,
      cvss: z.number().nullable(),
      assets: z.number().int(),
    }),
  ),
  recommendation: z.object({ id: z.string(), title: z.string() }).nullable(),
  asset_list: z.array(AffectedAsset).describe('At most 100; all of them: /events/{id}/assets'),
  evidence: z.array(EventEvidence).describe('Who said what it tells, when, and when we learned it; at most 50'),
}).extend(PostureDetail.shape)

/** A day on which the exposure score moved. */
export const EventDay = z.object({
  day: Day,
  from: z.number().nullable().describe('Score at the beginning of the day; null: nothing to score'),
  to: z.number().nullable(),
  change: Points,
  causes: z
    .array(
      z.object({
        cause: z.enum(causeIds),
        title: z.string(),
        part: Points,
        told: Points.describe('Sum of the effects of the events of the day through this cause'),
        rest: Points.describe('What no event tells: part minus told'),
      }),
    )
    .describe('Their parts sum to the change'),
  events: z.number().int(),
})

/** A vulnerability that has become exploitable or is new, counted once. */
export const EventCounters = z.object({
  new_vulnerabilities: z.number().int().describe('Vulnerabilities of the events of the type new_vulnerability, each once'),
  exploitable: z.number().int().describe('Those of all events of the range that have a known exploit at its end, each once'),
})

/** Findings that an exposure score is made of, divided in one way. */
export const ScoreMakeup = z.object({
  value: z.number().nullable().describe('0–100; null: nothing to score'),
  shown: z.number().nullable().describe('As it is written'),
  decimals: z.number().int(),
  without_fix: z
    .object({ part: Points, shown: z.number(), findings: z.number().int() })
    .describe('The part of it that no known fix would take away'),
  divisions: z
    .array(
      z.object({
        dimension: z.enum(makeupDimensions),
        rows: z
          .array(
            z.object({
              id: z
                .string()
                .describe(
                  'Number of the asset; software; kind and id of what is found; exploit stage; severity; fix or none. Empty: no component is named',
                ),
              name: z.string(),
              part: Points,
              shown: z.number(),
              assets: z.number().int(),
              findings: z.number().int(),
            }),
          )
          .describe('Largest first'),
        more: z.number().int().describe('Rows that are left out'),
        more_part: Points,
        more_shown: z.number(),
      }),
    )
    .describe('In each, the rows and what is left out sum to the value'),
})

/** What became of the findings that were open on a day. */
export const Cohort = z.object({
  from: Day,
  to: Day,
  findings: z.number().int().describe('Open at the end of the first day, on assets that were there'),
  fates: z.array(z.object({ fate: z.enum(fates), findings: z.number().int(), share: z.number() })),
  severities: z.array(
    z.object({
      severity: Severity.nullable(),
      findings: z.number().int(),
      fates: z.array(z.object({ fate: z.enum(fates), findings: z.number().int() })),
    }),
  ),
  days: z.array(z.object({ day: Day, open: z.number().int() })).describe('How many are open, on the days on which that changes'),
})

/** A line of a story: one cause, or one thing that happened. */
const StoryLine = z.object({
  text: z.string().describe('In words: "Remediated: 1.70 better"'),
  part: Points,
  shown: z.number(),
  note: z.string().nullable(),
})

/** What moved a score over a range, for reading. All numbers are those of the explanation. */
export const Story = z.object({
  score: z.string(),
  id: z.string(),
  title: z.string(),
  direction: z.enum(['lower_is_better', 'higher_is_better']),
  from: z.object({ day: Day, value: z.number().nullable(), shown: z.number().nullable() }),
  to: z.object({ day: Day, value: z.number().nullable(), shown: z.number().nullable() }),
  change: z.number(),
  shown: z.number(),
  decimals: z.number().int(),
  headline: z.string(),
  worse: z.array(StoryLine).describe('What made it worse, largest first'),
  better: z.array(StoryLine).describe('What made it better'),
  groups: z
    .array(z.object({ group: z.enum(causeGroups), title: z.string(), part: Points, shown: z.number(), lines: z.array(StoryLine) }))
    .describe('What we did, what the world did, and the rest; they sum to the change'),
  events: z
    .array(z.object({ event_id: z.string(), day: Day, headline: z.string(), effect: z.number() }))
    .describe('The events that moved it most; of the exposure score only'),
  plain: z.string().describe('The whole story as plain text'),
  markdown: z.string(),
  html: z.string().describe('To paste into a mail; it holds no script and loads nothing'),
})
