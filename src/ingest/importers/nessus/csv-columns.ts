import { parseSeverity, type Severity, severities } from '../../../model/severity.ts'
import { parseDateInWords } from '../../readers/date-in-words.ts'
import { type PluginItem, readDate, readPlugin, stageOf } from './item.ts'

/**
 * The CSV layouts: `scan` (Nessus), `cloud` (Tenable Vulnerability Management), `center` (Tenable Security Center) and `web` (web application
 * scans).
 */
export type CsvLayout = 'scan' | 'cloud' | 'center' | 'web'

export const toolOf: Record<CsvLayout, string> = {
  scan: 'Nessus',
  cloud: 'Tenable Vulnerability Management',
  center: 'Tenable Security Center',
  web: 'Tenable Web App Scanning',
}

/** The layout that a header row has; null when it is another tool's. Which columns an export has can be chosen: only those that name the item must be there. */
export function csvLayout(columns: readonly string[]): CsvLayout | null {
  const has = (...names: string[]) => names.every((name) => columns.includes(name))
  if (
    has('Plugin', 'Plugin Name', 'Severity') &&
    (has('IP Address') || has('DNS Name')) &&
    (has('Repository') || has('Plugin Text') || has('Family'))
  )
    return 'center'
  if (!has('Plugin ID', 'Name', 'Host') || !(has('Risk') || has('Severity'))) return null
  if (has('CVSSv3') && !has('CVSS3 Base Score')) return 'web'
  if (has('Vulnerability State') || has('Host Scan ID') || has('Last Found')) return 'cloud'
  return has('Plugin Output') || has('Synopsis') || has('See Also') ? 'scan' : null
}

export type Cells = Record<string, string>

/** The first of the columns that is there and not empty, trimmed. */
export function cell(row: Cells, ...columns: string[]): string | null {
  for (const column of columns) {
    const text = row[column]?.trim()
    if (text) return text === 'null' ? null : text
  }
  return null
}

/** The host of a row by the tags of the XML layout's HostProperties. */
export function hostTags(row: Cells, layout: CsvLayout): Map<string, string> {
  const tags = new Map<string, string>()
  const set = (tag: string, text: string | null) => {
    if (text !== null) tags.set(tag, text)
  }
  set('host-ip', cell(row, 'IP Address', 'Host IP'))
  set('host-fqdn', cell(row, 'FQDN', 'DNS Name', 'Host FQDN'))
  set('netbios-name', cell(row, 'NetBios', 'NetBIOS Name', 'NetBIOS'))
  set('operating-system', cell(row, 'OS', 'Operating System'))
  set('system-type', layout === 'web' ? 'web_application' : cell(row, 'System Type'))
  set('host-uuid', cell(row, 'Asset UUID', 'Host ID'))
  set('tenable-uuid', cell(row, 'Agent ID', 'Agent UUID'))
  const end = cell(row, 'Host End', 'Last Found', 'Last Seen') ?? observedText(row)
  set('HOST_END', end)
  return tags
}

/** Security Center: `Jan 5, 2021 10:24:08 MST`, as ISO so that it reads like the cloud's. */
function observedText(row: Cells): string | null {
  const at = parseDateInWords(cell(row, 'Last Observed') ?? '')
  return at === null ? null : new Date(at / 1000).toISOString()
}

/** The item of a row; `cves` those of all its rows. Null when the row has no plugin. */
export function itemOfRow(row: Cells, cves: string[]): PluginItem | null {
  const plugin = readPlugin(cell(row, 'Plugin ID', 'Plugin'))
  if (plugin === null) return null
  const links = `${cell(row, 'Cross References', 'XREF') ?? ''} ${(cell(row, 'MSKB') ?? '').replaceAll(/\d{6,8}/g, 'MSKB:$&')}`
  const text = cell(row, 'Vuln Publication Date', 'Vulnerability Publication Date')
  const rating = (version: 2 | 3 | 4, vector: string | null, ...scores: string[]) => ({ score: cell(row, ...scores), vector, version })
  return {
    plugin,
    title: cell(row, 'Name', 'Plugin Name') ?? '',
    family: cell(row, 'Plugin Family', 'Family') ?? '',
    severity: severityOf(row),
    cves,
    ratings: [
      rating(
        4,
        cell(row, 'CVSS4 Vector', 'CVSS V4 Vector', 'CVSSv4 Vector'),
        'CVSS v4.0 Base Score',
        'CVSS4 Base Score',
        'CVSS V4 Base Score',
      ),
      rating(
        3,
        cell(row, 'CVSS3 Vector', 'CVSS V3 Vector', 'CVSSv3 Vector'),
        'CVSS v3.0 Base Score',
        'CVSS3 Base Score',
        'CVSS V3 Base Score',
        'CVSSv3',
      ),
      rating(2, cell(row, 'CVSS Vector', 'CVSS V2 Vector'), 'CVSS v2.0 Base Score', 'CVSS Base Score', 'CVSS V2 Base Score', 'CVSS'),
    ],
    scored: null,
    output: outputOf(row),
    cpes: (cell(row, 'CPE') ?? '').split(/[\n,]/),
    updates: [...links.matchAll(/MSKB[:#\s]{1,3}(\d{6,8})/g)].map((match) => match[1]!),
    port: cell(row, 'Port') ?? '',
    protocol: cell(row, 'Protocol') ?? '',
    type: cell(row, 'Plugin Type', 'Check Type'),
    stage: stageOf((flag) => says(row, flag)),
    description: cell(row, 'Description'),
    published: readDate(text) ?? parseDateInWords(text ?? ''),
    see_also: cell(row, 'See Also'),
  }
}

/** What the plugin wrote; Security Center puts a heading before it. */
export const outputOf = (row: Cells): string => (row['Plugin Output'] ?? row['Plugin Text'] ?? '').replace(/^Plugin Output: ?/, '')

/** `Risk` and `Severity` are the severity of this item (in words, or 0–4 in the cloud); `Risk Factor` is the plugin's own, for want of them. */
function severityOf(row: Cells): Severity | undefined {
  const number = cell(row, 'Severity')
  if (number !== null && /^[0-4]$/.test(number)) return severities[+number]
  return parseSeverity(cell(row, 'Risk')) ?? parseSeverity(number) ?? parseSeverity(cell(row, 'Risk Factor')) ?? undefined
}

const FLAGS: Record<string, { column: string; framework?: RegExp }> = {
  exploited_by_malware: { column: 'Exploited by Malware' },
  exploited_by_nessus: { column: 'Exploited by Nessus' },
  exploit_framework_metasploit: { column: 'Metasploit', framework: /metasploit/i },
  exploit_framework_canvas: { column: 'CANVAS', framework: /canvas/i },
  exploit_framework_core: { column: 'Core Exploits', framework: /core/i },
  exploit_framework_d2_elliot: { column: 'D2 Elliot', framework: /elliot/i },
  exploit_framework_exploithub: { column: 'ExploitHub', framework: /exploithub/i },
  exploit_available: { column: 'Exploit Available' },
}

function says(row: Cells, flag: string): boolean {
  const known = FLAGS[flag]
  if (!known) return false
  const yes = (column: string) => /^(true|yes)$/i.test(cell(row, column) ?? '')
  if (yes(known.column)) return true
  if (flag === 'exploit_available') return yes('Exploit?')
  if (flag === 'exploit_framework_core' && yes('Core Impact')) return true
  return known.framework?.test(cell(row, 'Exploit Frameworks') ?? '') ?? false
}
