import { z } from 'zod'
import { AssetValuesShape } from '../../insights/asset-values.ts'
import { assetTypes, criticalities } from '../../model/asset.ts'
import { exploitStages } from '../../model/exploit.ts'
import { severities } from '../../model/severity.ts'

const Level = z.enum(criticalities)
const When = z.record(z.string(), z.unknown()).describe('A condition as docs/conditions.md tells')

const RuleClue = z.object({
  when: When,
  certainty: z.number().int().describe('1–100'),
  words: z.string().describe('The condition as a sentence'),
})

const ClassificationSummary = z.object({
  id: z.string(),
  title: z.string(),
  why: z.string(),
  source: z.string().nullable().describe("Where a predefined rule comes from; null for an organisation's own"),
  predefined: z.boolean(),
  on: z.boolean(),
  criticality: Level,
  threshold: z.number().int().describe('From this certainty on its assets count; below it they are to be reviewed'),
  clues: z.array(RuleClue),
  translates: z.boolean().describe('It says no more than that a word of a source means this level'),
  assets: z.number().int().describe('Certain enough, or confirmed by a person'),
  to_review: z.number().int(),
})

export const ClassificationList = z.object({ items: z.array(ClassificationSummary) })

export const SettingPreview = z.object({
  moves: z
    .array(z.object({ before: Level.nullable(), after: Level.nullable(), assets: z.number().int() }))
    .describe('Assets that would have another level; null: none'),
  score_before: z.number().nullable(),
  score_after: z.number().nullable().describe('The exposure score with these levels'),
})

export const StatedWordList = z.object({
  items: z.array(
    z.object({
      word: z.string().describe('The scale of the source and its word: servicenow: 1 - most critical'),
      assets: z.number().int(),
      classification: z
        .object({ id: z.string(), title: z.string(), on: z.boolean(), criticality: Level })
        .nullable()
        .describe('The rule that translates it; null: none does'),
    }),
  ),
})

const RuleField = z.object({
  field: z.string(),
  title: z.string(),
  type: z.enum(['text', 'number', 'boolean', 'ordered']),
  values: z.array(z.string()).nullable().describe('The words that it may hold; null: any'),
})
export const RuleFieldList = z.object({ items: z.array(RuleField) })

export const RulePreview = z.object({
  assets: z.number().int(),
  to_review: z.number().int(),
  items: z
    .array(
      z.object({
        asset_id: z.number().int(),
        name: z.string(),
        type: z.enum(assetTypes),
        criticality: Level.nullable(),
        asset_group: z.string().nullable(),
        certainty: z.number().int(),
        reason: z.string(),
      }),
    )
    .describe('The first hundred, the most certain first'),
})

const GroupRuleItem = z.object({
  id: z.string(),
  group: z.string(),
  position: z.number().int(),
  on: z.boolean(),
  when: When,
  words: z.string(),
  assets: z.number().int().describe('That fit it, also where an earlier rule puts them elsewhere'),
})
export const GroupRuleList = z.object({ items: z.array(GroupRuleItem) })

const Values = z.object({ very_high: z.number(), high: z.number(), medium: z.number(), none: z.number(), low: z.number() })

export const AssetValueAnswer = z.object({
  rule: AssetValuesShape.shape.rule,
  factors: Values.describe('What an asset of each level weighs'),
  standard: z.boolean(),
  score: z.number().nullable().describe('The exposure score with them, 0–100, lower is better'),
  levels: z.array(
    z.object({
      criticality: z.enum([...criticalities, 'none']),
      assets: z.number().int(),
      scored: z.number().int().describe('Of them in the score'),
      value: z.number(),
      weight_share: z.number().nullable().describe('Its part of the weights, 0–1'),
      score_share: z.number().nullable().describe('Its part of the score, 0–1'),
    }),
  ),
})

export const Acted = z.object({ import_no: z.number().int().nullable().describe('The act, to be undone; null: nothing changed') })

export const AssetsSet = z.object({
  assets: z.number().int().describe('How many assets it is about'),
  import_no: z.number().int().nullable().describe('The act; null: nothing changed, or a preview'),
  score_before: z.number().nullable(),
  score_after: z.number().nullable().describe('The exposure score with these levels, worked out before anything is kept'),
})

export const ExposureOfAssets = z.object({
  levels: z.array(z.object({ level: z.enum(['none', 'low', 'medium', 'high']), assets: z.number().int() })),
  stale: z.number().int().describe('Here, but not looked at for vulnerabilities within the staleness of their source: beside the score'),
  never_scanned: z.number().int().describe('Here, but never looked at for vulnerabilities'),
  without_fix: z
    .number()
    .nullable()
    .describe('Part of the hazard behind the score for which no source names a fix, 0–1; null: there is no hazard'),
})

const AssetLevelReason = z.object({
  kind: z.enum(['criticality', 'group']),
  rule_id: z.string(),
  title: z.string(),
  value: z.string().describe('The level or the group that the rule gives'),
  on: z.boolean(),
  counts: z.boolean().describe('On, and certain enough or confirmed'),
  certainty: z.number().int(),
  threshold: z.number().int(),
  decision: z.enum(['yes', 'no']).nullable(),
  reason: z.string(),
  since: z.string(),
})
const Decided = z.object({
  value: z.string().nullable(),
  by: z.enum(['person', 'source', 'rule']).nullable().describe('Whose word counts'),
  rule_id: z.string().nullable(),
  actor: z.string().nullable().describe('Who set it, of what a person set'),
  reason: z.string().nullable(),
  since: z.string().nullable(),
  sources: z.array(z.object({ source: z.string(), value: z.string() })).describe('What the sources state'),
})
export const AssetLevels = z.object({
  criticality: Decided,
  asset_group: Decided,
  value: z.number().describe('Weight in the exposure score'),
  rules: z.array(AssetLevelReason),
  groups: z
    .array(z.object({ asset_group: z.string().nullable(), since: z.string(), until: z.string().nullable() }))
    .describe('Newest first'),
})

export const AssetRecommendations = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['update', 'attention', 'setting']),
      title: z.string(),
      component: z.string(),
      fixed_version: z.string().nullable().describe('What to update to; null where no source states it, or there are several'),
      findings: z.number().int(),
      vulnerabilities: z.number().int(),
      severity: z.enum(severities).nullable().describe('The gravest'),
      stage: z.enum(exploitStages).describe('The furthest exploit stage'),
      gain: z.number().nullable().describe("What the asset's own exposure would fall by, 0–100; null: it is not in the score"),
    }),
  ),
})
