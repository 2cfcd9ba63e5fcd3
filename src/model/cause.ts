/** What causes roll up to, in the order in which they are told. */
export const causeGroups = ['we_changed', 'new_threats', 'rules_changed', 'data_corrected', 'coverage'] as const
export type CauseGroup = (typeof causeGroups)[number]

export const causeGroupTitles: Record<CauseGroup, string> = {
  we_changed: 'We changed',
  new_threats: 'New threats',
  rules_changed: 'Rules changed',
  data_corrected: 'Data corrected',
  coverage: 'Coverage',
}

/** Why a score moved. DESIGN 6; docs/explain.md says when each applies. */
export interface Cause {
  /** 1–17, as kept in the store; within a day, causes are applied in this order. */
  number: number
  id: string
  title: string
  group: CauseGroup
}

const list = [
  ['correction', 'Correction of the record', 'data_corrected'],
  ['coverage_changed', 'Coverage changed', 'coverage'],
  ['asset_joined', 'Asset joined', 'we_changed'],
  ['asset_left', 'Asset left', 'we_changed'],
  ['content_changed', 'Content changed', 'rules_changed'],
  ['new_vulnerability', 'New vulnerability published', 'new_threats'],
  ['exploit_intelligence', 'Exploit intelligence changed', 'new_threats'],
  ['configuration_changed', 'Software or configuration changed', 'we_changed'],
  ['remediated', 'Remediated', 'we_changed'],
  ['attribute_changed', 'Asset attribute changed', 'we_changed'],
  ['exception_started', 'Exception started', 'we_changed'],
  ['exception_ended', 'Exception ended', 'we_changed'],
  ['state_set', 'State set by a person', 'we_changed'],
  ['definition_edited', 'Weight or target edited', 'rules_changed'],
  ['formula_changed', 'Formula changed', 'rules_changed'],
  // Never kept in the store: a score without weight is null, and what begins or ends it is told as such.
  ['score_began', 'Score began', 'coverage'],
  ['score_ended', 'Score ended', 'coverage'],
] as const satisfies readonly (readonly [string, string, CauseGroup])[]

export type CauseId = (typeof list)[number][0]

/** All causes in their order. */
export const causes: readonly (Cause & { id: CauseId })[] = list.map(([id, title, group], index) => ({
  number: index + 1,
  id,
  title,
  group,
}))

const byId = new Map(causes.map((cause) => [cause.id, cause.number]))

/** The number of a cause, 1–17. */
export const causeNumber = (id: CauseId): number => byId.get(id)!

/** The cause of a number. Throws for a number that is none. */
export function causeOf(number: number): Cause & { id: CauseId } {
  const cause = causes[number - 1]
  if (!cause) throw new RangeError(`there is no cause ${number}`)
  return cause
}

/**
 * A day and a cause in one number, a *step*: day · 16 + cause. States follow each other in the order of steps, so that the causes of a day
 * are applied one after another; what holds at a day's end is the last of them. Causes kept in the store are at most 15.
 */
export const STEPS_PER_DAY = 16
