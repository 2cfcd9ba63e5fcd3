// Recommended actions of the secure score: what a person may say of one, and what the system says.

/** What a person may set, in the order in which they are offered. */
export const actionStates = ['to_address', 'planned', 'risk_accepted', 'third_party', 'alternate_mitigation'] as const
export type ActionState = (typeof actionStates)[number]

/** What is shown: what a person set, or `completed`, which only the system says: all points are measured. */
export const actionStatuses = [...actionStates, 'completed'] as const
export type ActionStatus = (typeof actionStatuses)[number]

/** As people read them. */
export const actionStatusTitles: Record<ActionStatus, string> = {
  to_address: 'To address',
  planned: 'Planned',
  risk_accepted: 'Risk accepted',
  third_party: 'Resolved through third party',
  alternate_mitigation: 'Resolved through alternate mitigation',
  completed: 'Completed',
}

/** States that earn all points, whatever is measured. */
export const resolvingStates: readonly ActionState[] = ['third_party', 'alternate_mitigation']

/** Categories that every product knows; a source's or a person's own come beside them. */
export const actionCategories = ['Identity', 'Device', 'Apps', 'Data', 'Infrastructure'] as const

/** Points of an action for which nobody states any. */
export const DEFAULT_ACTION_POINTS = 10

/** How hard something is, or how much users notice: 1–3. */
export const efforts = ['low', 'moderate', 'high'] as const
export type Effort = (typeof efforts)[number]

/** What decides the status of an action at a moment; points in thousandths. */
export interface StatusFacts {
  /** Possible points; 0: the action is not in the score. */
  max_points: number
  /** What is measured, without what a state grants; what exceptions give is in it. */
  measured: number
  /** What a person set last; to_address when nobody did. */
  set: ActionState
  /** Since `set` was set, all points were measured at some time: a plan was then carried out. */
  reached_since_set: boolean
  /** Exceptions cover a failed check: what they give is a word, not a measurement. */
  excepted: 'none' | ActionState
}

/**
 * The status that is shown. All points measured is always completed. Points that only exceptions give are the exceptions' own state. A plan
 * that was carried out once is no plan any more: what comes back is to address. Everything else is what a person set.
 */
export function statusOf({ max_points, measured, set, reached_since_set, excepted }: StatusFacts): ActionStatus {
  const full = max_points > 0 && measured >= max_points
  if (full && excepted === 'none') return 'completed'
  if (resolvingStates.includes(set)) return set
  if (full && excepted !== 'none') return excepted
  if (set === 'planned' && reached_since_set) return 'to_address'
  if (set === 'to_address' && excepted !== 'none') return excepted
  return set
}

/** Why a person cannot set a state; null: they can. */
export type Refusal = 'completed_is_measured' | 'action_completed' | 'action_follows_exceptions'

/**
 * The state machine: every state leads to every other, but `completed` is the system's word, an action that is completed is locked, and
 * one that is measured on devices follows their exceptions. `follows`: measured on devices.
 */
export function refusalOf(status: ActionStatus, wanted: ActionStatus, follows: boolean): Refusal | null {
  if (wanted === 'completed') return 'completed_is_measured'
  if (follows) return 'action_follows_exceptions'
  return status === 'completed' ? 'action_completed' : null
}

/** What was measured of a proportional action: covered / total of its points, in whole thousandths, rounded down. */
export const proportionalPoints = (covered: number, total: number, max_points: number): number =>
  total <= 0 ? 0 : Math.floor((Math.min(Math.max(covered, 0), total) * max_points) / total)
