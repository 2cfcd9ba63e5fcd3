import { z } from 'zod'
import { handlings, setWeights } from '../../insights/catalog-shapes.ts'
import { changeReasons } from '../../insights/initiative-changes.ts'
import { causeGroups } from '../../model/cause.ts'
import { named } from '../named.ts'
import { list, Point } from '../shapes.ts'

// What people set of metrics and initiatives, over the wire. Scores and targets are 0–100.

const Weight = z.enum(setWeights).describe('accepted: the risk is; the metric counts nothing')
const Handled = z
  .enum(handlings)
  .nullable()
  .describe('mitigated_elsewhere: it counts nothing; mitigated: it counts as met; null: as it is measured')
const Origin = z.enum(['plimsoll', 'pack', 'own'])
const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/)
const Yaml = z.string().max(100_000)

/** Who sets it, and why: kept with it. */
const By = {
  reason: z.string().trim().max(2000).optional().describe('Why, for those who read the history'),
  author: z.string().trim().min(1).max(200).optional().describe('Who decided it'),
}

export const NewWeight = z.strictObject({ weight: Weight, initiative: z.string().max(200).optional().describe('In this one only'), ...By })
export const NewState = z.strictObject({ state: z.enum(handlings), ...By })
export const NewTarget = z.strictObject({ score: z.number().describe('Above 0, at most 100'), by: z.string().max(40).nullish(), ...By })
export const NewThreshold = z.strictObject({ points: z.number().describe('Above 0, at most 100'), ...By })
export const NewFavourites = z.strictObject({ initiatives: z.array(z.string().max(200)).max(500), ...By })
export const NewMetric = z.strictObject({
  yaml: Yaml,
  may_be_empty: z.boolean().default(false).describe('Also when its population never held an asset'),
  ...By,
})
export const NewInitiative = z.strictObject({ yaml: Yaml, ...By })
/** Of an act that has no body. */
export const Why = z.strictObject({ org: z.string().optional(), ...By })
/** What applies to nothing and shall end. */
export const IdleSetting = Why.extend({ kind: z.enum(['target', 'weight', 'metric_state', 'threshold']), id: z.string().max(401) })

/** One version of something that was set. */
const Version = z.object({
  kind: z.string(),
  id: z.string(),
  value: z.string().describe('A word, JSON or YAML, by its kind'),
  from: z.string().describe('ISO 8601, UTC'),
  to: z.string().nullable().describe('Null: it holds'),
  import_no: z.number().int().describe('The act; plimsoll undo takes it back'),
  actor: z.string(),
  reason: z.string().nullable(),
  ended_by: z.string().nullable(),
  end_reason: z.string().nullable(),
  idle: z.boolean().describe('It holds and applies to nothing: there is no metric or initiative of this id now'),
})
export const Versions = named('DefinitionVersionList', list(Version))

/** A definition's text as data, for those who show it in fields. */
const Definition = z.record(z.string(), z.unknown()).describe('The YAML as JSON')

const Counted = z.object({
  id: z.string().describe('Of the initiative, or of the metric'),
  title: z.string(),
  comes: Weight.describe('As the initiative itself says'),
  set: Weight.nullable().describe('Set for this initiative'),
  weight: Weight.describe('What holds'),
  handled: Handled,
})

export const MetricSettings = named(
  'MetricSettings',
  z.object({
    id: z.string(),
    title: z.string(),
    origin: Origin,
    pack: z.string().nullable(),
    yaml: z.string(),
    definition: Definition,
    recommendation: z.string().nullable(),
    handled: Handled,
    set: Weight.nullable().describe('Set for all initiatives'),
    initiatives: z.array(Counted),
    log: z.array(Version).describe('All that was ever set of it, newest first'),
  }),
)

export const InitiativeSettings = named(
  'InitiativeSettings',
  z.object({
    id: z.string(),
    title: z.string(),
    origin: Origin,
    pack: z.string().nullable(),
    yaml: z.string(),
    definition: Definition,
    target: z.object({
      score: z.number().nullable().describe('0–100; null: none'),
      by: Day.nullable(),
      set: z.boolean().describe('By a person'),
      comes: z.number().nullable().describe('0–100, as the initiative itself says'),
    }),
    metrics: z.array(Counted),
    log: z.array(Version),
  }),
)

export const Thresholds = named(
  'ThresholdList',
  z.object({
    default: z.number().describe('Points that hold where nothing is set'),
    items: z.array(
      z.object({
        about: z.string().describe('all, a kind of score, initiative/<id> or metric/<id>'),
        title: z.string(),
        points: z.number(),
        since: z.string(),
        actor: z.string(),
        reason: z.string().nullable(),
      }),
    ),
  }),
)

export const Favourites = named(
  'Favourites',
  z.object({ initiatives: z.array(z.string()).nullable().describe('For everyone who chose none; null: nobody set any') }),
)

