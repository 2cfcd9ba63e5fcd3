import { UserError } from '../../../errors.ts'
import { hostNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord, FindingRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, type Fields, fieldsOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const SOURCE = 'wazuh'
const CVE = /^CVE-\d{4}-\d{4,}$/i

type Layout = 'api' | 'index'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return null
  const textIn = (name: string) => {
    const member = outline.members.get(name)
    return typeof member === 'object' && member !== null ? member.text : ''
  }
  if (textIn('hits').includes('"wazuh-states-vulnerabilities')) return 'index'
  const data = textIn('data')
  if (!data.includes('"affected_items"')) return null
  const said = outline.members.get('message')
  const asked = typeof said === 'string' && /\bvulnerabilities were returned\b/i.test(said)
  return asked || ['"cve"', '"cvss3_score"', '"detection_time"'].every((name) => data.includes(name)) ? 'api' : null
}

const idFor = (cve: string): string => (CVE.test(cve) ? cve.toUpperCase() : `${SOURCE}:${cve}`)

/** `Package less than 4.3.2` (also "less than or equal" names no fix): the version from which on it is fixed. */
const fixedIn = (condition: string): string | undefined => /^Package less than (\S{1,200})$/i.exec(condition.trim())?.[1]

const linksIn = (text: string): string | undefined =>
  text
    .split(/[\s,]+/)
    .map((one) => one.trim())
    .find((one) => /^https:\/\/\S{1,1000}$/.test(one))

interface Found {
  cve: string
  title: string
  description: string
  severity: string
  rating: ReturnType<typeof bestRating>
  published: string
  url: string | undefined
  component: NonNullable<FindingRecord['component']> | undefined
  fixed_version: string | undefined
}

function* foundRecords(found: Found, asset: string, described: Set<string>): Generator<FileRecord> {
  const vulnerability_id = idFor(found.cve)
  const severity = parseSeverity(found.severity)
  const published_at = parseInstant(found.published)
  if (!described.has(vulnerability_id)) {
    described.add(vulnerability_id)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      ...(found.title && { title: found.title }),
      ...(found.description && { description: cutText(found.description) }),
      ...(severity && { severity }),
      ...found.rating,
      ...(published_at !== null && { published_at }),
      ...(found.url && { url: found.url }),
    }
  }
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: [vulnerability_id],
    title: found.title || vulnerability_id,
    ...(severity && { severity }),
    ...(found.rating && { cvss: found.rating.cvss }),
    ...(found.component && { component: found.component }),
    ...(found.fixed_version && { fixed_version: found.fixed_version }),
  }
}

/** `GET /vulnerability/{agent_id}` of versions 4.3 to 4.7. It names no agent: the person says which it is. */
async function* readApi(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield { kind: 'report', source: SOURCE, tool: 'Wazuh', tool_version: null, observed_at: null }
  yield { kind: 'asset', asset: 'agent', type: 'device', name: 'agent', names: [] }
  const described = new Set<string>()
  let items = 0
  let total: number | null = null
  let failed = 0
  yield* readJson(bytes, ['$.data.affected_items[*]', '$.data.total_affected_items', '$.data.total_failed_items']).tell(
    function* (matches) {
      for (const { path, value, at } of matches) {
        if (path === '$.data.total_affected_items') total = numberOf(value)
        else if (path === '$.data.total_failed_items') failed = numberOf(value) ?? 1
        else {
          items++
          const item = fieldsOf(value)
          const cve = textOf(item.cve)
          if (cve === '') {
            yield { kind: 'skipped', at, reason: 'expected the cve of a vulnerability' }
            continue
          }
          if (/^obsolete$/i.test(textOf(item.status))) {
            yield { kind: 'skipped', at, reason: `${cve}: listed as obsolete, no longer there` }
            continue
          }
          const name = textOf(item.name)
          const version = textOf(item.version)
          yield* foundRecords(
            {
              cve,
              title: textOf(item.title),
              description: '',
              severity: textOf(item.severity),
              rating: bestRating([
                { score: numberOf(item.cvss3_score), version: 3 },
                { score: numberOf(item.cvss2_score), version: 2 },
              ]),
              published: textOf(item.published),
              url: textsIn(item.external_references).find((one) => one.startsWith('https://')),
              component: name ? { name, ...(version && { version }), ...typeOf(textOf(item.type)) } : undefined,
              fixed_version: fixedIn(textOf(item.condition)),
            },
            'agent',
            described,
          )
        }
      }
    },
  )

  if (total === items && failed === 0) yield { kind: 'coverage', asset: 'agent', subject: 'vulnerability' }
}

const typeOf = (type: string): { type?: string } =>
  type === '' ? {} : { type: type.toUpperCase() === 'OS' ? 'operating_system' : type.toLowerCase() }

