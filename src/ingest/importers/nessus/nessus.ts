import { type Head, type Importer, type Parse, reads } from '../../importer.ts'
import { csvHeader } from '../../readers/csv.ts'
import { jsonOutline } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { xmlRoot } from '../../readers/xml.ts'
import { parseCenterAnalysis } from './center-analysis.ts'
import { parseCloudAssets } from './cloud-assets.ts'
import { parseVulnerabilityExport } from './cloud-export.ts'
import { csvLayout } from './csv-columns.ts'
import { parseCsvReport } from './csv-report.ts'
import { parseXmlReport } from './xml-report.ts'

type Layout = 'xml' | 'csv' | 'cloud vulnerabilities' | 'cloud assets' | 'center analysis'

/** The layout of a file by its beginning; null when it is of none. */
function layoutOf(text: string): Layout | null {
  const first = text.trimStart()[0]
  if (first === '<') return xmlRoot(text) === 'NessusClientData_v2' ? 'xml' : null
  if (first === '[' || first === '{') return jsonLayout(text)
  return csvLayout(csvHeader(text)) === null ? null : 'csv'
}

function jsonLayout(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { list, members } = outline
  const inside = (name: string): string => {
    const member = members.get(name)
    return typeof member === 'object' && member !== null ? member.text : ''
  }
  if (list) {
    if (members.has('asset') && members.has('plugin') && /"family"/.test(inside('plugin')) && /"uuid"/.test(inside('asset')))
      return 'cloud vulnerabilities'
    return members.has('has_agent') && members.has('has_plugin_results') && members.has('ipv4s') ? 'cloud assets' : null
  }
  if (members.has('assets')) {
    const asset = jsonOutline(inside('assets'))?.members
    return asset?.has('id') && asset.has('fqdn') && asset.has('netbios_name') && asset.has('agent_name') ? 'cloud assets' : null
  }
  if (!members.has('response') || !inside('response').includes('"matchingDataElementCount"')) return null
  const row = jsonOutline(/"results"\s*:\s*(\[[\s\S]*)/.exec(inside('response'))?.[1] ?? '')?.members
  if (!row) return null
  return row.has('ip') || row.has('hosts') ? 'center analysis' : null
}

const parsers: Record<Layout, Parse> = {
  xml: parseXmlReport,
  csv: parseCsvReport,
  'cloud vulnerabilities': parseVulnerabilityExport,
  'cloud assets': parseCloudAssets,
  'center analysis': parseCenterAnalysis,
}

/** What Nessus, Tenable Vulnerability Management and Tenable Security Center write. The layouts' own files name the descriptions. */
export const nessus: Importer = reads({
  id: 'nessus',
  title: 'Tenable Nessus, Vulnerability Management and Security Center (.nessus, CSV, JSON)',
  version: 3,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file, options) {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    // With --format: what shows no layout is read as the two that may hold nothing, a list of a chunk and XML.
    const layout = layoutOf(text) ?? (text.trimStart()[0] === '[' ? 'cloud vulnerabilities' : 'xml')
    yield* parsers[layout]({ name: file.name, bytes: () => bytes }, options)
  },
})
