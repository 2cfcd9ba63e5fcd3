import { severities, severityRank, type Severity } from './severity.ts'

/**
 * Down to which severity a list of findings goes, for lists that do not tell how they were filtered: what lies lower than their lowest item may have been
 * left out. An item without a severity counts as the lowest.
 */
export function trackLowest(): { add(severity: Severity | null): void; min_severity(): Severity | undefined } {
  let lowest: number = severities.length
  return {
    add(severity) {
      lowest = Math.min(lowest, severity === null ? 0 : severityRank(severity))
    },
    /** For a coverage record: undefined when the list goes down to the lowest severity, or holds nothing. */
    min_severity: () => (lowest > 0 ? severities[lowest] : undefined),
  }
}