function agentOf(source: Fields, key: string): AssetRecord {
  const agent = fieldsOf(source.agent)
  const host = fieldsOf(source.host)
  const os = fieldsOf(host.os)
  const cluster = textOf(fieldsOf(fieldsOf(source.wazuh).cluster).name)
  const stated = textOf(os.full) || [textOf(os.name), textOf(os.version)].filter(Boolean).join(' ')
  const os_family = parseOsFamily(stated) ?? parseOsFamily(textOf(os.platform) || textOf(os.type))
  const ips = [...textsIn(host.ip), ...textsIn(fieldsOf(agent.host).ip), textOf(agent.ip)].filter((ip) => !/^any$/i.test(ip))
  return {
    kind: 'asset',
    asset: key,
    type: 'device',
    name: textOf(agent.name) || key,
    // The number of an agent is one of its manager only.
    names: [
      ...(cluster ? [{ type: 'agent_id' as const, name: `${SOURCE}:${cluster}:${textOf(agent.id)}` }] : []),
      ...hostNames([textOf(host.hostname), textOf(agent.name), ...ips]),
    ],
    attributes: { ...(stated && { os: stated }), ...(os_family && { os_family }) },
  }
}

/** Search results of the index `wazuh-states-vulnerabilities-*`, versions from 4.8 on. */
async function* readIndex(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield { kind: 'report', source: SOURCE, tool: 'Wazuh', tool_version: null, observed_at: null }
  const agents = new Set<string>()
  const described = new Set<string>()
  let items = 0
  let whole = false
  yield* readJson(bytes, ['$.hits.hits[*]', '$.hits.total', '$.timed_out']).tell(function* (matches) {
    for (const { path, value, at } of matches) {
      if (path === '$.hits.total') {
        const total = isTotal(value)
        whole = total !== null
        if (total !== null) items -= total
        continue
      }
      if (path === '$.timed_out') {
        if (value === true) items = NaN
        continue
      }
      items++
      const source = fieldsOf(fieldsOf(value)._source)
      const found = fieldsOf(source.vulnerability)
      const agent = fieldsOf(source.agent)
      const cve = textOf(found.id)
      if (cve === '' || textOf(agent.id) === '') {
        yield { kind: 'skipped', at, reason: 'expected the id of a vulnerability and of an agent' }
        continue
      }
      const key = `${textOf(fieldsOf(fieldsOf(source.wazuh).cluster).name)}:${textOf(agent.id)}`
      if (!agents.has(key)) {
        agents.add(key)
        yield agentOf(source, key)
      }
      const score = fieldsOf(found.score)
      const major = Number(/^[234]/.exec(textOf(score.version))?.[0] ?? 0)
      const pack = fieldsOf(source.package)
      const name = textOf(pack.name)
      const version = textOf(pack.version)
      const category = textOf(found.category)
      const condition = textOf(fieldsOf(found.scanner).condition)
      yield* foundRecords(
        {
          cve,
          title: '',
          description: textOf(found.description),
          severity: textOf(found.severity),
          rating: bestRating([{ score: numberOf(score.base), ...(major > 0 && { version: major as 2 | 3 | 4 }) }]),
          published: textOf(found.published_at),
          url: linksIn(textOf(found.reference)) ?? linksIn(textOf(fieldsOf(found.scanner).reference)),
          component: name
            ? {
                name,
                ...(version && { version }),
                ...(category.toUpperCase() === 'OS' ? { type: 'operating_system' } : typeOf(textOf(pack.type))),
              }
            : undefined,
          fixed_version: fixedIn(condition),
        },
        key,
        described,
      )
    }
  })

  if (whole && items === 0) for (const asset of agents) yield { kind: 'coverage', asset, subject: 'vulnerability' }
}

/** How many documents the search found, when it counted all of them; old servers write a bare number. */
function isTotal(value: unknown): number | null {
  if (typeof value === 'number') return value
  const total = fieldsOf(value)
  return textOf(total.relation) === 'eq' ? numberOf(total.value) : null
}

/**
 * Vulnerabilities of Wazuh agents: the manager's API (4.3–4.7) and searches of the indexer (4.8 on). Formats:
 * https://documentation.wazuh.com/4.7/user-manual/api/reference.html#tag/Vulnerability and
 * https://documentation.wazuh.com/current/user-manual/wazuh-indexer/wazuh-indexer-indices.html
 */
export const wazuh: Importer = reads({
  id: 'wazuh',
  title: 'Wazuh vulnerabilities (API and indexer JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected the answer of Wazuh to GET /vulnerability/{agent_id}, or a search in wazuh-states-vulnerabilities-*',
      )
    yield* layout === 'api' ? readApi(bytes) : readIndex(bytes)
  },
})
