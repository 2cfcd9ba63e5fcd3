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
