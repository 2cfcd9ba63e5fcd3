/** What a report of an inaccuracy can be about. */
export const inaccuracySubjects = ['vulnerability', 'recommendation', 'finding', 'metric', 'initiative'] as const
export type InaccuracySubject = (typeof inaccuracySubjects)[number]

/** What is said to be wrong; new_action: what is proposed is one more thing to do. */
export const inaccuracyKinds = ['not_installed', 'wrong_version', 'already_fixed', 'wrong_severity', 'new_action', 'other'] as const

/** How it stands; accepted and rejected have an answer. */
export const inaccuracyStates = ['open', 'accepted', 'rejected'] as const
