import { z } from 'zod'
import { assetTypes, criticalities } from '../model/asset.ts'
import { exceptionKinds, exceptionStates, justifications } from '../model/exception.ts'
import { causeGroups, type CauseId, causes } from '../model/cause.ts'
import { eventStates } from '../model/event.ts'
import { exploitStages } from '../model/exploit.ts'
import { gainingScores, recommendationKinds, recommendationTags, softwareTags } from '../model/recommendation.ts'
import { severities } from '../model/severity.ts'
import { statementJustifications, statementStatuses } from '../model/statement.ts'

// What goes over the wire, once: Fastify checks it both ways and the OpenAPI description is made from it.
// Instants are ISO 8601 in UTC; days are YYYY-MM-DD in the organisation's zone; shares and exposures are 0–1; scores say their unit.

export const Instant = z.string().describe('ISO 8601, UTC')
export const Day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe("YYYY-MM-DD, a day of the organisation's zone")
const causeIds = causes.map(({ id }) => id) as [CauseId, ...CauseId[]]
export const Severity = z.enum(severities)
export const Stage = z.enum(exploitStages)

const Justification = z.enum(justifications)
const ExceptionKind = z.enum(exceptionKinds)
const StatementStatus = z.enum(statementStatuses)

/** Which organisation, which asset groups, which moment. */
export const Moment = z.object({
  org: z.string().optional().describe('Slug of the organisation; default: the first that is not the demo'),
  group: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('Only assets of these asset groups'),
  as_of: z.string().optional().describe('A day or an instant; default now'),
  known_at: z
    .string()
    .max(60)
    .optional()
    .describe('Answer from what was known then: a day, an instant or the number of an import; default: what is known now'),
  rules: z.enum(['now', 'then']).optional().describe("Today's definitions over all days (now, the default), or each day's own (then)"),
})

/** A page of a list. `filter` is a condition as JSON (docs/conditions.md), `sort` a column, with - in front for descending. */
export const Page = Moment.extend({
  filter: z.string().max(4000).optional(),
  search: z.string().max(200).optional().describe('Text that the name contains'),
  sort: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(500).optional(),
})

/** A part of the history: days of the organisation's zone, both included. */
export const Range = z.object({
  from: Day.optional().describe('First day; default 180 days before the last'),
  to: Day.optional().describe('Last day; default the day of as_of'),
})

/** The exception that covers a finding. */
export const ExceptionInForce = z.object({
  exception_id: z.number().int(),
  justification: ExceptionKind,
  moves_scores: z.boolean(),
  status: StatementStatus.nullable().describe("What a statement says of the product; null: a person's exception"),
  ends_at: Instant.nullable().describe('null: until a person ends it, or the author of the statement withdraws it'),
})

/** What a look was for. */
const LookedFor = z.object({
  subject: z
    .string()
    .describe(
      'vulnerability, control, software; asset: only listed; presence: all that there is was listed; statement: a document of statements',
    ),
  access: z.enum(['none', 'remote', 'full']),
  min_severity: Severity.nullable().describe('The least severity that it showed; null: every one'),
  checks: z.string().nullable().describe('The narrowed set of checks; null: all that the tool has'),
})

/** A page of items. `total` counts all that meet filter and search; `next_cursor` null: this was the last page. */
export const list = <T extends z.ZodType>(item: T) =>
  z.object({
    items: z.array(item),
    total: z.number().int(),
    next_cursor: z.string().nullable(),
    as_of: Instant,
  })

/** The one shape of every error; codes are listed in docs/errors.md. */
export const Problem = z.object({ error: z.object({ code: z.string(), message: z.string(), request_id: z.string() }) })

/** How well the assets are known that a score is about. */
const ScoreCoverage = z.object({
  scanned: z.number().int().describe('Assets that a source looked at, for what the score needs, within its staleness'),
  stale: z.number().int().describe('Assets that one looked at, but too long ago'),
  never_scanned: z.number().int(),
  not_run: z.number().int().describe('Controls that on some asset did not run, or too long ago; secure score only'),
})

/** A score with everything needed to read it. `value` null: nothing to score yet, `reason` says why. */
export const Score = z.object({
  score: z.enum(['exposure', 'secure', 'initiative', 'metric']),
  id: z.string().describe("'' for exposure and secure"),
  value: z.number().nullable().describe('0–100 in the direction of `direction`; null = nothing to score'),
  reason: z.string().nullable(),
  level: z.enum(['low', 'medium', 'high']).nullable().describe('Exposure only: low < 30 ≤ medium < 70 ≤ high'),
  direction: z.enum(['lower_is_better', 'higher_is_better']),
  formula: z.string(),
  points: z.number().nullable(),
  max_points: z.number().nullable(),
  change_1d: z.number().nullable().describe('Value minus the value a day before; null when either is missing'),
  change_14d: z.number().nullable(),
  target: z.number().nullable(),
  best: z.number().nullable().describe('The value if everything unknown were good; null = nothing to score, known or unknown'),
  worst: z.number().nullable().describe('The value if everything unknown were bad'),
  coverage: ScoreCoverage,
})

