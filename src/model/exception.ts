/** Why a person excepts a finding. `no_patch`: of a vulnerability, no fix is available yet. */
export const justifications = [
  'third_party_control',
  'alternate_mitigation',
  'risk_accepted',
  'planned',
  'no_patch',
  'false_positive',
] as const
export type Justification = (typeof justifications)[number]

/**
 * Justifications that say that something else keeps the harm away: only these take findings out of the scores (DESIGN 5). Accepting a
 * risk, planning its end or waiting for a fix leaves it where it is, and a false positive is measured until its source stops to report it.
 */
export const scoreMoving: readonly Justification[] = ['third_party_control', 'alternate_mitigation']

/** Beside people's justifications: another party's statement about the vulnerability and the product (VEX), model/statement.ts. */
export const exceptionKinds = [...justifications, 'statement'] as const
export type ExceptionKind = (typeof exceptionKinds)[number]

/** Whether an exception at a moment has not begun, is in force, stands back behind a global one, or has ended. */
export const exceptionStates = ['upcoming', 'active', 'suspended', 'ended'] as const
export type ExceptionState = (typeof exceptionStates)[number]
