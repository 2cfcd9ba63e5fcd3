import type { FindingRecord } from '../../model/record.ts'
import { severityRank } from '../../model/severity.ts'

/** Longest texts kept; longer ones are cut: reports are hostile input. */
export const LONG = 20_000
const SHORT = 1000

/** Text as it is kept: trimmed, without NUL, cut; null where nothing is left. */
export const text = (value: string | undefined | null, most = SHORT): string | null => {
  if (value === undefined || value === null) return null
  const clean = (value.includes('\u0000') ? value.replaceAll('\u0000', '') : value).trim()
  return clean === '' ? null : clean.length > most ? clean.slice(0, most) : clean
}

/** CVSS in tenths, 0–100. */
export const tenths = (cvss: number | undefined): number | null =>
  cvss === undefined ? null : Math.round(Math.min(10, Math.max(0, cvss)) * 10)

/** Points in thousandths. */
export const thousandths = (points: number | undefined): number | null => (points === undefined ? null : Math.round(points * 1000))

/** Severity 0–4; null unknown. */
export const severityOf = (record: { severity?: FindingRecord['severity'] }): number | null =>
  record.severity ? severityRank(record.severity) : null

/** CVE ids are written in capitals everywhere; other ids as their owners write them. */
export const canonical = (id: string): string => (/^cve-/i.test(id) ? id.toUpperCase() : id).slice(0, 200)

/** Only http and https links are kept: what a report names is shown as a link. */
export function safeUrl(url: string | undefined): string | null {
  return url !== undefined && /^https?:\/\/[^\s"'<>]+$/i.test(url) ? url.slice(0, 2000) : null
}

/** Members of a details object kept, entries of a list in it, and characters of a text in it. */
const MOST_MEMBERS = 20
const MOST_ENTRIES = 100
const LONG_DETAIL = 4000

/** What only some tools say, as JSON with its members in the order of their names; null where nothing is left. Texts are cut as others are. */
export function details(said: object | undefined): string | null {
  const members = Object.entries(said ?? {}).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (typeof value === 'string') {
      const clean = text(value, LONG_DETAIL)
      return clean === null ? [] : [[name, clean]]
    }
    if (Array.isArray(value)) {
      const entries = value.slice(0, MOST_ENTRIES).flatMap((each) => (typeof each === 'string' ? (text(each, 200) ?? []) : []))
      return entries.length ? [[name, entries]] : []
    }
    return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? [[name, value]] : []
  })
  const kept = members.toSorted(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST_MEMBERS)
  return kept.length ? JSON.stringify(Object.fromEntries(kept)) : null
}
