import { randomUUID } from 'node:crypto'
import { NEVER } from '../model/time.ts'
import { NEVER_DAY } from '../store/days.ts'
import type { Engine } from '../store/engines/engine.ts'
import { kept } from '../store/kept.ts'
import { clearSchemas, markOf, setMark } from '../store/known/mark.ts'
import { takenIn } from '../store/known/taken.ts'
import { layWorld, type Schemas, showWorld, type WorldQuestion } from '../store/known/world.ts'
import { type AheadQuestion, layAhead } from '../store/known/ahead.ts'
import { layReplay, type ReplayQuestion } from '../store/known/replay.ts'
import type { Store } from '../store/store.ts'
import { deriveAssetDays, deriveExposure } from '../store/derive/asset-days.ts'
import type { Catalog } from './catalog.ts'
import { classificationsAsKnown } from './definitions.ts'
import { computeScores, derive } from './compute.ts'
import { orgCatalog } from './org-catalog.ts'
import { computeRiskEvents } from './events.ts'
import { computeFrameworks } from './frameworks.ts'
import { computeMetrics } from './metrics.ts'
import { computeSecureScore } from './secure-score.ts'

/** Worlds kept at a time: each holds what differs from now, which is little for a recent import and much for an old one. */
const MOST = 6

/** How often a question is asked again when new imports were taken in meanwhile. */
const TRIES = 5

/** The derivation of a world that is done or under way. */
interface World {
  seen: Engine
  /** Where it is marked. */
  schema: string
  token: string
  /** The knowledge that the tables at home held when it was made: it holds good as long as they do. */
  taken: number
  /** Fills the tables of {@link scoreTables}, which a list can do without. */
  score: (transaction: Engine) => Promise<unknown>
  /** Settles when they are filled; null: nobody has asked for them. */
  scored: Promise<void> | null
}

/** The tables that {@link computeScores} fills, as words of a statement. In a world they are filled when a question first names one of them. */
const scoreTables = /\b(?:score_delta|metric_critical|action_state|event|event_basis)\b/

interface Slot {
  key: string
  used: number
  world: Promise<World>
}

/** A world no longer fits the tables at home: something new was taken in. */
class Outdated extends Error {}

/** A question named a table of scores before they were worked out. */
class Unscored extends Error {}

const worlds = new WeakMap<Store, Map<number, Slot>>()

/** One store object for each question, so that what is remembered about it is found again. */
const stores = new WeakMap<Store, Map<string, Store>>()

const MOST_STORES = 100

/**
 * The store as it was known when import `known_at` was the last: every question to it is answered from the facts as they were known, by
 * the same functions as any. What differs from today's knowledge is worked out at the first question, and kept. It can only be read.
 */
export const storeAsKnown = (store: Store, catalog: Catalog, question: WorldQuestion): Store => storeOf(store, catalog, question)

/**
 * The store of a replay: the exposure score and the risk feed that an organisation would have seen had the inventory of a day been there all the
 * time, answered by the same functions as any. It is worked out at the first question, and kept. It can only be read; other scores are not in it.
 */
export const storeInReplay = (store: Store, catalog: Catalog, question: ReplayQuestion): Store => storeOf(store, catalog, question)

/**
 * The store of what is to come when nothing happens any more after a day: scores from the end of that day on, as exceptions begin and end, answered by
 * the same functions as any. It is worked out at the first question, and kept. It can only be read; events are not in it.
 */
export const storeAhead = (store: Store, catalog: Catalog, question: AheadQuestion): Store => storeOf(store, catalog, question)

type Question = WorldQuestion | ReplayQuestion | AheadQuestion

function storeOf(store: Store, catalog: Catalog, question: Question): Store {
  let known = stores.get(store)
  if (!known) stores.set(store, (known = new Map()))
  const key = JSON.stringify(question)
  const held = known.get(key)
  if (held) return held
  const made = { ...store, engine: engineAsKnown(store, catalog, question) }
  known.set(key, made)
  if (known.size > MOST_STORES) known.delete(known.keys().next().value!)
  return made
}