export const Coverage = z.object({
  assets: z.number().int().describe('Known and not left'),
  scanned: z.number().int().describe('Looked at for vulnerabilities within the staleness'),
  stale: z.number().int(),
  never_scanned: z.number().int(),
})

/** All scores of an organisation at a moment. */
export const Scores = z.object({
  as_of: Instant,
  exposure: Score,
  secure: Score,
  initiatives: z.array(Score.extend({ title: z.string() })),
  coverage: Coverage,
})
export const GroupScore = z.object({
  asset_group: z.string(),
  assets: z.number().int(),
  scored: z.number().int().describe('Assets in the score'),
  value: z.number().nullable().describe('0–100, lower is better; null = nothing to score'),
  level: z.enum(['low', 'medium', 'high']).nullable(),
})

export const Point = z.object({ day: Day, value: z.number().nullable(), numerator: z.number(), denominator: z.number() })
export const History = z.object({
  score: z.string(),
  id: z.string(),
  title: z.string(),
  direction: z.enum(['lower_is_better', 'higher_is_better']),
  formula: z.string(),
  target: z.number().nullable(),
  rules: z.enum(['now', 'then']),
  points: z.array(Point),
})

/** A past day as it was published and as it is known now. */
const TwoScores = z.object({
  exposure: z.number().nullable().describe('0–100, lower is better'),
  secure: z.number().nullable().describe('0–100, higher is better'),
})
export const Knowledge = z.object({
  as_of: Instant,
  known_at: z
    .object({ import_no: z.number().int(), recorded_at: Instant })
    .nullable()
    .describe('The last import that was known then; null: nothing was'),
  published: TwoScores.describe('From what was known then'),
  now: TwoScores.describe('From what is known now'),
  learned: z
    .array(
      z.object({
        import_no: z.number().int(),
        kind: z.enum(['late_report', 'kev_listing', 'epss', 'intelligence', 'undone_import', 'correction']),
        title: z.string(),
        source: z.string().nullable(),
        file_name: z.string().nullable(),
        recorded_at: Instant,
        assets: z.number().int().describe('Assets about which it said something'),
        vulnerabilities: z.number().int().describe('Vulnerabilities of our findings about which it said something'),
      }),
    )
    .describe('Imports since then that changed what is known about that time, newest first'),
})
export const Published = z.object({
  score: z.string(),
  id: z.string(),
  points: z.array(
    z.object({
      day: Day,
      as_of: Instant,
      known_at: z.number().int().describe('The last import that was known then: with as_of it gives the number again'),
      value: z.number().nullable(),
      formula: z.string(),
    }),
  ),
})

/** Why a score moved. All parts are points of 0–100 in the score's own direction, whole multiples of 0.000001, so that they add up exactly. */
const ExplainedEnd = z.object({
  day: Day,
  at: Instant,
  known_at: z.number().int().nullable().describe('The last import that was known; null: what is known now'),
  value: z.number().nullable().describe('0–100; null = nothing to score, counted as 0 in the change'),
  shown: z.number().nullable().describe('Rounded to `decimals`'),
})
export const Explained = z.object({
  score: z.enum(['exposure', 'secure', 'initiative', 'metric']),
  id: z.string().describe("'' for exposure and secure"),
  asset_id: z.number().int().nullable(),
  direction: z.enum(['lower_is_better', 'higher_is_better']),
  from: ExplainedEnd,
  to: ExplainedEnd,
  change: z.number().describe('to minus from'),
  shown: z.number().describe('The change as it is written: the difference of the two ends as they are written'),
  decimals: z.number().int().describe('With how many decimals all of it is written, so that what is written adds up too'),
  causes: z
    .array(
      z.object({
        cause: z.enum(causeIds),
        title: z.string(),
        group: z.enum(causeGroups),
        part: z.number(),
        shown: z.number(),
        note: z.string().nullable().describe('Where an average got better and nobody safer'),
      }),
    )
    .describe('They sum to the change'),
  groups: z
    .array(z.object({ group: z.enum(causeGroups), title: z.string(), part: z.number(), shown: z.number() }))
    .describe('The causes rolled up'),
  parts: z
    .array(
      z.object({
        kind: z.enum(['asset', 'metric', 'control', 'finding']),
        id: z.string(),
        name: z.string(),
        cause: z.enum(causeIds),
        part: z.number(),
        shown: z.number(),
        stated_by: z
          .array(
            z.object({
              source: z.string(),
              import_no: z.number().int(),
              component: z.string().nullable(),
              says: z.string().nullable().describe('What a feed says of the vulnerability; null: a report has the finding'),
              from: Instant,
              to: Instant.nullable(),
            }),
          )
          .describe('Of findings: the sources that state it, and through which import; first what feeds said that moved it'),
      }),
    )
    .describe('A page, largest first; all of them sum to the change'),
  others: z.number().describe('Sum of all parts that are not on this page'),
  others_shown: z.number(),
  total: z.number().int().describe('Parts that are not 0, over all pages'),
  next_cursor: z.string().nullable(),
})

