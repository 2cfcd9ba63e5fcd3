import type { ExploitStage } from '../../../model/exploit.ts'
import type { FileRecord, FindingRecord, VulnerabilityRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { bestRating, type CvssRating } from '../../readers/cvss.ts'
import { type ComponentSource, componentOf } from './component.ts'

/** One result of a plugin on a host, whatever the layout that states it. */
export interface PluginItem extends ComponentSource {
  /** Number of the plugin, digits. */
  plugin: string
  severity: Severity | undefined
  /** As written; those that are no CVE ids are left out. */
  cves: string[]
  ratings: { score: string | null; vector: string | null; version: 2 | 3 | 4 }[]
  /** The one CVE that the score is of, when the item says so. */
  scored: string | null
  port: string
  protocol: string
  /** `local`, `remote` or another word: from where the plugin looks. */
  type: string | null
  stage: ExploitStage | undefined
  description: string | null
  published: Instant | null
  see_also: string | null
}

const CVE = /^CVE-\d{4}-\d{4,}$/
const MAX_DESCRIPTION = 8000

/** The number of a plugin; null when it is none. */
export function readPlugin(text: string | null | undefined): string | null {
  const number = text?.trim() ?? ''
  return /^\d{1,12}$/.test(number) ? number : null
}

/** The records of one item: what it says of its vulnerabilities (once per plugin and rating, remembered in `described`), and the finding. */
export function itemRecords(item: PluginItem, asset: string, described: Set<string>): FileRecord[] {
  const ids = idsOf(item)
  const { title, severity } = item
  const rating: Partial<CvssRating> = bestRating(item.ratings.map(readRating)) ?? {}
  const records: FileRecord[] = []
  const key = `${item.plugin}/${severity ?? ''}/${rating.cvss ?? ''}`
  if (!described.has(key)) {
    described.add(key)
    for (const id of ids) records.push(describe(item, id, ids.length === 1, rating))
  }
  const { component, fixed_version, path } = componentOf(item)
  const place = placeOf(item, path)
  const access = accessOf(item.type)
  const finding: FindingRecord = { kind: 'finding', asset, vulnerability_ids: ids }
  if (severity) finding.severity = severity
  if (rating.cvss !== undefined) finding.cvss = rating.cvss
  // Of several vulnerabilities, the flags do not say which one is exploited.
  if (ids.length === 1 && item.stage) finding.exploit_stage = item.stage
  if (title) finding.title = title
  if (component) finding.component = component
  if (fixed_version) finding.fixed_version = fixed_version
  if (place) finding.place = place
  if (access) finding.access = access
  records.push(finding)
  return records
}

/** Its CVEs, each once; for want of any, the plugin itself. */
function idsOf({ cves, plugin }: PluginItem): string[] {
  const ids = new Set<string>()
  for (const cve of cves) {
    const id = cve.trim().toUpperCase()
    if (CVE.test(id)) ids.add(id)
  }
  return ids.size > 0 ? [...ids] : [`nessus:${plugin}`]
}

/** The plugin's words are about one vulnerability only when it names one (`alone`); of several, only the one whose score it says it took gets it. */
function describe(item: PluginItem, id: string, alone: boolean, { cvss, cvss_vector }: Partial<CvssRating>): VulnerabilityRecord {
  const rated = alone || id === item.scored?.trim().toUpperCase()
  const url = firstLink(item.see_also)
  return {
    kind: 'vulnerability',
    vulnerability_id: id,
    ...(alone && item.title && { title: item.title }),
    ...(alone && item.description && { description: item.description.slice(0, MAX_DESCRIPTION) }),
    ...(rated && item.severity && { severity: item.severity }),
    ...(rated && cvss !== undefined && { cvss }),
    ...(rated && cvss_vector && { cvss_vector }),
    ...(alone && item.published !== null && { published_at: item.published }),
    ...(alone && url && { url }),
  }
}

const readRating = ({ score, vector, version }: PluginItem['ratings'][number]) => ({
  score: readScore(score),
  vector: spellVector(vector),
  version,
})

function readScore(text: string | null): number | null {
  return text !== null && /^\d{1,2}(\.\d{1,2})?$/.test(text.trim()) ? +text : null
}

/** Tenable writes v3 vectors without prefix or as CVSS:3.0; what has none is 3.0. */
function spellVector(vector: string | null): string | null {
  const text = vector?.trim() ?? ''
  return /^AV:[NALP]\/AC:[LH]\/PR:/.test(text) ? `CVSS:3.0/${text}` : text || null
}

/** Words of the plugins' exploit flags, in the spelling of the XML layout. */
const VERIFIED = [
  'exploit_framework_canvas',
  'exploit_framework_core',
  'exploit_framework_d2_elliot',
  'exploit_framework_exploithub',
  'exploited_by_nessus',
]

/** The farthest stage that the plugin's flags state; `says` answers for a flag by its name in the XML layout. */
export function stageOf(says: (flag: string) => boolean): ExploitStage | undefined {
  if (says('exploited_by_malware')) return 'known_exploited'
  if (says('exploit_framework_metasploit')) return 'kit'
  if (VERIFIED.some(says)) return 'verified'
  return says('exploit_available') ? 'public' : undefined
}

/** A plugin of the type `local` looked from inside, `remote` from outside; of the others the type does not say. */
function accessOf(type: string | null): 'full' | 'remote' | undefined {
  const word = type?.trim().toLowerCase()
  return word === 'local' ? 'full' : word === 'remote' ? 'remote' : undefined
}

function placeOf(item: PluginItem, path: string | null): string | undefined {
  const port = item.port.trim()
  const protocol = item.protocol.trim().toLowerCase()
  if (/^[1-9]\d{0,4}$/.test(port)) return protocol ? `${port}/${protocol}` : port
  return path ?? undefined
}

/** `2018/06/12`, and the ISO form of the web scanner and the cloud. */
export const readDate = (text: string | null | undefined): Instant | null => (text ? dateIn(text) : null)

const dateIn = remembered((text) => parseInstant(text.trim().replace(/^(\d{4})\/(\d{2})\/(\d{2})$/, '$1-$2-$3')))

/** The first https link, from lines or from the JSON list that Tenable's state exports write. */
function firstLink(text: string | null): string | null {
  return text === null ? null : (/https:\/\/[^\s"\\\]]{1,500}/.exec(text)?.[0] ?? null)
}