const Field = z.object({
  field: z.string(),
  title: z.string(),
  about: z.enum(['asset', 'finding']),
  type: z.enum(['text', 'number', 'boolean', 'ordered']),
  values: z.array(z.string()).nullable().describe('The words that it may hold; null: any'),
  several: z.boolean().describe('Holds several words at once: one asks whether one is among them'),
})
export const Fields = named(
  'ConditionFields',
  z.object({
    items: z.array(Field),
    needs: z.array(z.object({ id: z.string(), title: z.string() })),
    objectives: z.array(z.object({ id: z.string(), title: z.string() })),
  }),
)

const Problems = z.array(z.object({ place: z.string(), line: z.number().int().nullable().describe('From 1 on'), message: z.string() }))

export const DraftBody = z.strictObject({ id: z.string().max(200).default('draft'), yaml: z.string().max(200_000) })

export const MetricTrial = named(
  'MetricTrial',
  z.object({
    problems: Problems.describe('Empty: it can be saved'),
    warnings: Problems,
    answer: z
      .object({
        definition: Definition,
        population: z.string(),
        exposed_when: z.string(),
        missing: z.array(z.string()).describe('Needs that nothing feeds'),
        exposed: z.number().int(),
        total: z.number().int(),
        exposure: z.number().nullable(),
        history: z.array(Point).describe('Two years, share of exposed assets in percent'),
        assets: z
          .array(z.object({ asset_id: z.number().int(), name: z.string(), criticality: z.string().nullable(), reason: z.string() }))
          .describe('The first hundred'),
        milliseconds: z.number(),
      })
      .nullable(),
  }),
)
export const InitiativeTrial = named(
  'InitiativeTrial',
  z.object({
    problems: Problems,
    answer: z
      .object({ definition: Definition, value: z.number().nullable(), target: z.number().nullable(), history: z.array(Point) })
      .nullable(),
  }),
)

export const Archived = named(
  'ArchivedDefinitions',
  list(
    z.object({
      kind: z.enum(['metric', 'initiative']),
      id: z.string(),
      title: z.string(),
      yaml: z.string(),
      archived_at: z.string(),
      ended_by: z.string().nullable(),
      end_reason: z.string().nullable(),
    }),
  ),
)

const Reason = z.enum(changeReasons)
const Side = z.object({ weight: Weight, handled: Handled, exposed: z.number().int(), total: z.number().int() }).nullable()
export const ChangePoints = named(
  'InitiativeChangeList',
  z.object({
    items: z.array(
      z.object({
        day: Day,
        before: z.number().nullable(),
        after: z.number().nullable(),
        change: z.number().describe('Points of 0–100; above 0 is better'),
        metrics: z.number().int().describe('Metrics that had a part in it'),
        reasons: z.array(Reason),
      }),
    ),
    total: z.number().int(),
    least: z.number(),
    from: Day,
    to: Day,
  }),
)
export const ChangeDetail = named(
  'InitiativeChange',
  z.object({
    day: Day,
    before: z.number().nullable(),
    after: z.number().nullable(),
    change: z.number(),
    groups: z
      .array(z.object({ group: z.enum(causeGroups), title: z.string(), part: z.number() }))
      .describe('Ours, new threats, rules, corrections, coverage; they sum to the change'),
    causes: z.array(z.object({ cause: z.string(), title: z.string(), part: z.number() })),
    metrics: z.array(
      z.object({
        id: z.string(),
        title: z.string(),
        reasons: z.array(Reason),
        part: z.number().describe('Of the change; they sum to it'),
        before: Side,
        after: Side,
        added: z.number().int().describe('Assets that it began to find exposed'),
        removed: z.number().int(),
      }),
    ),
    edits: z.array(Version).describe('What people set on that day of the initiative and its metrics'),
    content: z
      .array(z.object({ title: z.string(), notes: z.string(), at: z.string() }))
      .describe('Packs and versions of Plimsoll that changed its content on that day'),
  }),
)
export const ChangedAssets = named(
  'ChangedAssetList',
  list(z.object({ asset_id: z.number().int(), name: z.string(), what: z.enum(['added', 'removed']) })),
)

const Pack = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  notes: z.string(),
  metrics: z.array(z.string()),
  initiatives: z.array(z.string()),
})
export const Packs = named('PackList', list(Pack.extend({ since: z.string(), actor: z.string(), reason: z.string().nullable() })))
const PackMoves = z.array(
  z.object({
    kind: z.enum(['metric', 'initiative']),
    id: z.string(),
    title: z.string(),
    what: z.enum(['added', 'changed', 'removed', 'same']),
    before: z.number().nullable().describe('Score of an initiative, or share of exposed assets in percent'),
    after: z.number().nullable(),
    why: z.array(z.string()),
  }),
)
export const PackPreview = named(
  'PackPreview',
  z.object({
    pack: Pack.nullable(),
    former: z.string().nullable().describe('The version that is active'),
    problems: z.array(z.object({ file: z.string(), place: z.string(), line: z.number().int().nullable(), message: z.string() })),
    moves: PackMoves.describe('What would change; nothing is saved'),
  }),
)