export const MetricSummary = z.object({
  id: z.string(),
  title: z.string(),
  why: z.string(),
  source: z.string().nullable(),
  state: z
    .enum(['needs_attention', 'met', 'mitigated_elsewhere', 'mitigated', 'no_data', 'error'])
    .describe('met: nothing exposed; mitigated_elsewhere, mitigated: as people set it; no_data: nothing that feeds it, see needs'),
  needs: z.array(z.string()),
  missing: z.array(z.string()).describe('The needs that no source feeds'),
  no_data: z.string().nullable().describe('Why it has no data and what would give it some; null: it has'),
  exposed: z.number().int(),
  total: z.number().int(),
  exposure: z.number().nullable().describe('exposed / total, 0–1'),
  best: z.number().nullable().describe('Its exposure if every unknown asset were not exposed'),
  worst: z.number().nullable().describe('Its exposure if every unknown asset were exposed'),
  coverage: ScoreCoverage,
  weight: z.enum(['high', 'medium', 'low', 'accepted']),
  score_impact: z.number().nullable().describe('Points of 0–100 that its initiatives would gain together with it met: greatest of them'),
  change_14d: z.number().nullable().describe('Change of exposure in percentage points'),
  trend: z.array(z.number().nullable()).describe('Exposure of the last 14 days, 0–1'),
  initiatives: z.array(z.object({ id: z.string(), title: z.string() })),
  last_changed_on: Day.nullable(),
  state_since: Day.nullable().describe('First day of its present state; null: it had it on all days that were looked at'),
  updated_at: Instant.nullable().describe('When its value was last worked out from something new'),
})
export const MetricDetail = MetricSummary.extend({
  population: z.string().describe('The condition in words'),
  exposed_when: z.string().describe('The condition in words'),
  history: z.array(Point),
  recommendation: z.string().nullable().describe('What to do where nothing more special is recommended'),
  recommendations: z
    .array(
      z.object({
        id: z.string().describe('`metric:<id>`: its own, for assets of which no other closes anything'),
        title: z.string(),
        gain: z.number().nullable().describe('Points of 0–100 of `score`; null: its own, for assets that no fix is known for'),
        score: z.enum(gainingScores).nullable(),
        assets: z.number().int().describe('Assets that this metric finds exposed and that it is for'),
      }),
    )
    .describe('Together they are for exactly the assets that the metric finds exposed'),
  yaml: z.string().describe('The definition itself'),
})

export const InitiativeSummary = z.object({
  id: z.string(),
  title: z.string(),
  why: z.string(),
  kind: z.string(),
  preview: z.boolean().describe('Its content may still change'),
  generated: z.boolean().describe('Made from the requirements that reports name, not from a file of the catalog'),
  new_since: Day.nullable().describe('Day on which it was added, when that is within the last 14'),
  learn_more: z.string().nullable(),
  threats: z.array(z.object({ id: z.string().describe('MITRE ATT&CK'), title: z.string() })),
  score: Score,
  scored_from: z.enum(['metrics', 'controls']),
  metrics: z.number().int(),
  metrics_with_data: z.number().int(),
  missing: z.array(z.string()).describe('What its metrics without data need and nothing feeds'),
  critical_assets: z.number().int().describe('Exposed assets of criticality high or very high'),
  trend: z.array(z.number().nullable()).describe('Score of the last 14 days'),
  updated_at: Instant.nullable().describe('When its score was last worked out from something new'),
})
const Section = z.object({
  section: z.string(),
  requirements: z.number().int().describe('Requirements that some check with a result serves'),
  met: z.number().int().describe('Of them those whose every such check has all its points'),
  controls: z.number().int(),
  points: z.number(),
  max_points: z.number(),
  value: z.number().describe('0–100, higher is better'),
})
export const InitiativeDetail = InitiativeSummary.extend({
  metric_list: z.array(MetricSummary),
  sections: z.array(Section).describe('Of an initiative that is scored from controls'),
  history: z.array(Point),
})

