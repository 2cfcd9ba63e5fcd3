import { z } from 'zod'
import { readDefinitions } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'
import type { ScoreName } from '../scores.ts'

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
