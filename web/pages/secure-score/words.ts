import type { Row } from '../../api.ts'

export type SecureAction = Row<'/api/v1/secure-score/actions'>
export type SecureActivity = Row<'/api/v1/secure-score/activities'>
export type Status = SecureAction['status']

/** Statuses as people read them. */
export const statusTitles: Record<Status, string> = {
  to_address: 'To address',
  planned: 'Planned',
  risk_accepted: 'Risk accepted',
  third_party: 'Resolved through third party',
  alternate_mitigation: 'Resolved through alternate mitigation',
  completed: 'Completed',
}

/** What a person can set. */
export const settable = ['to_address', 'planned', 'risk_accepted', 'third_party', 'alternate_mitigation'] as const

export const statusMeanings: Record<(typeof settable)[number], string> = {
  to_address: 'Still to be done. It has the points that are measured.',
  planned: 'Decided and to come. It has the points that are measured, and all of them in the planned score.',
  risk_accepted: 'Will not be done. It has the points that are measured.',
  third_party: 'Another product does it. It has all points; nobody measures them.',
  alternate_mitigation: 'Done in another way. It has all points; nobody measures them.',
}

/** Why a person cannot set the status. */
export const lockedWords: Record<NonNullable<SecureAction['locked']>, string> = {
  action_completed: 'All points are measured: completed is set by the system.',
  completed_is_measured: 'Completed is set by the system.',
  action_follows_exceptions: 'Measured on devices: it follows the exceptions of its checks.',
  total_only: 'Its source states it only in total.',
}

export const unscoredWords: Record<NonNullable<SecureAction['unscored']>, string> = {
  not_run: 'Not scored: its checks did not run',
  not_applicable: 'Not scored: it does not apply here',
  no_result: 'Not scored: no source gave a result',
  stale: 'Not scored: looked at too long ago',
  total_only: 'Not scored by itself: its points are known only in the total of its source',
}

export const sideTitles: Record<SecureActivity['side'], string> = { ours: 'Ours', content: 'Content', scope: 'Scope' }

/** A change of points, in words: never a bare sign. */
export const changeWords = (value: number, write: (value: number) => string): string =>
  value === 0 ? 'unchanged' : `${write(Math.abs(value))} ${value > 0 ? 'better' : 'worse'}`