export const AssetSummary = z.object({
  asset_id: z.number().int(),
  name: z.string(),
  type: z.enum(assetTypes),
  os_family: z.string().nullable(),
  os: z.string().nullable(),
  criticality: z.enum(criticalities).nullable(),
  internet_facing: z.boolean().nullable(),
  owner: z.string().nullable(),
  asset_group: z.string().nullable(),
  endpoint_agent: z.string().nullable(),
  cloud_provider: z.string().nullable(),
  exposure: z.number().nullable().describe('0–100; null when it is not in the score'),
  level: z.enum(['low', 'medium', 'high']).nullable(),
  state: z.enum(['active', 'stale', 'never_scanned', 'left']),
  vulnerabilities: z.number().int().describe('Distinct open vulnerabilities above informational'),
  critical: z.number().int(),
  exploited: z.number().int().describe('Open ones that are known exploited'),
  failed_controls: z.number().int(),
  sources: z.array(z.string()),
  last_seen_at: Instant.nullable(),
})
export const AffectedAsset = AssetSummary.pick({
  asset_id: true,
  name: true,
  type: true,
  criticality: true,
  asset_group: true,
  owner: true,
  internet_facing: true,
  exposure: true,
}).extend({ reason: z.string(), since: Day.nullable() })
const supportFields = {
  end_of_support_at: Instant.nullable().describe('As a report states it, else as a feed of ends of support does'),
  end_of_support_by: z
    .object({
      source: z.string(),
      product: z.string().nullable().describe("The feed's name of the product; null: a report says it of the software itself"),
      release: z.string().nullable(),
    })
    .nullable()
    .describe('Who says so'),
  support: z.enum(['supported', 'ending', 'ended']).nullable().describe('ending: within six months; null: nobody states when support ends'),
}
export const InstalledSoftware = z.object({
  name: z.string(),
  version: z.string().nullable(),
  vendor: z.string().nullable(),
  place: z.string().nullable(),
  ...supportFields,
  vulnerabilities: z.number().int().describe('Open on this asset in this component'),
  sources: z.array(z.string()),
  since: Instant,
})
export const AssetDetail = AssetSummary.extend({
  os_support: z
    .object({ title: z.string(), release: z.string(), ...supportFields })
    .nullable()
    .describe('Of its operating system; null: no feed says when support ends, or it does not tell which release it is'),
  attributes: z.array(z.object({ attribute: z.string(), value: z.string(), source: z.string(), since: Instant })),
  names: z.array(
    z.object({
      name_type: z.string(),
      name: z.string(),
      source: z.string(),
      since: Instant,
      until: Instant.nullable().describe('When a report of the source first no longer gave it that name; null while it does'),
    }),
  ),
  identity: z
    .array(
      z.object({
        why: z.enum(['same', 'near', 'merged']).describe('A strong name; a weak one within 30 days; a person said so'),
        name_type: z.string(),
        name: z.string(),
        sources: z.array(z.string()),
        text: z.string(),
      }),
    )
    .describe('Why what the sources report is one asset; empty when it is one record'),
  coverage: z
    .array(
      LookedFor.extend({
        source: z.string(),
        first_looked_at: Instant,
        last_looked_at: Instant,
        looks: z.number().int(),
        fresh_until: Instant,
      }),
    )
    .describe('A row for each way in which a source looks at it'),
  exceptions: z
    .array(ExceptionInForce.extend({ covered_findings: z.number().int() }))
    .describe('Those that cover some of its open findings'),
  history: z.array(z.object({ day: Day, exposure: z.number().nullable() })).describe('0–100, rows only where it changes'),
  value: z.number().describe('Its weight in the exposure score'),
})

export const IdentityChanged = z.object({
  import_no: z.number().int().describe('The import that tells it: undo it to take it back'),
  asset_ids: z.array(z.number().int()).describe('The assets that there are now'),
})

