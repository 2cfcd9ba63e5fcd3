import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type Author, changeDefinitions } from '../../store/definitions/change.ts'
import { readDefinitions } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'
import type { Store } from '../../store/store.ts'
import type { Catalog } from '../catalog.ts'
import { directions, type ScoreName } from '../scores.ts'

/** A score that moves by this many points of its 0–100 scale within a day is an event, unless the organisation set otherwise. DESIGN 5. */
export const DROP_THRESHOLD = 2

/** Body of a definition of kind 'threshold'. Points of 0–100. */
const ThresholdShape = z.strictObject({ points: z.number().gt(0).max(100) })

/** The points from which on a move of a score is an event. */
export type Thresholds = (score: ScoreName, id: string) => number

/**
 * Reads the thresholds of an organisation: of the score itself (definition `initiative/<id>`, `metric/<id>`, `exposure`, `secure`), else of all of its
 * kind (`initiative`, `metric`), else of all (''), else {@link DROP_THRESHOLD}.
 */
export async function readThresholds(engine: Engine, org_id: number): Promise<Thresholds> {
  const set = new Map<string, number>()
  for (const { id, body } of await readDefinitions(engine, org_id, 'threshold')) {
    const read = ThresholdShape.safeParse(JSON.parse(body))
    if (read.success) set.set(id, read.data.points)
  }
  return (score, id) => set.get(`${score}/${id}`) ?? set.get(score) ?? set.get('') ?? DROP_THRESHOLD
}

/** What a threshold is of as people name it: `all`, a kind of score, or one of its scores (`initiative/<id>`, `metric/<id>`). */
export const ALL_SCORES = 'all'

/**
 * Sets from how many points on a move of some scores is an event (above 0, at most 100), or takes that back (null). `about`: see {@link ALL_SCORES}.
 * Call `compute` afterwards. Throws UserError('bad_threshold'), UserError('unknown_initiative'), UserError('unknown_metric').
 */
export function setThreshold(
  store: Store,
  org_id: number,
  catalog: Catalog,
  about: string,
  points: number | null,
  by: Author,
): Promise<{ import_no: number | null }> {
  checkAbout(catalog, about)
  if (points !== null && !ThresholdShape.safeParse({ points }).success)
    throw new UserError('bad_threshold', `a threshold is a number of points above 0 and at most 100, not ${points}`)
  const id = about === ALL_SCORES ? '' : about
  return changeDefinitions(store, org_id, [{ kind: 'threshold', id, body: points === null ? null : JSON.stringify({ points }) }], by)
}

function checkAbout(catalog: Catalog, about: string): void {
  if (about === ALL_SCORES || about in directions) return
  const slash = about.indexOf('/')
  const [kind, id] = [about.slice(0, slash), about.slice(slash + 1)]
  if (kind !== 'initiative' && kind !== 'metric')
    throw new UserError(
      'bad_threshold',
      `"${about.slice(0, 100)}" names no scores: expected ${ALL_SCORES}, ${Object.keys(directions).join(', ')}, initiative/<id> or metric/<id>`,
    )
  if (kind === 'initiative' && !catalog.initiatives.has(id))
    throw new UserError('unknown_initiative', `there is no initiative "${id.slice(0, 100)}"`, { status: 404 })
  if (kind === 'metric' && !catalog.metrics.has(id))
    throw new UserError('unknown_metric', `there is no metric "${id.slice(0, 100)}"`, { status: 404 })
}
