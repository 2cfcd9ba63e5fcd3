// The only place that writes numbers, dates and severities for people. Times are shown in UTC unless a day is meant, which is a day
// of the organisation's zone as the server names it.

/** Whether a change does good, harm or nothing: colour follows this, never the sign. */
export type Tone = 'better' | 'worse' | 'same'

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })
const tenth = new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const dayOf = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const shortDayOf = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' })
const monthOf = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' })
const timeOf = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

/** What stands where nothing is known. */
const NONE = '–'

/** A count: "1,286". */
export const count = (value: number): string => whole.format(value)

/** A count with its noun: "1 asset", "12 assets". */
export const counted = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`

/** A score 0–100 with one decimal; null is a dash. */
export const score = (value: number | null): string => (value === null ? NONE : tenth.format(value))

/** Two significant digits at least, so that something small never reads as 0.0; one decimal at most from 1 on. */
export function fine(value: number): string {
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size >= 1) return tenth.format(value)
  const digits = Math.min(12, 1 - Math.floor(Math.log10(size)))
  return String(Number(value.toFixed(digits)).toFixed(digits)).replace(/^-0(\.0*)?$/, '0')
}

/** The expected gain of a recommendation, in points: "3.4", "0.021"; nothing to gain is "none". */
export const gain = (points: number): string => (points === 0 ? 'none' : fine(points))

/** A share 0–1 as per cent: "12.3 %"; a small one keeps two significant digits; null is a dash. */
export function percent(share: number | null): string {
  if (share === null) return NONE
  const value = share * 100
  if (value === 0 || value === 100) return `${value} %`
  if (value > 99.9 && value < 100) return '>99.9 %'
  return `${fine(value)} %`
}

/** A probability such as EPSS, as per cent. The scale of EPSS ends below at 0.1 %, so that 0 stands for anything under it; never is not claimed. */
export const probability = (value: number | null): string => (value !== null && value < 0.001 ? 'below 0.1 %' : percent(value))

/** From here on an EPSS is shown as high: the highest step of its scale. */
export const HIGH_EPSS = 0.9

/** CVSS with its one decimal; null is a dash. */
export const cvss = (value: number | null): string => (value === null ? NONE : value.toFixed(1))

/** Points of the secure score: "812", "7.5". */
export const points = (value: number | null): string =>
  value === null ? NONE : Number.isInteger(value) ? count(value) : tenth.format(value)

/** Bytes of a file: "12 kB". */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB']
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 || size >= 100 ? whole.format(size) : tenth.format(size)} ${units[unit]}`
}

/** "lower is better" or "higher is better": the one phrase that stands under each score. */
export const direction = (of: 'lower_is_better' | 'higher_is_better'): string =>
  of === 'lower_is_better' ? 'lower is better' : 'higher is better'

/** Whether a change of a score is good, by the score's direction. */
export function tone(change: number | null, of: 'lower_is_better' | 'higher_is_better'): Tone {
  if (change === null || change === 0) return 'same'
  return change > 0 === (of === 'higher_is_better') ? 'better' : 'worse'
}

/** A change in words: "3.1 worse", "0.042 better", "unchanged". Null when there is nothing to compare with. */
export function change(value: number | null, of: 'lower_is_better' | 'higher_is_better'): string | null {
  if (value === null) return null
  const which = tone(value, of)
  return which === 'same' ? 'unchanged' : `${fine(Math.abs(value))} ${which}`
}

/** "Medium exposure", "Low", …: the level of the exposure score as a word. */
export function level(of: 'low' | 'medium' | 'high' | null): string {
  return of === null ? 'Unknown' : { low: 'Low', medium: 'Medium', high: 'High' }[of]
}

/** The level of a value of the exposure score: low < 30 ≤ medium < 70 ≤ high. */
export const levelOf = (value: number | null): 'low' | 'medium' | 'high' | null =>
  value === null ? null : value < 30 ? 'low' : value < 70 ? 'medium' : 'high'

const at = (text: string): Date => new Date(text.length === 10 ? `${text}T00:00:00Z` : text)

/** A day or the day of an instant: "14 Mar 2026"; null is a dash. */
export const day = (text: string | null): string => (text === null ? NONE : dayOf.format(at(text)))

/** A day of this year without the year: "14 Mar". */
export const shortDay = (text: string): string => shortDayOf.format(at(text))

/** The month of a day: "Mar 2026". */
export const month = (text: string): string => monthOf.format(at(text))

/** An instant: "14 Mar 2026, 09:12 UTC"; null is a dash. */
export const instant = (text: string | null): string => (text === null ? NONE : `${dayOf.format(at(text))}, ${timeOf.format(at(text))} UTC`)