function engineAsKnown(store: Store, catalog: Catalog, question: Question): Engine {
  const ask = async <T>(work: (engine: Engine) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries++) {
      const world = await worldOf(store, catalog, question)
      try {
        return await askWorld(world, work)
      } catch (error) {
        if (!(error instanceof Outdated) || tries === TRIES) throw error
      }
    }
  }
  const readOnly = () => Promise.reject(new Error('what was known before cannot be changed'))
  return {
    name: store.engine.name,
    sizes: store.engine.sizes,
    home: store.engine.home,
    aside: (name) => store.engine.aside(name),
    within: (schemas) => store.engine.within(schemas),
    query: (sql, params) => ask((world) => world.query(sql, params)),
    async *stream<T>(sql: string, params?: Parameters<Engine['query']>[1]) {
      yield await ask((world) => world.query<T>(sql, params))
    },
    snapshot: ask,
    hurried: (_milliseconds, work) => ask(work),
    version: () => store.engine.version(), // what was known before changes only with what the store knows
    run: readOnly,
    append: readOnly,
    transaction: readOnly,
    analyze: async () => {},
    serially: (work) => work(),
    inBulk: (work) => work(),
    close: readOnly,
  }
}

/** Asks a world; one whose scores are not worked out yet without them first, and again with them when that was not enough. */
async function askWorld<T>(world: World, work: (engine: Engine) => Promise<T>): Promise<T> {
  const ask = (face: (engine: Engine) => Engine): Promise<T> =>
    world.seen.snapshot(async (engine) => {
      await hold(engine, world)
      return work(face(engine))
    })
  if (world.scored === null)
    try {
      return await ask(withoutScores)
    } catch (error) {
      if (!(error instanceof Unscored)) throw error
    }
  await scoresOf(world)
  return ask((engine) => engine)
}

/** Throws {@link Outdated} unless a world is there and fits the tables at home. */
async function hold(engine: Engine, world: World): Promise<void> {
  const mark = await markOf(engine, world.schema)
  if (mark?.taken !== world.taken || mark.token !== world.token) throw new Outdated('new imports were taken in')
}

/** The engine of a world whose tables of scores are still empty: a statement that names one of them throws {@link Unscored}. */
function withoutScores(engine: Engine): Engine {
  const allow = (sql: string): void => {
    if (scoreTables.test(sql)) throw new Unscored('the scores of this world are not worked out yet')
  }
  const face: Engine = {
    ...engine,
    async query(sql, params) {
      allow(sql)
      return engine.query(sql, params)
    },
    async *stream<T>(sql: string, params?: Parameters<Engine['query']>[1]) {
      allow(sql)
      yield* engine.stream<T>(sql, params)
    },
    snapshot: (work) => work(face),
    hurried: (_milliseconds, work) => work(face),
  }
  return face
}

/** Fills the tables of scores of a world, once. */
function scoresOf(world: World): Promise<void> {
  world.scored ??= world.seen.transaction(async (transaction) => {
    await hold(transaction, world)
    await world.score(transaction)
  })
  const { scored } = world
  scored.catch(() => {
    if (world.scored === scored) world.scored = null // told to whoever asked; the next one tries again
  })
  return scored
}

async function worldOf(store: Store, catalog: Catalog, question: Question): Promise<World> {
  const taken = await kept(store.engine, ['taken'], () => takenIn(store.engine))
  const key = JSON.stringify([question, taken])
  let slots = worlds.get(store)
  if (!slots) worlds.set(store, (slots = new Map()))
  const held = [...slots.values()].find((slot) => slot.key === key)
  if (held) {
    held.used = Date.now()
    return held.world
  }
  const number = freeSlot(slots)
  const before = slots.get(number)?.world
  const world = (async () => {
    await before?.catch(() => {}) // told to whoever asked for it
    return 'replay_day' in question
      ? replay(store, catalog, question, number)
      : 'ahead_day' in question
        ? ahead(store, catalog, question, number)
        : build(store, catalog, question, number)
  })()
  slots.set(number, { key, used: Date.now(), world })
  world.catch(() => slots.delete(number)) // told to whoever asked
  return world
}