export const Finding = z.object({
  finding_id: z.number().int(),
  asset_id: z.number().int(),
  asset_name: z.string(),
  kind: z.enum(['vulnerability', 'control']),
  subject: z.string(),
  title: z.string().nullable(),
  component: z.string().nullable(),
  version: z.string().nullable(),
  fixed_version: z.string().nullable(),
  place: z.string().nullable(),
  severity: Severity.nullable(),
  cvss: z.number().nullable(),
  epss: z.number().nullable(),
  stage: Stage,
  hazard: z.number().describe('h of exposure/1'),
  share: z.number().nullable().describe("Its part of the asset's hazard, 0–1"),
  first_seen_at: Instant,
  sources: z.array(z.string()),
  excepted: z.boolean().describe('An exception that moves scores covers it: it is in none'),
  exception: ExceptionInForce.nullable().describe('The exception that covers it, whether it moves scores or not'),
})
export const SoftwareSummary = z.object({
  name: z.string(),
  vendor: z.string().nullable(),
  versions: z.number().int(),
  assets: z.number().int(),
  vulnerabilities: z.number().int(),
  critical: z.number().int(),
  stage: Stage,
  exposed_assets: z.number().int(),
  ...supportFields,
  cpe: z.string().nullable().describe('CPE name of one of its versions; null: no report states one'),
  impact: z.number().describe('Points that its open vulnerabilities have in the exposure score'),
  tags: z.array(z.enum(softwareTags)),
})
export const SoftwareDetail = SoftwareSummary.extend({
  version_list: z.array(
    z.object({
      version: z.string(),
      assets: z.number().int(),
      exposed_assets: z.number().int(),
      vulnerabilities: z.number().int(),
      critical: z.number().int(),
      stage: Stage,
      ...supportFields,
    }),
  ),
  vulnerability_list: z.array(
    z.object({ vulnerability_id: z.string(), severity: Severity.nullable(), stage: Stage, assets: z.number().int() }),
  ),
})
export const VulnerabilitySummary = z.object({
  vulnerability_id: z.string(),
  title: z.string().nullable(),
  severity: Severity.nullable(),
  cvss: z.number().nullable(),
  epss: z.number().nullable(),
  stage: Stage,
  assets: z.number().int(),
  excepted_assets: z.number().int().describe('Of them, those on which exceptions keep it out of the scores'),
  published_at: Instant.nullable(),
  aliases: z.array(z.string()).describe('Other ids that tools know it by'),
  components: z.array(z.string()),
  fix_available: z.boolean(),
  first_seen_at: Instant,
})
export const VulnerabilityDetail = VulnerabilitySummary.extend({
  description: z.string().nullable(),
  cvss_vector: z.string().nullable(),
  epss_exact: z.number().nullable(),
  epss_percentile: z.number().nullable(),
  epss_model: z.string().nullable(),
  ssvc: z
    .object({ exploitation: z.string().nullable(), automatable: z.string().nullable(), technical_impact: z.string().nullable() })
    .nullable(),
  timeline: z
    .array(
      z.object({
        at: Instant,
        what: z.string(),
        source: z.string(),
        learned_at: Instant.nullable().describe('When the report or feed that says so was read here'),
      }),
    )
    .describe('What the world learned of it, and when it reached us'),
  epss_steps: z
    .array(z.object({ at: Instant, epss: z.number(), source: z.string() }))
    .describe('Its EPSS on the fixed scale; the newest 60 steps, newest first'),
  affected: z
    .array(
      z.object({ component: z.string(), version: z.string().nullable(), fixed_version: z.string().nullable(), assets: z.number().int() }),
    )
    .describe('The components that have it, with versions as tools state them; at most 200'),
  recommendations: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        assets: z.number().int(),
        gain: z.number(),
        tags: z.array(z.enum(recommendationTags)),
      }),
    )
    .describe('What closes it, with the assets on which it does, also excepted ones'),
  systems: z
    .array(z.object({ os_family: z.string().nullable(), os: z.string().nullable(), assets: z.number().int() }))
    .describe('Operating systems of the assets that have it; null: no report states one'),
  url: z.string().nullable(),
})
export const ControlSummary = z.object({
  control_id: z.string(),
  title: z.string(),
  source: z.string(),
  category: z.string().nullable(),
  severity: Severity.nullable(),
  product: z.string().nullable(),
  state: z.enum(['met', 'partly_met', 'not_met', 'unknown', 'not_applicable']),
  passed: z.number().int(),
  failed: z.number().int(),
  unknown: z.number().int(),
  excepted: z.number().int().describe('Of the failed ones, those that exceptions give their full points'),
  objectives: z.array(z.string()).describe('What it is for, whichever tool checks it; see /objectives'),
  points: z.number().nullable(),
  max_points: z.number().nullable(),
})
/** What controls of many tools are for. */
export const ControlObjective = z.object({
  id: z.string(),
  title: z.string(),
  why: z.string(),
  source: z.string(),
  controls: z.number().int().describe('How many controls of the organisation are for it'),
})
export const ControlDetail = ControlSummary.extend({
  description: z.string().nullable(),
  remediation: z.string().nullable(),
  url: z.string().nullable(),
  frameworks: z.array(z.object({ framework: z.string(), requirement: z.string() })),
  results: z.array(
    z.object({
      asset_id: z.number().int(),
      asset_name: z.string(),
      status: z.string(),
      evidence: z.string().nullable(),
      since: Instant,
      exception: ExceptionInForce.nullable(),
    }),
  ),
})

export const RecommendationSummary = z.object({
  id: z.string(),
  kind: z.enum(recommendationKinds),
  title: z.string(),
  component: z.string().nullable(),
  fixed_version: z.string().nullable(),
  gain: z
    .number()
    .describe(
      'Points of the exposure score (of the secure score for settings, of the initiative that gains most for what a metric asks for) that doing exactly this gives back now',
    ),
  score: z.enum(gainingScores),
  assets: z.number().int(),
  findings: z.number().int(),
  vulnerabilities: z.number().int(),
  stage: Stage,
  severity: Severity.nullable(),
  critical_assets: z.number().int(),
  source: z.string().nullable(),
  category: z.string().nullable(),
})
export const Event = z.object({
  event_id: z.string(),
  feed: z.enum(['risk', 'posture']),
  type: z.string(),
  headline: z.string(),
  day: Day,
  happened_at: Instant,
  component: z.string().nullable(),
  direction: z.enum(['worse', 'better', 'neutral']),
  effect: z
    .number()
    .nullable()
    .describe(
      'Points that it moved the exposure score of the organisation, or of the groups asked for, by; above 0 is worse; null: it is about another score',
    ),
  severity: Severity.nullable(),
  source: z.string().nullable(),
  assets: z.number().int().describe('Impacted at the end of that day'),
  share: z.number().describe('Of the active assets of that day, 0–1'),
  assets_now: z.number().int(),
  share_now: z.number(),
  effects: z
    .array(z.object({ cause: z.enum(causeIds), part: z.number() }))
    .describe('The effect cause by cause: whole multiples of 0.000001 points that sum to it'),
  subject_kind: z.enum(['vulnerability', 'control', 'software']).nullable(),
  subjects: z.array(z.string()),
  score: z.string().nullable(),
  score_id: z.string().nullable(),
  score_before: z.number().nullable(),
  score_after: z.number().nullable(),
  state: z.enum(eventStates).describe('Whether somebody said that they know of it'),
  owner: z.string().nullable().describe('Who sees to it'),
  note: z.string().nullable(),
  recovered_on: Day.nullable().describe('First day at whose end what got worse was back; null: not yet, or it does not apply'),
})
export const EventList = list(Event).extend({ counts: z.array(z.object({ type: z.string(), events: z.number().int() })) })

