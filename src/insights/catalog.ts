import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { z } from 'zod'
import { UserError } from '../errors.ts'
import { stageRank } from '../model/exploit.ts'
import { packageRoot } from '../root.ts'
import type { Feeding } from '../store/queries/metrics/fed.ts'
import {
  CapabilityShape,
  EventShape,
  InitiativeShape,
  MetricShape,
  ObjectiveShape,
  RecommendationShape,
  type handlings,
  type setWeights,
} from './catalog-shapes.ts'
import { type Classification, ClassificationShape, readClassification } from './classification.ts'
import { assetColumns, findingColumns, metricColumns } from './condition-fields.ts'
import { type Condition, fieldsOf, parseCondition, valuesOf } from './conditions.ts'
import { lintMetric } from './metric-condition.ts'
import { compileObjective, type Objective } from './objectives.ts'
import { readYaml } from './yaml-place.ts'

export type Weight = (typeof setWeights)[number]

/** What people did about a metric beside closing its findings; see {@link handlings}. */
export type Handling = (typeof handlings)[number]

/** A question asked of every asset of a population: exposed or not, and why. `id` is the file's name. */
export interface Metric extends Omit<z.infer<typeof MetricShape>, 'population' | 'exposed_when' | 'needs'> {
  id: string
  needs: string[]
  population: Condition
  exposed_when: Condition
  /** The file's text. */
  yaml: string
  /** A definition of former days: nothing is stored that was worked out for it. */
  past?: true
  /** What people did about it beside closing its findings. */
  handled?: Handling
  /** The organisation wrote it, or a pack of its brought it. */
  own?: true
}

/** A named set of weighted metrics with a target; or, without metrics, one that is scored from the controls of frameworks as the secure score is (M-010). */
export interface Initiative extends Omit<z.infer<typeof InitiativeShape>, 'metrics' | 'target'> {
  id: string
  yaml: string
  /** `handled`: as its metric is. */
  metrics: { id: string; weight: Weight; handled?: Handling }[]
  /** 0–1; null: nobody set one. */
  target: number | null
  /** Day by which the organisation wants its target; null or left out: none was set. */
  target_by?: string | null
  /** Keys of the frameworks whose controls it is scored from, as this organisation's reports name them; see frameworks.ts. Left out: not looked up. */
  framework_keys?: readonly string[]
  /** Made from what reports say, not from a file. */
  generated?: true
  /** A definition of former days: nothing is stored that was worked out for it. */
  past?: true
}
export type EventType = z.infer<typeof EventShape> & { id: string }
export interface Campaign extends Omit<z.infer<typeof RecommendationShape>, 'findings'> {
  id: string
  findings: Condition
}
/** Something that sources can tell us; what nothing feeds is "could measure, needs …" on screen. */
export interface Capability {
  id: string
  title: string
  why: string
  fed_by: Feeding[]
}

/** All definitions by id, in the order of their ids. */
export interface Catalog {
  metrics: ReadonlyMap<string, Metric>
  initiatives: ReadonlyMap<string, Initiative>
  events: ReadonlyMap<string, EventType>
  recommendations: ReadonlyMap<string, Campaign>
  capabilities: ReadonlyMap<string, Capability>
  objectives: ReadonlyMap<string, Objective>
  /** Rules that say how critical assets are. */
  classifications: ReadonlyMap<string, Classification>
  /** Of an organisation's catalog: what comes with the program. */
  shipped?: Catalog
}

/** A catalog file is text that a person writes; larger ones are a mistake. */
export const MAX_BYTES = 100_000

/**
 * Reads the catalog that comes with Plimsoll, then the given folders of the same shape (`metrics/*.yaml`, …); a file there replaces one of
 * the same name. Throws UserError('catalog_invalid') that names the file and the place in it.
 */
export function loadCatalog(folders: readonly string[] = []): Catalog {
  const all = [join(packageRoot(), 'catalog'), ...folders]
  const catalog: Catalog = {
    capabilities: readFolders(all, 'capabilities', CapabilityShape, (id, { title, why, fed_by }) => ({
      id,
      title,
      why,
      fed_by: fed_by.map((feeding) => ('stage' in feeding ? { stage: stageRank(feeding.stage) } : feeding)),
    })),
    objectives: readFolders(all, 'objectives', ObjectiveShape, compileObjective),
    metrics: readFolders(all, 'metrics', MetricShape, (id, shape, yaml) => readMetric(id, shape, yaml)),
    initiatives: readFolders(all, 'initiatives', InitiativeShape, (id, shape, yaml) => ({ ...shape, id, yaml })),
    classifications: readFolders(all, 'classifications', ClassificationShape, (id, shape, yaml) => ({
      ...readClassification(id, shape, true),
      yaml,
    })),
    events: readFolders(all, 'events', EventShape, (id, shape) => ({ ...shape, id })),
    recommendations: readFolders(all, 'recommendations', RecommendationShape, (id, shape) => ({
      ...shape,
      id,
      findings: parseCondition(shape.findings, findingColumns, 'findings'),
    })),
  }
  for (const initiative of catalog.initiatives.values()) {
    const seen = new Set<string>()
    for (const { id } of initiative.metrics) {
      if (!catalog.metrics.has(id)) throw invalid(`initiatives/${initiative.id}.yaml`, `there is no metric "${id}"`)
      if (seen.has(id)) throw invalid(`initiatives/${initiative.id}.yaml`, `metric "${id}" is in it twice`)
      seen.add(id)
    }
  }
  for (const metric of catalog.metrics.values()) {
    for (const need of metric.needs) {
      if (!catalog.capabilities.has(need))
        throw invalid(`metrics/${metric.id}.yaml`, `needs "${need}", which no file in capabilities/ describes`)
    }
    for (const id of valuesOf(metric.exposed_when, 'control.objective')) {
      if (!catalog.objectives.has(String(id)))
        throw invalid(`metrics/${metric.id}.yaml`, `asks for the objective "${id}", which no file in objectives/ describes`)
    }
  }
  return catalog
}

