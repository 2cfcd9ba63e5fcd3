import type { CauseId } from '../model/cause.ts'
import { causeNumber } from '../model/cause.ts'
import { dayOf, endOfDay } from '../store/days.ts'
import type { Engine } from '../store/engines/engine.ts'
import type { Catalog } from './catalog.ts'
import { catalogAt, definitionChanges } from './definitions.ts'

/** The definitions change on a day, within it in the order of causes: what is asked (5), what people did about it (13), what it counts (14). */
export interface RuleStep {
  day: number
  cause: number
  /** The definitions that hold from this step on. */
  catalog: Catalog
}

/** By which definitions the days between two ends are told. */
export interface Rules {
  /** Those at the end of the first day. */
  first: Catalog
  /** Later ones, in order. */
  steps: RuleStep[]
}

/** One catalog over all days: rules=now. */
export const rulesNow = (catalog: Catalog): Rules => ({ first: catalog, steps: [] })

const steps: readonly CauseId[] = ['content_changed', 'state_set', 'definition_edited']

/** The definitions that held at the end of `from_day`, and how they changed until the end of `to_day` (rules=then). `catalog`: the organisation's of today. */
export async function rulesThen(engine: Engine, catalog: Catalog, org_id: number, from_day: number, to_day: number): Promise<Rules> {
  const changes = await definitionChanges(engine, org_id)
  const days = await Promise.all(changes.map((at) => (at === 0 ? Promise.resolve(0) : dayOf(engine, org_id, at))))
  const within = [...new Set(days)].filter((day) => from_day < day && day <= to_day)
  const lastOf = async (day: number) => (await endOfDay(engine, org_id, day)) - 1
  const rules: Rules = { first: await catalogAt(engine, catalog, org_id, await lastOf(from_day)), steps: [] }
  for (const day of within) {
    const [before, after] = [await lastOf(day - 1), await lastOf(day)]
    const catalogs = [
      await catalogAt(engine, catalog, org_id, after, { states: before, weights: before }),
      await catalogAt(engine, catalog, org_id, after, { weights: before }),
      await catalogAt(engine, catalog, org_id, after),
    ]
    for (const [index, id] of steps.entries()) rules.steps.push({ day, cause: causeNumber(id), catalog: catalogs[index]! })
  }
  return rules
}