/** An instant under a head that says UTC: "14 Mar 2026, 09:12"; null is a dash. */
export const instantInUtc = (text: string | null): string =>
  text === null ? NONE : `${dayOf.format(at(text))}, ${timeOf.format(at(text))}`

/** How long before `now` an instant lies: "3 days ago", "just now". */
export function ago(text: string, now: string | Date = new Date()): string {
  const minutes = Math.round(((now instanceof Date ? now : at(now)).getTime() - at(text).getTime()) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${counted(minutes, 'minute')} ago`
  const hours = Math.round(minutes / 60)
  if (hours < 48) return `${counted(hours, 'hour')} ago`
  const days = Math.round(hours / 24)
  if (days < 60) return `${counted(days, 'day')} ago`
  const months = Math.round(days / 30.44)
  return months < 24 ? `${counted(months, 'month')} ago` : `${counted(Math.round(days / 365.25), 'year')} ago`
}

/** Whether an instant lies before now. */
export const isPast = (text: string): boolean => at(text).getTime() < Date.now()

/** A day moved by whole days: moveDay('2026-03-01', -1) is '2026-02-28'. */
export function moveDay(text: string, days: number): string {
  const date = at(text.slice(0, 10))
  date.setUTCDate(date.getUTCDate() + days)
  return date.toISOString().slice(0, 10)
}

/** A calendar day picked on screen, as YYYY-MM-DD. */
export const dayOfDate = (date: Date): string =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`

/** The calendar's date of a YYYY-MM-DD. */
export function dateOfDay(text: string): Date {
  const [year, month, date] = text.split('-').map(Number)
  return new Date(year!, month! - 1, date)
}

const words: Record<string, string> = {
  informational: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
  very_high: 'Very high',
  none: 'No known exploit',
  public: 'Public exploit',
  verified: 'Verified exploit',
  kit: 'In an exploit kit',
  known_exploited: 'Known exploited',
  ransomware: 'Used by ransomware',
  os: 'OS',
  windows_server: 'Windows Server',
  macos: 'macOS',
  ios: 'iOS',
  fqdn: 'FQDN',
  ip: 'IP address',
  hostname: 'Host name',
  aws: 'AWS',
  gcp: 'GCP',
  oci: 'OCI',
  m365: 'Microsoft 365',
  github: 'GitHub',
  cloud_id: 'Cloud resource id',
  agent_id: 'Agent id',
  tenant_id: 'Tenant id',
  os_family: 'OS family',
  remote: 'Remote only',
  full: 'Full',
  met: 'Met',
  partly_met: 'Partly met',
  not_met: 'Not met',
  not_applicable: 'Not applicable',
  not_run: 'Not run',
  kev: 'CISA KEV',
  epss: 'EPSS',
  exploits: 'Exploits (Exploit-DB, Metasploit)',
  'verified-exploits': 'Verified exploits (Exploit-DB)',
  'endpoint-agent': 'Endpoint agents',
  'internet-facing': 'Internet-facing assets',
  controls: 'Posture checks',
  pass: 'Met',
  fail: 'Not met',
}

/** A word of the API as people read it: known_exploited is "Known exploited". */
export function word(text: string): string {
  const known = words[text]
  if (known !== undefined) return known
  const [, need = text] = /^(?:intelligence|inventory)\.(.+)$/.exec(text) ?? []
  if (need !== text) return word(need)
  const spaced = text.replaceAll(/[_-]+/g, ' ').trim()
  return spaced === '' ? NONE : spaced[0]!.toUpperCase() + spaced.slice(1)
}

/** A phrase of the API as a sentence: with a capital in front and a full stop; null stays empty. */
export const sentence = (text: string | null): string =>
  text ? `${text[0]!.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}` : ''

/** A severity, or "Unknown" where the tool gave none: a missing severity is not "low". */
export const severity = (of: string | null): string => (of === null ? 'Unknown' : word(of))

/** Yes, no or unknown. */
export const yesNo = (value: boolean | null): string => (value === null ? 'Unknown' : value ? 'Yes' : 'No')

const lookedFor: Record<string, string> = {
  asset: 'Nothing, only listed it',
  presence: 'All assets that there are',
  vulnerability: 'Vulnerabilities',
  control: 'Configuration',
  software: 'Software',
}

/** What a report looked for. */
export const lookedForWord = (subject: string): string => lookedFor[subject] ?? word(subject)

/** How much of what it looked for a report shows: everything, or what its filter lets through. */
export const shownWord = ({ min_severity, checks }: { min_severity: string | null; checks: string | null }): string =>
  [min_severity === null ? '' : `${word(min_severity)} and above`, checks ?? ''].filter(Boolean).join(', ') || 'All of it'
