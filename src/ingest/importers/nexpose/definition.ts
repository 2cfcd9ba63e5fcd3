import type { ExploitStage } from '../../../model/exploit.ts'
import type { VulnerabilityRecord } from '../../../model/record.ts'
import { type Severity, severityOfCvss } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { bestRating } from '../../readers/cvss.ts'
import { child, childrenNamed, type XmlNode } from '../../readers/xml.ts'

/** What a report says of one vulnerability check, behind all nodes. */
export interface Definition {
  ids: string[]
  title: string | null
  severity: Severity | null
  cvss: number | undefined
  cvss_vector: string | undefined
  stage: ExploitStage | null
  description: string | null
  published: Instant | null
  url: string | null
}

const CVE = /^CVE-\d{4}-\d{4,}$/
const MAX_DESCRIPTION = 8000

/** A `vulnerability` of `VulnerabilityDefinitions`. `id` is its check's, in lower case. */
export function readDefinition(node: XmlNode, id: string): Definition {
  const { attributes } = node
  const references = childrenNamed(child(node, 'references') ?? node, 'reference')
  const cves = references.filter((one) => one.attributes['source'] === 'CVE').map((one) => one.text.trim().toUpperCase())
  const ids = [...new Set(cves)].filter((cve) => CVE.test(cve))
  const score = (text: string | undefined) => (/^\d{1,2}(\.\d{1,2})?$/.test(text ?? '') ? +text! : null)
  const rating = bestRating([
    { score: score(attributes['cvssV3Score']), vector: attributes['cvssV3Vector'] ?? null, version: 3 },
    { score: score(attributes['cvssScore']), vector: attributes['cvssVector'] ?? null, version: 2 },
  ])
  return {
    ids: ids.length > 0 ? ids : [`nexpose:${id}`],
    title: attributes['title']?.trim() || null,
    severity: readSeverity(attributes['severity']),
    cvss: rating?.cvss,
    cvss_vector: rating?.cvss_vector,
    stage: stageOf(node),
    description: textOf(child(node, 'description')).slice(0, MAX_DESCRIPTION) || null,
    published: readTime(attributes['published']),
    url: references.map((one) => one.text.trim()).find((text) => text.startsWith('https://') && text.length <= 500) ?? null,
  }
}

/** The vulnerabilities of a check. Its words and score are about one vulnerability only when it names just one. */
export function* describe(definition: Definition): Generator<VulnerabilityRecord> {
  const alone = definition.ids.length === 1
  for (const vulnerability_id of definition.ids)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      ...(alone && definition.title && { title: definition.title }),
      ...(alone && definition.description && { description: definition.description }),
      ...(alone && definition.severity && { severity: definition.severity }),
      ...(alone && definition.cvss !== undefined && { cvss: definition.cvss }),
      ...(alone && definition.cvss_vector && { cvss_vector: definition.cvss_vector }),
      ...(alone && definition.published !== null && { published_at: definition.published }),
      ...(alone && definition.url && { url: definition.url }),
    }
}

/**
 * 1–10, which follows the CVSS score (5.0 is 5, 6.8 is 7) and is finer than Rapid7's words for it (moderate 1–3, severe 4–7, critical 8–10): rated as a
 * CVSS score of that number is. Source: https://docs.rapid7.com/insightvm/working-with-vulnerabilities/
 */
function readSeverity(text: string | undefined): Severity | null {
  return /^\d{1,2}$/.test(text ?? '') && +text! <= 10 ? severityOfCvss(+text!) : null
}

/** Malware kits and Metasploit modules are kits; entries of the exploit database are public exploits. */
function stageOf(node: XmlNode): ExploitStage | null {
  const exploits = childrenNamed(child(node, 'exploits') ?? node, 'exploit').map((one) => one.attributes['type']?.toLowerCase())
  if (childrenNamed(child(node, 'malware') ?? node, 'name').length > 0 || exploits.includes('metasploit')) return 'kit'
  return exploits.length > 0 ? 'public' : null
}

/** `20210228T225429678`: UTC with milliseconds. */
export function readTime(text: string | undefined): Instant | null {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})$/.exec(text ?? '')
  return match ? parseInstant(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}.${match[7]}Z`) : null
}

/** Whether a formatted text holds a word. */
export const holds = (node: XmlNode, word: string): boolean => node.text.includes(word) || node.children.some((one) => holds(one, word))

/** The words of a formatted text, without its line breaks. */
export function textOf(node: XmlNode | null): string {
  if (!node) return ''
  const words = node.children.length === 0 ? node.text : [node.text, ...node.children.map(textOf)].join(' ')
  return words.replaceAll(/\s+/g, ' ').trim()
}