/** The number of an unused slot, else of the one that was not used for longest. */
function freeSlot(slots: ReadonlyMap<number, Slot>): number {
  for (let number = 1; number <= MOST; number++) if (!slots.has(number)) return number
  return [...slots].toSorted(([, a], [, b]) => a.used - b.used)[0]![0]
}

async function build(store: Store, catalog: Catalog, question: WorldQuestion, number: number): Promise<World> {
  const { engine } = store
  const schemas: Schemas = {
    facts: engine.aside(`facts_${number}`),
    own: engine.aside(`own_${number}`),
    seen: engine.aside(`seen_${number}`),
  }
  const token = randomUUID()
  await clearSchemas(engine.within([]), schemas.seen, Object.values(schemas))
  const building = engine.within([schemas.own, schemas.facts])
  const seen = engine.within([schemas.seen])
  const taken = await building.transaction(async (transaction) => {
    const known = await takenIn(transaction)
    await layWorld(transaction, schemas, question, known)
    await derive(transaction, await classificationsAsKnown(transaction, catalog))
    await showWorld(transaction, schemas, question, token)
    return known
  })
  const now = question.until === NEVER ? store.now() : Math.min(store.now(), question.until - 1)
  const own = await orgCatalog(store.engine, catalog, question.org_id)
  return {
    seen,
    schema: schemas.seen,
    token,
    taken,
    score: (transaction) => computeScores(transaction, question.org_id, own, now),
    scored: null,
  }
}

const replay = (store: Store, catalog: Catalog, question: ReplayQuestion, number: number): Promise<World> =>
  still(
    store,
    question.org_id,
    number,
    (transaction, schema) => layReplay(transaction, schema, question),
    (transaction) => computeRiskEvents(transaction, question.org_id, catalog, question.until_day),
  )

async function ahead(store: Store, catalog: Catalog, question: AheadQuestion, number: number): Promise<World> {
  const { org_id } = question
  const own = await orgCatalog(store.engine, catalog, org_id)
  return still(
    store,
    org_id,
    number,
    (transaction, schema) => layAhead(transaction, schema, question),
    async (transaction) => {
      await computeMetrics(transaction, org_id, own)
      await computeSecureScore(transaction, org_id)
      await computeFrameworks(transaction, org_id, own)
    },
  )
}

/** A world of a schema of its own, whose inventory stands still: laid, then its exposure score computed, then the rest. */
async function still(
  store: Store,
  org_id: number,
  number: number,
  lay: (transaction: Engine, schema: string) => Promise<void>,
  computeRest: (transaction: Engine) => Promise<void>,
): Promise<World> {
  const { engine } = store
  const schema = engine.aside(`seen_${number}`)
  const token = randomUUID()
  await clearSchemas(engine.within([]), schema, [schema])
  const seen = engine.within([schema])
  const taken = await seen.transaction(async (transaction) => {
    const known = await takenIn(transaction)
    await lay(transaction, schema)
    return known
  })
  await seen.transaction(async (transaction) => {
    await deriveAssetDays(transaction)
    await deriveExposure(transaction, org_id)
  })
  await seen.transaction((transaction) => setMark(transaction, schema, token))
  return { seen, schema, token, taken, score: computeRest, scored: null }
}

/** The question about a world that is right at every moment. */
export const everAfter = (org_id: number, known_at: number): WorldQuestion => ({ org_id, known_at, until: NEVER, day: NEVER_DAY })
