import type { Severity } from '../../../model/severity.ts'

/** What a report's filter leaves in it. */
export interface Narrowing {
  min_severity: Severity | null
  /** Results of a lower quality of detection are left out; 0 = none. */
  min_qod: number
}

/** Words of a filter that change the order or the looks, or add to it. */
const HARMLESS = new Set([
  'apply_overrides',
  'autofp',
  'compliance_levels',
  'delta_states',
  'first',
  'notes',
  'overrides',
  'result_hosts_only',
  'rows',
  'show_closed_cves',
  'sort',
  'sort-reverse',
  'timezone',
])

/**
 * Reads the term of a report's filter (`apply_overrides=0 levels=hml rows=100 min_qod=70 first=1 sort-reverse=severity`). Null when it holds anything
 * whose effect is not known, such as a host or a text to search for. Format: https://docs.greenbone.net/GSM-Manual/gos-24.10/en/web-interface.html#filtering-the-page-content
 */
export function readFilter(term: string): Narrowing | null {
  let min_qod = 0
  let levels = ''
  for (const word of term.trim().split(/\s+/)) {
    if (word === '') continue
    const match = /^([a-z_-]+)=(.*)$/.exec(word)
    if (!match) return null
    const [, name, value] = match
    if (name === 'min_qod') {
      if (!/^\d{1,3}$/.test(value!)) return null
      min_qod = +value!
    } else if (name === 'levels') levels = value!
    else if (!HARMLESS.has(name!)) return null
  }
  const severity = leastOf(levels)
  return severity === undefined ? null : { min_severity: severity, min_qod }
}

/** Critical, high, medium, low, log (g); `d` (debug) and `f` (false positive) are no weaknesses. Undefined: there is a gap between the levels. */
function leastOf(levels: string): Severity | null | undefined {
  const has = (letter: string) => levels.includes(letter)
  if (levels === '') return null
  const rising: [string, Severity | null][] = [
    ['h', 'high'],
    ['m', 'medium'],
    ['l', 'low'],
    ['g', null],
  ]
  let least: Severity | null | undefined
  for (const [at, [letter, severity]] of rising.entries()) {
    if (has(letter)) {
      if (at > 0 && least === undefined) return undefined
      if (at > 0 && !has(rising[at - 1]![0])) return undefined
      least = severity
    }
  }
  return least
}
