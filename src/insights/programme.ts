import { UserError } from '../errors.ts'
import { changeDefinitions, type Author, type DefinitionChange } from '../store/definitions/change.ts'
import { readDefinitions } from '../store/definitions/read.ts'
import { parseDay } from '../store/days.ts'
import type { Store } from '../store/store.ts'
import type { Catalog, Handling, Weight } from './catalog.ts'
import { accepted, draftInitiative, draftMetric, tryMetric } from './draft.ts'
import { shippedOf } from './org-catalog.ts'
import { type ActivePack, activePacks } from './packs.ts'
import { productInitiative, type ProductQuestion, tryProduct } from './product-initiative.ts'

// What a security manager sets of metrics and initiatives. Each act is one change that is kept with who and why; compute takes it into the scores.

/** Number of the import that keeps the act; null: it said what held already. */
type Done = Promise<{ import_no: number | null }>

const act = (store: Store, org_id: number, changes: DefinitionChange[], by: Author): Done => changeDefinitions(store, org_id, changes, by)

const metricOf = (catalog: Catalog, id: string) => {
  const metric = catalog.metrics.get(id)
  if (!metric) throw new UserError('unknown_metric', `there is no metric "${id.slice(0, 100)}"`, { status: 404 })
  return metric
}
const initiativeOf = (catalog: Catalog, id: string) => {
  const initiative = catalog.initiatives.get(id)
  if (!initiative) throw new UserError('unknown_initiative', `there is no initiative "${id.slice(0, 100)}"`, { status: 404 })
  return initiative
}

/** Sets how much a metric counts, in all initiatives or in one; null: as the initiatives themselves say. */
export function setWeight(
  store: Store,
  org_id: number,
  catalog: Catalog,
  { metric, initiative }: { metric: string; initiative: string | null },
  weight: Weight | null,
  by: Author,
): Done {
  metricOf(catalog, metric)
  if (initiative !== null && !initiativeOf(catalog, initiative).metrics.some(({ id }) => id === metric))
    throw new UserError('unknown_metric', `the initiative "${initiative}" does not hold the metric "${metric}"`, { status: 404 })
  return act(store, org_id, [{ kind: 'weight', id: initiative === null ? metric : `${initiative}/${metric}`, body: weight }], by)
}

/** Says what people did about a metric beside closing its findings; null: it needs attention as it is measured. */
export function setHandling(store: Store, org_id: number, catalog: Catalog, metric: string, handled: Handling | null, by: Author): Done {
  metricOf(catalog, metric)
  return act(store, org_id, [{ kind: 'metric_state', id: metric, body: handled }], by)
}

/** Sets the score that an initiative shall reach, 0–1, and by which day; null: as it comes. Throws UserError('bad_target'). */
export function setTarget(
  store: Store,
  org_id: number,
  catalog: Catalog,
  initiative: string,
  target: { score: number; by: string | null } | null,
  by: Author,
): Done {
  initiativeOf(catalog, initiative)
  if (target && !(target.score > 0 && target.score <= 1))
    throw new UserError('bad_target', `a target is a score above 0 and at most 100, not ${100 * target.score}`)
  if (target?.by != null && parseDay(target.by) === null)
    throw new UserError('bad_target', `"${target.by.slice(0, 40)}" is not a day of the calendar such as 2027-03-31`)
  return act(store, org_id, [{ kind: 'target', id: initiative, body: target && JSON.stringify(target) }], by)
}

/** The initiatives that are favourites for everyone who chose none, of those that there are; null: nobody set any. */
export async function readFavourites(store: Store, org_id: number, catalog: Catalog): Promise<string[] | null> {
  const [row] = await readDefinitions(store.engine, org_id, 'favourites')
  return row ? (JSON.parse(row.body) as string[]).filter((id) => catalog.initiatives.has(id)) : null
}

/** Whether what was set applies to nothing: the metric or initiative that it is about was archived, or reports give the framework another id now. */
export function isIdle({ metrics, initiatives }: Catalog, { kind, id }: { kind: string; id: string }): boolean {
  const cut = id.lastIndexOf('/')
  const [before, after] = [id.slice(0, Math.max(cut, 0)), id.slice(cut + 1)]
  switch (kind) {
    case 'target':
      return !initiatives.has(id)
    case 'metric_state':
      return !metrics.has(id)
    case 'weight':
      return cut < 0 ? !metrics.has(id) : !initiatives.get(before)?.metrics.some((metric) => metric.id === after)
    case 'threshold':
      return cut >= 0 && !(before === 'metric' ? metrics : initiatives).has(after)
    default:
      return false
  }
}

/** Ends what applies to nothing; what is about something is set where that is. Throws UserError('unknown_setting'). */
export async function endIdle(
  store: Store,
  org_id: number,
  catalog: Catalog,
  { kind, id }: { kind: 'target' | 'weight' | 'metric_state' | 'threshold'; id: string },
  by: Author,
): Done {
  const standing = (await readDefinitions(store.engine, org_id, kind)).some((each) => each.id === id)
  if (!standing || !isIdle(catalog, { kind, id }))
    throw new UserError('unknown_setting', `no ${kind} that applies to nothing is kept for "${id.slice(0, 100)}"`, { status: 404 })
  return act(store, org_id, [{ kind, id, body: null }], by)
}

