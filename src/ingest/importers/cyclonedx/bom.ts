import { z } from 'zod'
import { WholeText as Text } from '../../readers/lenient.ts'

const Named = z.object({ name: Text }).nullish().catch(null)

/** A component of a bill of materials, JSON or XML. Only what we use, and no stricter than we need: https://cyclonedx.org/docs/1.6/json/ */
export const Component = z.object({
  type: Text,
  'bom-ref': Text,
  group: Text,
  name: z.string().trim().min(1),
  version: Text,
  purl: Text,
  cpe: Text,
  publisher: Text,
  supplier: Named,
  manufacturer: Named,
  externalReferences: z
    .array(z.object({ type: Text, url: Text }))
    .nullish()
    .catch(null),
  properties: z
    .array(z.object({ name: Text, value: Text }))
    .nullish()
    .catch(null),
  evidence: z
    .object({ occurrences: z.array(z.object({ location: Text })).nullish() })
    .nullish()
    .catch(null),
  components: z.array(z.unknown()).nullish().catch(null),
  /** Of the vulnerability extension 1.0, which puts them into their component: https://cyclonedx.org/ext/vulnerability/ */
  vulnerabilities: z.array(z.unknown()).nullish().catch(null),
})
export type Component = z.infer<typeof Component>

const Tool = z.object({ name: Text, version: Text })

/** `tools` is a list until 1.4 and an object with components since 1.5. */
const Tools = z
  .union([z.array(Tool), z.object({ components: z.array(Tool).nullish() }).transform(({ components }) => components ?? [])])
  .nullish()
  .catch(null)

export const Metadata = z.object({
  timestamp: Text,
  tools: Tools,
  authors: z
    .array(z.object({ name: Text }))
    .nullish()
    .catch(null),
  supplier: Named,
  manufacturer: Named,
  /** Until 1.5. */
  manufacture: Named,
  component: Component.nullish().catch(null),
})
export type Metadata = z.infer<typeof Metadata>

const Rating = z.object({ source: Named, score: z.number().nullish().catch(null), severity: Text, method: Text, vector: Text })

export const Vulnerability = z.object({
  'bom-ref': Text,
  id: Text,
  source: z.object({ name: Text, url: Text }).nullish().catch(null),
  references: z
    .array(z.object({ id: Text }))
    .nullish()
    .catch(null),
  ratings: z.array(Rating).nullish().catch(null),
  description: Text,
  recommendation: Text,
  advisories: z
    .array(z.object({ url: Text }))
    .nullish()
    .catch(null),
  published: Text,
  analysis: z.object({ state: Text, detail: Text, justification: Text }).nullish().catch(null),
  affects: z
    .array(
      z.object({
        ref: z.string(),
        versions: z
          .array(z.object({ version: Text, status: Text }))
          .nullish()
          .catch(null),
      }),
    )
    .nullish(),
})
export type Vulnerability = z.infer<typeof Vulnerability>
