import type { Severity } from '../../model/severity.ts'
import { severityWord } from './words.ts'

/** What a look was for, and how far it could see. */
export interface LookedFor {
  /** vulnerability, control, software; asset: it was only listed; presence: all that there is was listed. */
  subject: string
  access: 'none' | 'remote' | 'full'
  /** The least severity that it showed; null: every one. */
  min_severity: Severity | null
  /** The narrowed set of checks; null: all that the tool has. */
  checks: string | null
}

/** The same as coverage_history keeps it. */
export interface LookRow {
  subject: string
  access: number
  min_severity: number
  checks: string
}

const accesses = ['none', 'remote', 'full'] as const

export const lookedFor = ({ subject, access, min_severity, checks }: LookRow): LookedFor => ({
  subject,
  access: accesses[access] ?? 'none',
  min_severity: min_severity === 0 ? null : severityWord(min_severity),
  checks: checks || null,
})