/** Sets them; an empty list takes them away. */
export function setFavourites(store: Store, org_id: number, catalog: Catalog, ids: readonly string[], by: Author): Done {
  for (const id of ids) initiativeOf(catalog, id)
  return act(store, org_id, [{ kind: 'favourites', id: '', body: ids.length ? JSON.stringify([...new Set(ids)]) : null }], by)
}

/** An id that is free for the organisation's own. Throws UserError('duplicate_definition'). */
function checkOwn(catalog: Catalog, packs: readonly ActivePack[], kind: 'metric' | 'initiative', id: string): void {
  const list = kind === 'metric' ? ('metrics' as const) : ('initiatives' as const)
  if (shippedOf(catalog)[list].has(id))
    throw new UserError('duplicate_definition', `the ${kind} "${id}" comes with Plimsoll: give yours another id`, { status: 409 })
  const pack = packs.find((each) => each[list].includes(id))
  if (pack)
    throw new UserError(
      'duplicate_definition',
      `the ${kind} "${id}" is of the pack ${pack.id}: change it there, or give yours another id`,
      { status: 409 },
    )
}

/**
 * Adds a metric of the organisation's own, or a new version of one. Throws UserError('metric_invalid') that names every place, UserError('duplicate_definition'),
 * UserError('too_slow'), and UserError('metric_empty') for one whose population never held an asset, unless `empty` allows it.
 */
export async function saveMetric(
  store: Store,
  org_id: number,
  catalog: Catalog,
  { id, yaml, empty = false }: { id: string; yaml: string; empty?: boolean },
  day: number,
  by: Author,
): Done {
  const metric = accepted('metric', id, draftMetric(catalog, id, yaml))
  checkOwn(catalog, await activePacks(store.engine, org_id), 'metric', id)
  const { missing, history } = await tryMetric(store.engine, { org_id, groups: null }, catalog, metric, { from: 0, to: day })
  if (!missing.length && !empty && history.every(({ denominator }) => denominator === 0))
    throw new UserError(
      'metric_empty',
      `metric ${id}: population asks no asset that there ever was, so it divides by nothing; widen it, or say that it may be empty`,
    )
  return act(store, org_id, [{ kind: 'metric', id, body: yaml }], by)
}

/** Adds an initiative of the organisation's own, or a new version of one. Throws as saveMetric does, with UserError('initiative_invalid'). */
export async function saveInitiative(
  store: Store,
  org_id: number,
  catalog: Catalog,
  { id, yaml }: { id: string; yaml: string },
  by: Author,
): Done {
  accepted('initiative', id, draftInitiative(catalog, id, yaml))
  checkOwn(catalog, await activePacks(store.engine, org_id), 'initiative', id)
  return act(store, org_id, [{ kind: 'initiative', id, body: yaml }], by)
}

/**
 * Adds an initiative for a product or vendor with its metrics, all or nothing; what is there already of the same ids becomes a new version. Throws
 * UserError('bad_product'), UserError('duplicate_definition'), UserError('too_slow').
 */
export async function saveProduct(
  store: Store,
  org_id: number,
  catalog: Catalog,
  question: ProductQuestion,
  day: number,
  by: Author,
): Promise<string> {
  const made = await productInitiative(store.engine, org_id, question)
  const { initiative, metrics } = made
  const packs = await activePacks(store.engine, org_id)
  for (const { id } of metrics) checkOwn(catalog, packs, 'metric', id)
  checkOwn(catalog, packs, 'initiative', initiative.id)
  await tryProduct(store.engine, { org_id, groups: null }, catalog, made, { from: day, to: day })
  const changes = [
    ...metrics.map(({ id, yaml }) => ({ kind: 'metric' as const, id, body: yaml })),
    { kind: 'initiative' as const, id: initiative.id, body: initiative.yaml },
  ]
  await act(store, org_id, changes, by)
  return initiative.id
}

/** Ends a metric or initiative of the organisation's own; what it was stays in the past. Throws UserError('not_own') for what comes with Plimsoll or a pack. */
export async function archiveDefinition(
  store: Store,
  org_id: number,
  catalog: Catalog,
  kind: 'metric' | 'initiative',
  id: string,
  by: Author,
): Done {
  if (kind === 'metric') metricOf(catalog, id)
  else initiativeOf(catalog, id)
  const list = kind === 'metric' ? ('metrics' as const) : ('initiatives' as const)
  if (shippedOf(catalog)[list].has(id))
    throw new UserError('not_own', `the ${kind} "${id}" comes with Plimsoll; accept the risk of a metric to leave it out of scores`, {
      status: 409,
    })
  const pack = (await activePacks(store.engine, org_id)).find((each) => each[list].includes(id))
  if (pack) throw new UserError('not_own', `the ${kind} "${id}" is of the pack ${pack.id}: deactivate that`, { status: 409 })
  return act(store, org_id, [{ kind, id, body: null }], by)
}
