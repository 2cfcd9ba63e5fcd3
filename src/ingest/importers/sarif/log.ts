import { z } from 'zod'
import { given } from '../../readers/json-fields.ts'
import { WholeText as Text } from '../../readers/lenient.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Message = z
  .object({ text: Text, id: Text, arguments: z.array(z.string()).nullish().catch(null) })
  .nullish()
  .catch(null)
const Properties = z.record(z.string(), z.unknown()).nullish().catch(null)
const Index = z.number().int().nonnegative().nullish().catch(null)

/** 0–100; -1 means none. */
const Rank = z.number().nonnegative().max(100).nullish().catch(null)

const Strings = z
  .record(z.string(), z.object({ text: Text }).nullish().catch(null))
  .nullish()
  .catch(null)

const Rule = z.object({
  id: z.string(),
  name: Text,
  shortDescription: Message,
  fullDescription: Message,
  help: Message,
  helpUri: Text,
  defaultConfiguration: z.object({ level: Text, rank: Rank }).nullish().catch(null),
  messageStrings: Strings,
  properties: Properties,
  relationships: z
    .array(z.object({ target: z.object({ id: Text, toolComponent: z.object({ name: Text }).nullish() }).nullish() }))
    .nullish()
    .catch(null),
})
export type Rule = z.infer<typeof Rule>

const Component = z.object({
  name: Text,
  version: Text,
  semanticVersion: Text,
  guid: Text,
  rules: z
    .array(z.unknown())
    .nullish()
    .catch(null)
    .transform((rules) => (rules ?? []).map((rule) => safeParse(Rule, rule).data ?? null)),
  globalMessageStrings: Strings,
})

export const Tool = z.object({ driver: Component, extensions: z.array(Component).nullish().catch(null) })
export type Tool = z.infer<typeof Tool>

/** A place in a file, by its address or the number of an artifact; or the name of what is there. */
const Location = z
  .object({
    physicalLocation: z
      .object({
        artifactLocation: z.object({ uri: Text, index: Index }).nullish().catch(null),
        region: z.object({ startLine: Index }).nullish().catch(null),
      })
      .nullish()
      .catch(null),
    logicalLocations: z
      .array(z.object({ fullyQualifiedName: Text, name: Text }))
      .nullish()
      .catch(null),
  })
  .transform(({ physicalLocation, logicalLocations }) =>
    given({
      uri: physicalLocation?.artifactLocation?.uri,
      artifact: physicalLocation?.artifactLocation?.index,
      row: physicalLocation?.region?.startLine,
      name: logicalLocations?.map((one) => one.fullyQualifiedName ?? one.name).find((name) => name !== undefined),
    }),
  )

/** One result. Only what we use, and no stricter than we need: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html section 3.27 */
export const Result = z.object({
  ruleId: Text,
  ruleIndex: Index,
  rule: z
    .object({ id: Text, index: Index, toolComponent: z.object({ index: Index }).nullish().catch(null) })
    .nullish()
    .catch(null),
  kind: Text,
  level: Text,
  rank: Rank,
  message: Message,
  locations: z.array(Location).nullish(),
  suppressions: z.array(z.object({ kind: Text, state: Text, status: Text, justification: Text })).nullish(),
  baselineState: Text,
  properties: Properties,
})
export type Result = Partial<z.infer<typeof Result>>

export const Invocations = z.array(
  z.object({
    startTimeUtc: Text,
    endTimeUtc: Text,
    executionSuccessful: z.boolean().nullish().catch(null),
    workingDirectory: z.object({ uri: Text }).nullish().catch(null),
  }),
)

export const BaseIds = z.record(z.string(), z.object({ uri: Text }).nullish().catch(null))

export const Provenance = z.array(z.object({ repositoryUri: Text }))

export const Artifact = z.object({ location: z.object({ uri: z.string() }) })

export const ExternalFiles = z.object({ results: z.array(z.unknown()).min(1) })

export const Automation = z.object({ id: Text })

/** What Trivy says of the image. */
export const ImageProperties = z.object({
  imageName: Text,
  repoTags: z.array(z.string()).nullish().catch(null),
  repoDigests: z.array(z.string()).nullish().catch(null),
})

/** Rules of a tool by id, the driver's before those of its extensions. */
const indexes = new WeakMap<Tool, Map<string, Rule>>()

function rulesOf(tool: Tool): Map<string, Rule> {
  const known = indexes.get(tool)
  if (known) return known
  const index = new Map<string, Rule>()
  for (const rule of [tool.driver, ...(tool.extensions ?? [])].flatMap((component) => component.rules))
    if (rule && !index.has(rule.id)) index.set(rule.id, rule)
  indexes.set(tool, index)
  return index
}

/** Every rule that the tool describes, once. */
export const allRules = (tool: Tool): Iterable<Rule> => rulesOf(tool).values()

/** The rule that a result names, by index or id; an id `CA1000/1` is a kind of `CA1000` (section 3.27.5). Null when the file does not describe it. */
export function findRule(result: Result, tool: Tool): Rule | null {
  const extension = result.rule?.toolComponent?.index
  const rules = (extension === null || extension === undefined ? tool.driver : tool.extensions?.[extension])?.rules ?? []
  const id = result.ruleId ?? result.rule?.id
  const indexed = rules[result.ruleIndex ?? result.rule?.index ?? -1]
  if (indexed && (id === undefined || id === indexed.id || id.startsWith(`${indexed.id}/`))) return indexed
  if (id === undefined) return null
  return rulesOf(tool).get(id) ?? rulesOf(tool).get(id.slice(0, Math.max(0, id.lastIndexOf('/')))) ?? null
}

/**
 * The text of a result: its own, or the rule's, with the arguments put in (section 3.11.5) and of links only their words (section 3.11.6).
 * Undefined when there is none.
 */
export function messageOf(result: Result, rule: Rule | null, tool: Tool): string | undefined {
  const { text, id, arguments: values } = result.message ?? {}
  const strings = [rule?.messageStrings, tool.driver.globalMessageStrings]
  const template =
    text ??
    (id === undefined
      ? undefined
      : strings.map((each) => (each && Object.hasOwn(each, id) ? each[id]?.text : undefined)).find((each) => each !== undefined))
  const words = template?.slice(0, 10_000).replace(/\[([^[\]]{1,500})\]\(\d{1,6}\)/g, '$1')
  // Braces are doubled only where there is something to put in.
  if (!values?.length) return words
  return words?.replace(/\{\{|\}\}|\{(\d{1,3})\}/g, (whole, index?: string) =>
    index === undefined ? whole[0]! : (values[Number(index)]?.slice(0, 1000) ?? whole),
  )
}
