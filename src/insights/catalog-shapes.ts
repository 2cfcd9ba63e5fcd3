import { z } from 'zod'
import { exploitStages } from '../model/exploit.ts'
import { attributes } from '../store/queries/metrics/fed.ts'

// What a catalog file may hold, checked once when it is read. Unknown keys are refused: a misspelt one would silently do nothing.

const Title = z.string().min(3).max(120)
const Text = z.string().min(10).max(2000)
const Link = z.url({ protocol: /^https$/ })
const Id = z.string().regex(/^[a-z0-9]+([._-][a-z0-9]+)*$/)
const Conditions = z.record(z.string(), z.unknown())

/** Rows of the derived tables, columns left out get a harmless default; documentation and test in one. */
const ExampleShape = z.strictObject({
  asset: z.array(z.looseObject({ asset_id: z.string() })).min(1),
  vulnerability: z.array(z.looseObject({ vulnerability_id: z.string() })).default([]),
  control: z.array(z.looseObject({ control_id: z.string() })).default([]),
  finding: z.array(z.looseObject({ asset_id: z.string() })).default([]),
  /** Results of checks that were no failures; a failed control's finding has its result already. */
  result: z
    .array(z.strictObject({ asset_id: z.string(), control_id: z.string(), status: z.enum(['pass', 'not_applicable', 'not_run']) }))
    .default([]),
  /** Installed software; `end_of_support_at`: a day, as its report states it. */
  software: z
    .array(
      z.strictObject({
        asset_id: z.string(),
        name: z.string(),
        version: z.string().default(''),
        end_of_support_at: z.iso.date().nullable().default(null),
      }),
    )
    .default([]),
  expect: z.strictObject({ exposed: z.array(z.string()), total: z.number().int() }),
})

const weights = ['high', 'medium', 'low'] as const

/** What a person may set a weight to; accepted: the risk is, the metric counts nothing. */
export const setWeights = [...weights, 'accepted'] as const

/** mitigated_elsewhere: the metric counts nothing, its risk is taken care of where nothing is measured; mitigated: it counts as met. */
export const handlings = ['mitigated_elsewhere', 'mitigated'] as const

export const MetricShape = z.strictObject({
  title: Title,
  why: Text,
  /** Where the advice is from; one of an organisation's own may have none. */
  source: Link.nullable().default(null),
  population: Conditions,
  exposed_when: Conditions,
  /** Sentence beside an affected asset; {subject}, {component}, {title} are those of its worst exposing finding. */
  reason: z.string().min(3).max(200),
  /** Capabilities; left out: what its conditions read. */
  needs: z.array(Id).min(1).optional(),
  /** How much it counts in an initiative that it is added to; left out: medium. */
  weight: z.enum(weights).optional(),
  /** What to do about it, in a sentence or more: an attribute that is missing, a finding without a known fix. */
  recommendation: Text.optional(),
  /** Those that come with the program all have one. */
  example: ExampleShape.default({
    asset: [],
    vulnerability: [],
    control: [],
    finding: [],
    result: [],
    software: [],
    expect: { exposed: [], total: 0 },
  }),
})

/**
 * What an initiative is about: a kind of assets (workload), an attack that many make (threat), a vendor's or product's campaign (threat_report), the
 * requirements of a framework, or what strangers can reach (external).
 */
const initiativeKinds = ['workload', 'threat', 'threat_report', 'framework', 'external'] as const

export const InitiativeShape = z
  .strictObject({
    title: Title,
    why: Text,
    kind: z.enum(initiativeKinds),
    /** Its content may still change, or little feeds it. */
    preview: z.boolean().default(false),
    learn_more: Link.optional(),
    /** Techniques of MITRE ATT&CK that it stands against. https://attack.mitre.org/ */
    threats: z.array(z.strictObject({ id: z.string().regex(/^T\d{4}(\.\d{3})?$/), title: Title })).default([]),
    /** Score that the organisation wants, 0–1. */
    target: z.number().gt(0).max(1),
    metrics: z.array(z.strictObject({ id: Id, weight: z.enum(weights) })).default([]),
    /** Instead of metrics: names of frameworks as reports write them, `*` for anything. Scored from the controls that name their requirements. */
    frameworks: z.array(z.string().min(2).max(120)).default([]),
  })
  .refine(({ metrics, frameworks }) => metrics.length > 0 !== frameworks.length > 0, 'needs either metrics or frameworks')

export const EventShape = z.strictObject({
  title: Title,
  why: Text,
  feed: z.enum(['risk', 'posture']),
  direction: z.enum(['worse', 'better', 'neutral']),
  /** Of one subject: {subject}, {component}, {assets}. */
  headline: z.string().min(3).max(200),
  /** Of several: also {count}. */
  headline_of_several: z.string().min(3).max(200).optional(),
  /** Listed, and told to somebody, only when it is asked for by its type. */
  optional: z.boolean().default(false),
})

export const RecommendationShape = z.strictObject({
  title: Title,
  why: Text,
  source: Link,
  /** Which findings it closes. */
  findings: Conditions,
  remediation: Text,
})

const feeding = z.union([
  z.strictObject({ subject: z.enum(['vulnerability', 'control', 'software', 'asset']) }),
  z.strictObject({ stage: z.enum(exploitStages) }),
  z.strictObject({ epss: z.literal(true) }),
  z.strictObject({ support: z.literal(true) }),
  z.strictObject({
    attribute: z.enum([...attributes.keys()] as [string, ...string[]]),
    /** Only these values count; left out: any. */
    values: z.array(z.string().min(1).max(100)).min(1).optional(),
  }),
])

const rules = z.array(z.string().min(2).max(200)).default([])

export const ObjectiveShape = z.strictObject({
  title: Title,
  why: Text,
  source: Link,
  /** A control that fits any of these pursues it; see objectives.ts. */
  controls: z
    .strictObject({ ids: rules, titles: rules, categories: rules, requirements: rules })
    .refine(
      ({ ids, titles, categories, requirements }) => ids.length + titles.length + categories.length + requirements.length > 0,
      'needs at least one rule',
    ),
  /** Unless it fits any of these. */
  except: z.strictObject({ ids: rules, titles: rules }).prefault({}),
})

export const CapabilityShape = z.strictObject({
  title: Title,
  why: Text,
  /** Any of these is enough. */
  fed_by: z.array(feeding).min(1),
})
