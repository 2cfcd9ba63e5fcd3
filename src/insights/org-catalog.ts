import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { DefinitionKind } from '../model/definition.ts'
import type { Instant } from '../model/time.ts'
import { type Definition, readDefinitions } from '../store/definitions/read.ts'
import type { Engine } from '../store/engines/engine.ts'
import { type NamedFramework, namedFrameworks } from '../store/queries/initiatives/frameworks.ts'
import { type Catalog, type Initiative, type Metric, parseInitiative, parseMetric, type Weight } from './catalog.ts'
import { addFrameworks } from './frameworks.ts'
import { handlings, setWeights } from './catalog-shapes.ts'

/** The kinds of definitions that make an organisation's catalog differ from the one that comes with the program. */
export const catalogKinds = ['metric', 'initiative', 'weight', 'target', 'metric_state'] as const satisfies readonly DefinitionKind[]

/** Body of a target. */
const TargetShape = z.strictObject({
  /** 0–1 of the initiative's score. */
  score: z.number().gt(0).max(1),
  /** By which day (2026-08-01); null: none was set. */
  by: z.iso.date().nullable(),
})

/** The catalog of an organisation as it is set now: what comes with the program, its own metrics and initiatives, its weights and targets. */
export const orgCatalog = async (engine: Engine, catalog: Catalog, org_id: number): Promise<Catalog> =>
  withOwn(shippedOf(catalog), null, await readDefinitions(engine, org_id, catalogKinds), await namedFrameworks(engine, org_id))

/** The catalog of an organisation as it would be after some changes. */
export async function catalogWith(
  engine: Engine,
  catalog: Catalog,
  org_id: number,
  changes: readonly { kind: DefinitionKind; id: string; body: string | null }[],
): Promise<Catalog> {
  const keyOf = ({ kind, id }: { kind: string; id: string }) => `${kind} ${id}`
  const held = new Map((await readDefinitions(engine, org_id, catalogKinds)).map((each) => [keyOf(each), each]))
  for (const { kind, id, body } of changes) {
    if (body === null) held.delete(keyOf({ kind, id }))
    else held.set(keyOf({ kind, id }), { kind, id, body, since: 0 })
  }
  return withOwn(shippedOf(catalog), null, [...held.values()], await namedFrameworks(engine, org_id))
}

/** What comes with the program, of a catalog that may be an organisation's. */
export const shippedOf = (catalog: Catalog): Catalog => catalog.shipped ?? catalog

/** When, if not at the same instant as the questions themselves, weights and targets or the states of metrics are to be those of. */
export interface Editions {
  weights?: Instant
  states?: Instant
}

/** The organisation's own definitions that held at an instant, put into a catalog of then. `today`: its catalog of now. */
export async function withOwnAt(
  engine: Engine,
  then: Catalog,
  today: Catalog,
  org_id: number,
  at: Instant,
  { weights = at, states = at }: Editions = {},
): Promise<Catalog> {
  const named = await namedFrameworks(engine, org_id)
  if (weights === at && states === at) return withOwn(then, today, await readDefinitions(engine, org_id, catalogKinds, at), named)
  const own = await Promise.all([
    readDefinitions(engine, org_id, ['metric', 'initiative'], at),
    readDefinitions(engine, org_id, ['weight', 'target'], weights),
    readDefinitions(engine, org_id, 'metric_state', states),
  ])
  return withOwn(then, today, own.flat(), named)
}

/** `today` null: the definitions are those of now. A text that today's program cannot read is left out: it says nothing. */
function withOwn(shipped: Catalog, today: Catalog | null, own: readonly Definition[], named: readonly NamedFramework[]): Catalog {
  if (!own.length && !named.length && ![...shipped.initiatives.values()].some(({ frameworks }) => frameworks.length)) return shipped
  const metrics = new Map(shipped.metrics)
  // Twice: people set weights and targets of those that reports make too, and their own may stand for frameworks.
  const initiatives = new Map(addFrameworks(shipped, named, today).initiatives)
  for (const { kind, id, body } of own) {
    if (kind === 'metric') {
      const known = today?.metrics.get(id)
      const metric: Metric | null = known?.yaml === body ? known : readable(() => parseMetric(id, body))
      if (metric) metrics.set(id, { ...metric, own: true, ...(today === null || metric === known ? {} : { past: true }) })
    } else if (kind === 'initiative') {
      const initiative = readable(() => parseInitiative(id, body))
      if (initiative) initiatives.set(id, initiative)
    }
  }
  const weights = new Map(own.filter(({ kind }) => kind === 'weight').map(({ id, body }) => [id, body]))
  const targets = new Map(own.filter(({ kind }) => kind === 'target').map(({ id, body }) => [id, body]))
  const weightOf = (initiative: string, metric: string, given: Weight): Weight => {
    const set = weights.get(`${initiative}/${metric}`) ?? weights.get(metric)
    return setWeights.find((each) => each === set) ?? given
  }
  const states = new Map(own.filter(({ kind }) => kind === 'metric_state').map(({ id, body }) => [id, body]))
  const handledOf = (metric: string): Pick<Metric, 'handled'> => {
    const handled = handlings.find((each) => each === states.get(metric))
    return handled ? { handled } : {}
  }
  const set = (initiative: Initiative): Initiative => {
    const target = targets.get(initiative.id)
    const { score, by } = (target === undefined ? null : readable(() => TargetShape.parse(JSON.parse(target)))) ?? {
      score: initiative.target,
      by: initiative.target_by ?? null,
    }
    return {
      ...initiative,
      target: score,
      target_by: by,
      metrics: initiative.metrics
        .filter(({ id }) => metrics.has(id))
        .map(({ id, weight }) => ({ id, weight: weightOf(initiative.id, id, weight), ...handledOf(id) })),
    }
  }
  const whole = {
    ...shipped,
    shipped,
    metrics: ordered(new Map([...metrics].map(([id, { handled: _, ...metric }]) => [id, { ...metric, ...handledOf(id) }]))),
    initiatives: ordered(new Map([...initiatives].map(([id, initiative]) => [id, set(initiative)]))),
  }
  return addFrameworks(whole, named, today)
}

const ordered = <T>(map: ReadonlyMap<string, T>): Map<string, T> => new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)))

function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof UserError || error instanceof z.ZodError || error instanceof SyntaxError) return null
    throw error
  }
}
