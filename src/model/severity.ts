/** Severities in rising order; the position is the number kept in the store (informational 0 … critical 4). */
export const severities = ['informational', 'low', 'medium', 'high', 'critical'] as const
export type Severity = (typeof severities)[number]

/** The stored number of a severity, 0–4. */
export const severityRank = (severity: Severity): number => severities.indexOf(severity)

const words = new Map<string, Severity>(
  Object.entries({
    informational: 'informational',
    information: 'informational',
    info: 'informational',
    none: 'informational',
    negligible: 'informational',
    log: 'informational',
    note: 'informational',
    low: 'low',
    minor: 'low',
    medium: 'medium',
    moderate: 'medium',
    warning: 'medium',
    high: 'high',
    important: 'high',
    major: 'high',
    error: 'high',
    serious: 'high',
    critical: 'critical',
    severe: 'critical',
    urgent: 'critical',
  } as const),
)

/** Reads a tool's word for a severity, in any case. Null when the word is unknown: a missing severity is not "low". */
export function parseSeverity(text: string | null | undefined): Severity | null {
  return words.get((text ?? '').trim().toLowerCase()) ?? null
}

/**
 * The qualitative rating of a CVSS v3 or v4 base score, 0–10.
 * Source: https://www.first.org/cvss/v3.1/specification-document section 5.
 */
export function severityOfCvss(cvss: number): Severity {
  if (cvss >= 9) return 'critical'
  if (cvss >= 7) return 'high'
  if (cvss >= 4) return 'medium'
  return cvss > 0 ? 'low' : 'informational'
}