export const Counts = z.object({
  assets: z.number().int(),
  findings: z.number().int(),
  vulnerabilities: z.number().int(),
  controls: z.number().int(),
  results: z.number().int(),
  software: z.number().int(),
  statements: z.number().int().optional().describe('Of a VEX document: one per product and vulnerability'),
  skipped: z.number().int(),
  closed_items: z.number().int().optional().describe('Items that the report states as closed; left out where there are none'),
  opened: z.number().int(),
  closed: z.number().int(),
  notes: z.array(z.string()),
})
export const Import = z.object({
  import_no: z.number().int(),
  kind: z.string(),
  format: z.string().nullable(),
  format_title: z.string().nullable(),
  source: z.string().nullable(),
  tool: z.string().nullable(),
  tool_version: z.string().nullable(),
  file_name: z.string().nullable(),
  observed_at: Instant.nullable(),
  recorded_at: Instant,
  actor: z.string(),
  counts: Counts,
  undone: z.boolean(),
  digest: z.string(),
})
export const SkippedItem = z.object({ place: z.string(), reason: z.string() })
export const ImportDetail = Import.extend({
  skipped_items: z
    .array(SkippedItem)
    .describe('Skipped items, and those stated as closed, with their places. At most 200; all of them: /imports/{import_no}/skipped'),
  input_digest: z.string(),
  previous_digest: z.string(),
  coverage: z
    .array(LookedFor.extend({ assets: z.number().int(), first_looked_at: Instant, last_looked_at: Instant }))
    .describe('What the report looked for, and on how many assets: only that can it close'),
})
/** What an import gave. `unchanged`: these bytes with these options were known; `import_no` is then the import that brought them. */
export const ImportResult = z.object({
  unchanged: z.boolean(),
  import_no: z.number().int(),
  org: z.string().nullable().describe('Slug; null for facts about the world'),
  format: z.string(),
  title: z.string(),
  kind: z.enum(['report', 'feed']),
  counts: Counts,
})
/** What became of one member of an archive. */
export const MemberResult = z.object({
  name: z.string().describe('Path inside the archive; empty for the archive itself, where it breaks off'),
  result: ImportResult.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
/** An archive of reports: each member is an import of its own, whole or not at all. */
export const ArchiveResult = z.object({
  kind: z.literal('archive'),
  title: z.string(),
  unchanged: z.boolean().describe('Every member was imported before'),
  taken: z.number().int(),
  known: z.number().int().describe('Members that were imported before'),
  refused: z.number().int(),
  members: z.array(MemberResult),
})
/** Server-sent events of a running import: progress until `done` or `failed`. */
export const Progress = z.object({
  job: z.string(),
  file_name: z.string(),
  state: z.enum(['waiting', 'reading', 'storing', 'computing', 'done', 'failed']),
  bytes: z.number().int(),
  total_bytes: z.number().int().nullable(),
  records: z.number().int(),
  result: z.union([ImportResult, ArchiveResult]).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})
export const SourceSummary = z.object({
  source: z.string(),
  kind: z.enum(['report', 'feed']),
  title: z.string(),
  last_observed_at: Instant.nullable(),
  last_import_at: Instant,
  imports: z.number().int(),
  assets: z.number().int(),
  staleness_days: z.number(),
  state: z.enum(['fresh', 'stale']),
})

/** How a feed stands; see src/ingest/updating/schedule.ts. */
export const FeedState = z.object({
  feed: z.string(),
  title: z.string(),
  url: z.string().nullable().describe('null: it has no single address'),
  every: z.string().describe('How often it changes'),
  checked_at: Instant.nullable(),
  fetched_at: Instant.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  due_at: Instant.nullable(),
})

export const FeedUpdate = z.object({
  feed: z.string(),
  url: z.string().nullable(),
  state: z.enum(['imported', 'unchanged', 'no_address', 'failed']),
  imports: z.array(ImportResult),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})

export const Organisation = z.object({
  org_id: z.number().int(),
  slug: z.string(),
  name: z.string(),
  zone: z.string(),
  demo: z.boolean(),
  tenants: z.array(z.string()),
  assets: z.number().int(),
})

export const NewOrganisation = z.object({
  name: z.string().trim().min(1).max(100),
  zone: z.string().max(100).optional().describe('IANA time zone that cuts its days; default that of the server'),
  tenants: z.array(z.string().min(1).max(200)).max(100).optional().describe('Tenant ids whose reports go here'),
})

export const ExceptionSummary = z.object({
  exception_id: z.number().int(),
  assets: z
    .array(z.object({ asset_id: z.number().int(), name: z.string() }))
    .nullable()
    .describe('The assets that it names, at most 20; null: not narrowed to assets'),
  asset_count: z.number().int().nullable().describe('How many assets it names'),
  asset_groups: z
    .array(z.string())
    .nullable()
    .describe('It covers what is in one of these groups, while it is; at most 20 are named; null: not narrowed to groups'),
  group_count: z.number().int().nullable().describe('How many groups it names'),
  kind: z.enum(['vulnerability', 'control']).nullable(),
  subject: z.string().nullable().describe('Id of the vulnerability or control; null: any'),
  component: z.string().nullable().describe("Only findings of this component, '' for the one that names none; null: any"),
  justification: ExceptionKind.describe("A person's justification, or statement: another party's word in a VEX document"),
  moves_scores: z
    .boolean()
    .describe(
      'It takes what it covers out of the scores: third party control, alternate mitigation, statements of not affected and fixed do',
    ),
  statement: z
    .object({
      status: StatementStatus,
      justification: z.enum(statementJustifications).nullable(),
      product: z.string().describe('As the document names it'),
      package: z.string().nullable().describe('Package URL of the component that it is about; null: the product as a whole'),
      version: z.string().nullable().describe('null: any version'),
      role: z.string().nullable().describe('Of the author'),
      document: z.string(),
      document_version: z.string().nullable(),
      stated_at: Instant.nullable().describe("The statement's own date, where it has one"),
    })
    .nullable()
    .describe("null: a person's exception"),
  reason: z.string(),
  author: z.string(),
  starts_at: Instant,
  ends_at: Instant.nullable().describe('null: until a person ends it'),
  state: z.enum(exceptionStates).describe('suspended: of asset groups, while a global one about the same stands'),
  covered_findings: z.number().int().describe('Open findings that it covers'),
  covered_assets: z.number().int(),
  import_no: z.number().int().describe('The import that stated it as it now stands'),
})
export const ExceptionDetail = ExceptionSummary.extend({
  acts: z
    .array(
      z.object({
        import_no: z.number().int(),
        act: z.enum(['add', 'change', 'end', 'leave']).describe('leave: ended for some of its groups alone'),
        asset_groups: z.array(z.string()).nullable().describe('Those groups'),
        recorded_at: Instant,
        actor: z.string(),
        undone: z.boolean(),
      }),
    )
    .describe('What people did to it; each can be undone by its import'),
})
const When = z.string().max(40)
export const NewException = z.strictObject({
  finding_id: z.number().int().positive().optional().describe('Only this finding; instead of assets, group and subject'),
  asset_ids: z.array(z.number().int().positive()).min(1).max(10_000).optional(),
  asset_groups: z
    .array(z.string().trim().min(1).max(300))
    .min(1)
    .max(1000)
    .optional()
    .describe('On the assets of these groups, while they are in one'),
  all_groups: z.literal(true).optional().describe('Instead of asset_groups: all groups that have assets now, not those to come'),
  kind: z.enum(['vulnerability', 'control']).optional().describe('Of the subject'),
  subject: z.string().trim().min(1).max(500).optional().describe('Id of a vulnerability or control'),
  component: z.string().max(500).optional().describe('Only findings of this component, as the tools write it'),
  everything: z.literal(true).optional().describe('Needed for an exception that is not narrowed at all'),
  justification: Justification,
  reason: z.string().trim().min(1).max(2000),
  author: z.string().trim().min(1).max(200).optional().describe('Who decided it'),
  starts_at: When.optional().describe('A day (from its beginning) or an instant, also of the past; default now'),
  ends_at: When.nullish().describe('A day (to its end) or an instant; without it a person has to end it'),
})
export const ChangedException = z.strictObject({
  justification: Justification.optional(),
  reason: z.string().trim().min(1).max(2000).optional(),
  author: z.string().trim().min(1).max(200).optional(),
  starts_at: When.optional(),
  ends_at: When.nullable().optional().describe('null: until a person ends it'),
})
export const EndedException = z.strictObject({
  ends_at: When.optional().describe('A day (to its end) or an instant; default now'),
  asset_groups: z
    .array(z.string().min(1).max(500))
    .min(1)
    .max(1000)
    .optional()
    .describe('Only for these of its groups; default: as a whole'),
})

export const Overview = z.object({
  organisation: Organisation,
  as_of: Instant,
  empty: z.boolean().describe('Nothing imported yet'),
  exposure: Score,
  secure: Score,
  coverage: Coverage,
  exposure_history: z.array(Point),
  secure_history: z.array(Point),
  severity_counts: z
    .object({
      critical: z.number().int(),
      high: z.number().int(),
      medium: z.number().int(),
      low: z.number().int(),
      unknown: z.number().int(),
    })
    .describe('Distinct open (asset, vulnerability)'),
  exploited: z.number().int().describe('Distinct open known exploited vulnerabilities'),
  initiatives: z.array(InitiativeSummary),
  metrics: z.array(MetricSummary).describe('Most significant exposure first, at most 6'),
  recommendations: z.array(RecommendationSummary).describe('Greatest gain first, at most 6'),
  events: z.array(Event).describe('Newest risk events, at most 8'),
  posture_events: z.array(Event).describe('Newest, at most 5'),
  event_dots: z
    .array(
      z.object({
        day: Day,
        events: z.number().int(),
        headline: z.string(),
        top: z
          .array(z.object({ headline: z.string(), effect: z.number().nullable() }))
          .describe('Those that moved the score most, at most 3'),
      }),
    )
    .describe('Days with worse risk events of the history range'),
  sources: z.array(SourceSummary),
  asset_types: z.array(z.object({ type: z.string(), assets: z.number().int() })),
})

export const Definitions = z.object({
  formula: z.string(),
  constants: z.record(z.string(), z.unknown()),
  metrics: z.number().int(),
  initiatives: z.number().int(),
})

/** `/health`: the program runs. */
export const Health = z.object({ status: z.literal('ok'), version: z.string() })
/** `/ready`: it can answer questions. */
export const Ready = z.object({ status: z.enum(['ready', 'not_ready']), database: z.enum(['duckdb', 'postgres']), version: z.string() })

const BrokenFacts = z.object({
  import_no: z.number().int(),
  fact_table: z.string(),
  part: z.string().describe('opened, closed, retracted, or "end without import"'),
  facts: z.number().int().describe('Rows that are there'),
  stated: z.number().int().describe('Rows that the import stated'),
})

/** Whether the past is as it was learned: imports against the chain, facts against the digests of their imports, raw inputs against theirs. */
export const Verification = z.object({
  imports: z.number().int(),
  broken: z.array(z.number().int()).describe('Imports whose link of the chain does not fit'),
  facts: z.object({ checked: z.number().int(), broken: z.array(BrokenFacts), imports_without_digest: z.number().int() }),
  inputs: z.object({
    kept: z.number().int(),
    checked: z.number().int().describe('Unpacked and compared; of all others only their being there is checked'),
    broken: z.array(z.object({ import_no: z.number().int(), input_digest: z.string(), state: z.enum(['missing', 'changed']) })),
  }),
  published: z
    .object({
      checked: z.number().int(),
      skipped: z.number().int().describe('Of another version of their formula'),
      broken: z.array(
        z.object({
          score: z.string(),
          id: z.string(),
          day: z.number().int(),
          as_of: z.number().int(),
          known_at: z.number().int(),
          numerator: z.number(),
          denominator: z.number(),
          formula: z.string(),
          again: z.object({ numerator: z.number(), denominator: z.number() }).describe('What it gives now'),
        }),
      ),
    })
    .describe('A sample of published numbers, computed again as of their instant from what was known then'),
})

const Days = z.number().int().nullable().describe('null: for ever')

/** How long things are kept. */
export const Retention = z.object({ inputs_days: Days, facts_days: Days })

/** What a run of the retention removed, or would remove. */
export const RetentionRun = z.object({
  import_no: z.number().int().nullable().describe('The import that logs it'),
  horizon: z.string().nullable().describe('Before this instant facts are no longer whole'),
  facts: z.record(z.string(), z.number().int()).describe('Rows by table'),
  inputs: z.number().int(),
})

/** The installation: which database, and how much of the machine it may take. */
export const Installation = z.object({
  version: z.string(),
  database: z.enum(['duckdb', 'postgres']),
  schema_step: z.number().int(),
  readers: z.number().int().describe('Questions answered at the same time'),
  queue: z.number().int().describe('Questions that may wait'),
  memory: z.string().nullable(),
  threads: z.number().int().nullable(),
  temporary: z.string().nullable().describe('Folder of temporary files'),
})

/** Imports that a newer importer reads again; `reread_as` is the new import, null where its input is gone or nothing was done yet. */
export const Reread = z.object({
  items: z.array(
    z.object({
      import_no: z.number().int(),
      file_name: z.string().nullable(),
      format: z.string(),
      from_version: z.number().int(),
      to_version: z.number().int(),
      reread_as: z.number().int().nullable(),
    }),
  ),
})