/** Reads one metric's YAML, as a file of `metrics/` named `<id>.yaml`. Throws UserError('catalog_invalid'). */
export function parseMetric(id: string, yaml: string): Metric {
  return parseFile(`metrics/${id}.yaml`, yaml, MetricShape, (shape) => readMetric(id, shape, yaml))
}

/** Reads one initiative's YAML, as a file of `initiatives/` named `<id>.yaml`. Throws UserError('catalog_invalid'). */
export function parseInitiative(id: string, yaml: string): Initiative {
  return parseFile(`initiatives/${id}.yaml`, yaml, InitiativeShape, (shape) => ({ ...shape, id, yaml }))
}

/** Reads a predefined classification's YAML, as a file of `classifications/` named `<id>.yaml`. Throws UserError('catalog_invalid'). */
export function parseClassification(id: string, yaml: string): Classification {
  return parseFile(`classifications/${id}.yaml`, yaml, ClassificationShape, (shape) => ({ ...readClassification(id, shape, true), yaml }))
}

function readMetric(id: string, shape: z.infer<typeof MetricShape>, yaml: string): Metric {
  const population = parseCondition(shape.population, assetColumns, 'population')
  const exposed_when = parseCondition(shape.exposed_when, metricColumns, 'exposed_when')
  const problems = lintMetric(population, exposed_when)
  if (problems.length) throw new UserError('bad_condition', problems.join('; '))
  return { ...shape, id, population, exposed_when, needs: shape.needs ?? needsOf(exposed_when), yaml }
}

/** The capabilities without which a condition cannot be answered. */
function needsOf(condition: Condition): string[] {
  const read = new Set([...fieldsOf(condition)].map((field) => field.split('.')[0]))
  const controls = read.has('control') || valuesOf(condition, 'finding.kind').includes('control')
  const needs = [
    ...(read.has('vulnerability') || (read.has('finding') && !controls) ? ['vulnerabilities'] : []),
    ...(controls ? ['controls'] : []),
    ...(read.has('software') ? ['inventory.software', 'intelligence.support'] : []),
  ]
  return needs.length ? needs : ['inventory']
}

function readFolders<Shape extends z.ZodType, T>(
  folders: readonly string[],
  kind: string,
  shape: Shape,
  build: (id: string, content: z.infer<Shape>, yaml: string) => T,
): Map<string, T> {
  const found = new Map<string, T>()
  for (const folder of folders) {
    for (const name of filesOf(join(folder, kind))) {
      const file = join(folder, kind, name)
      const id = name.slice(0, -'.yaml'.length)
      if (!name.endsWith('.yaml') || !/^[a-z0-9]+([._-][a-z0-9]+)*$/.test(id))
        throw invalid(file, 'a file here is named <id>.yaml, with an id of small letters, digits, "-", "_" and "."')
      const bytes = readFileSync(file)
      if (bytes.length > MAX_BYTES) throw invalid(file, `is larger than ${MAX_BYTES} bytes`)
      const yaml = bytes.toString('utf8')
      found.set(
        id,
        parseFile(file, yaml, shape, (content) => build(id, content, yaml)),
      )
    }
  }
  return new Map([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Entries of a folder in order; none when it does not exist. A folder of notes or a readme may stand beside the definitions. */
function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
      .map((entry) => entry.name)
      .toSorted()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

function parseFile<Shape extends z.ZodType, T>(file: string, yaml: string, shape: Shape, build: (content: z.infer<Shape>) => T): T {
  const { content, problems, lineOf } = readYaml(yaml)
  if (problems.length) throw invalid(file, problems[0]!.message)
  const result = shape.safeParse(content)
  if (!result.success) {
    throw invalid(
      file,
      result.error.issues
        .map(({ path, message }) => {
          const line = lineOf(path)
          return `${line === null ? '' : `line ${line}: `}${path.join('.') || 'the file'}: ${message}`
        })
        .join('; '),
    )
  }
  try {
    return build(result.data)
  } catch (error) {
    if (error instanceof UserError) throw invalid(file, error.message, error)
    throw error
  }
}

const invalid = (file: string, what: string, cause?: unknown): UserError => new UserError('catalog_invalid', `${file}: ${what}`, { cause })
