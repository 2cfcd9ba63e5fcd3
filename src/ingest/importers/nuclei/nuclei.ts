import { type HostName, hostNames } from '../../../model/host-name.ts'
import type { VulnerabilityRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, type Fields, fieldsOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const CVE = /^CVE-\d{4}-\d{4,}$/

/** The host of `https://web-1:8443/x`, `web-1:22`, `[::1]:80` or `web-1`. */
function hostIn(text: string): string {
  const rest = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//i, '')
    .replace(/[/?#].*$/, '')
    .replace(/^[^@]{1,300}@/, '')
  return /^\[([^\]]+)\]/.exec(rest)?.[1] ?? (/^[^:]*:\d{1,5}$/.test(rest) ? rest.replace(/:\d{1,5}$/, '') : rest)
}

function namesOf(item: Fields): HostName[] {
  return hostNames([hostIn(textOf(item.host) || textOf(item['matched-at']) || textOf(item.matched)), textOf(item.ip)])
}

/** CVE ids of the classification, or the template's own id where that is one. Else the template, and the matcher where it has several: each looks for its own thing. */
function idsOf(item: Fields, template: string): string[] {
  const stated = textsIn(fieldsOf(fieldsOf(item.info).classification)['cve-id']).map((id) => id.toUpperCase())
  const cves = [...new Set([...stated, template.toUpperCase()])].filter((id) => CVE.test(id))
  if (cves.length > 0) return stated.some((id) => CVE.test(id)) ? cves.filter((id) => stated.includes(id)) : cves
  const matcher = textOf(item['matcher-name']) || textOf(item.matcher_name)
  return [`nuclei:${template}${matcher ? `:${matcher}` : ''}`]
}

/** The first https link; old versions write a list as text with a hyphen in front of each line. */
const linkIn = (references: unknown): string | undefined =>
  textsIn(references)
    .flatMap((text) => text.split('\n'))
    .map((line) => line.replace(/^[\s-]+/, '').trim())
    .find((line) => /^https:\/\/\S{1,1000}$/.test(line))

function* describe(item: Fields, ids: string[]): Generator<VulnerabilityRecord> {
  const info = fieldsOf(item.info)
  const classification = fieldsOf(info.classification)
  const title = textOf(info.name)
  const description = textOf(info.description)
  const severity = parseSeverity(textOf(info.severity))
  const rating = bestRating([{ score: numberOf(classification['cvss-score']), vector: textOf(classification['cvss-metrics']) || null }])
  const url = linkIn(info.reference)
  for (const vulnerability_id of ids)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      // Of several the words do not say which they are about.
      ...(ids.length === 1 && {
        ...(title && { title }),
        ...(description && { description: cutText(description) }),
        ...(severity && { severity }),
        ...rating,
        ...(url && { url }),
      }),
    }
}

/**
 * Nuclei's results as JSON lines (`-jsonl`), as a list (`-json-export`), and in the names of version 2.2 and before (`templateID`, `matched`).
 * It lists what matched, not what was asked, so it covers nothing. Format: https://docs.projectdiscovery.io/tools/nuclei/running
 */
export const nuclei: Importer = reads({
  id: 'nuclei',
  title: 'Nuclei (JSON lines, JSON)',
  version: 1,
  detect({ text }: Head) {
    const members = jsonOutline(text)?.members
    if (!members) return false
    const has = (...names: string[]) => names.some((name) => members.has(name))
    return has('template-id', 'templateID') && has('info') && has('type') && has('matched-at', 'matched', 'host')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const begun = /"timestamp"\s*:\s*"([^"]{1,60})"/.exec(text)?.[1]
    yield { kind: 'report', source: 'nuclei', tool: 'Nuclei', tool_version: null, observed_at: begun ? parseInstant(begun) : null }
    const told = new Map<string, number | null>()
    const described = new Set<string>()
    const isList = text.trimStart().startsWith('[')
    yield* readJson(bytes, [isList ? '$[*]' : '$']).tell(function* (matches) {
      for (const { value, at, document } of matches) {
        const item = fieldsOf(value)
        const place = isList ? at : `line ${document + 1}`
        const template = textOf(item['template-id']) || textOf(item.templateID)
        const names = namesOf(item)
        if (template === '' || (names.length === 0 && textOf(item.host) === '')) {
          yield { kind: 'skipped', at: place, reason: `expected ${template === '' ? 'a template-id' : 'the host that was asked'}` }
          continue
        }
        // Written with -matcher-status: a template that ran and found nothing.
        if (item['matcher-status'] === false) continue
        const asset = names.map(({ name }) => name).join(' ') || textOf(item.host)
        const observed_at = parseInstant(textOf(item.timestamp))
        const known = told.get(asset)
        if (known === undefined || (observed_at !== null && (known === null || observed_at > known))) {
          told.set(asset, observed_at)
          yield { kind: 'asset', asset, type: 'device', name: names[0]?.name ?? asset, names, ...(observed_at !== null && { observed_at }) }
        }
        const ids = idsOf(item, template)
        const key = `${template} ${ids.join(' ')}`
        if (!described.has(key)) {
          described.add(key)
          yield* describe(item, ids)
        }
        const info = fieldsOf(item.info)
        const severity = parseSeverity(textOf(info.severity))
        const matched = textOf(item['matched-at']) || textOf(item.matched) || textOf(item.host)
        const matcher = textOf(item['matcher-name']) || textOf(item.matcher_name)
        const title = textOf(info.name) || template
        const score = numberOf(fieldsOf(info.classification)['cvss-score'])
        yield {
          kind: 'finding',
          asset,
          vulnerability_ids: ids,
          title: cutText(matcher ? `${title}: ${matcher}` : title, 500),
          ...(severity && { severity }),
          ...(score !== null && score > 0 && score <= 10 && ids.length === 1 && { cvss: score }),
          ...(matched && { place: cutText(matched, 1000) }),
          access: 'remote',
        }
      }
    })
  },
})
