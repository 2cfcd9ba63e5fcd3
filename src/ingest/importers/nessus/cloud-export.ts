import { z } from 'zod'
import { closedItems } from '../../../model/closed-item.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { readJson } from '../../readers/json.ts'
import { describeTags } from './host.ts'
import { itemRecords, type PluginItem, readDate, stageOf } from './item.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const texts = z.array(z.string()).catch([])
const text = z.string().nullish().catch(null)
const vector = z
  .union([z.string(), z.object({ raw: z.string() }).transform(({ raw }) => raw)])
  .nullish()
  .catch(null)
const number = z.number().nullish().catch(null)

/** One vulnerability of an export. Format: https://developer.tenable.com/reference/exports-vulns-download-chunk */
const Item = z.object({
  asset: z.object({
    uuid: z.string(),
    agent_uuid: text,
    hostname: text,
    fqdn: text,
    ipv4: text,
    ipv6: text,
    netbios_name: text,
    operating_system: texts,
    device_type: text,
  }),
  output: text,
  plugin: z.looseObject({
    id: z.union([z.number().int(), z.string().regex(/^\d{1,12}$/)]).transform(String),
    name: text,
    family: text,
    type: text,
    description: text,
    cve: texts,
    cpe: texts,
    see_also: z.union([texts, z.string().transform((one) => [one])]).catch([]),
    xrefs: z.array(z.object({ type: z.string(), id: z.string() })).catch([]),
    vuln_publication_date: text,
    cvss4_base_score: number,
    cvss4_vector: vector,
    cvss3_base_score: number,
    cvss3_vector: vector,
    cvss_base_score: number,
    cvss_vector: vector,
  }),
  port: z.object({ port: z.number().catch(0), protocol: z.string().catch('') }).catch({ port: 0, protocol: '' }),
  scan: z.object({ completed_at: text }).nullish().catch(null),
  severity: text,
  state: text,
  last_found: text,
  last_fixed: text,
})

/** A chunk of the cloud's vulnerability export: a part of a list that was filtered by what the caller asked for, so it covers nothing. */
export async function* parseVulnerabilityExport(file: Source): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'nessus', tool: 'Tenable Vulnerability Management', tool_version: null, observed_at: null }
  const described = new Set<string>()
  const hosts = new Map<string, { key: string; told: string; seen: Instant | null }>()
  yield* readJson(file.bytes(), ['$[*]']).tell(function* (matches) {
    for (const { at, value } of matches) {
      const read = safeParse(Item, value)
      if (!read.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(read.error).slice(0, 500) }
        continue
      }
      const { asset, state } = read.data
      let host = hosts.get(asset.uuid)
      if (!host) hosts.set(asset.uuid, (host = { key: `a${hosts.size + 1}`, told: '', seen: null }))
      const described_host = describeTags(asset.hostname ?? asset.fqdn ?? asset.uuid, host.key, tagsOf(asset))
      const found = parseInstant(read.data.last_found ?? read.data.scan?.completed_at ?? '')
      const fixed = state?.toLowerCase() === 'fixed'
      const closed_at = fixed ? parseInstant(read.data.last_fixed ?? '') : null
      const seen = closed_at === null ? found : Math.max(closed_at, found ?? closed_at)
      const words = JSON.stringify([described_host.asset.names, described_host.asset.attributes])
      if (words !== host.told || (seen !== null && (host.seen === null || seen > host.seen))) {
        host.told = words
        if (seen !== null && (host.seen === null || seen > host.seen)) host.seen = seen
        yield { ...described_host.asset, ...(host.seen !== null && { observed_at: host.seen }) }
      }
      if (fixed) {
        yield* closedItems(itemRecords(itemOf(read.data), host.key, new Set()), { reason: state!, at, closed_at })
        continue
      }
      yield* itemRecords(itemOf(read.data), host.key, described)
    }
  })
}

function tagsOf(asset: z.infer<typeof Item>['asset']): Map<string, string> {
  const tags = new Map<string, string>([['host-uuid', asset.uuid]])
  const set = (tag: string, value: string | null | undefined) => {
    if (value) tags.set(tag, value)
  }
  set('tenable-uuid', asset.agent_uuid)
  set('host-fqdn', asset.fqdn)
  set('netbios-name', asset.netbios_name)
  set('host-ip', [asset.ipv4, asset.ipv6].filter(Boolean).join(','))
  if (asset.operating_system.length > 0) set('operating-system', JSON.stringify(asset.operating_system))
  set('system-type', asset.device_type)
  return tags
}

function itemOf({ plugin, port, severity, output }: z.infer<typeof Item>): PluginItem {
  const rating = (score: number | null | undefined, words: string | null | undefined, version: 2 | 3 | 4) => ({
    score: score == null ? null : String(score),
    vector: words ?? null,
    version,
  })
  return {
    plugin: plugin.id,
    title: plugin.name?.trim() ?? '',
    family: plugin.family ?? '',
    severity: parseSeverity(severity) ?? undefined,
    cves: plugin.cve,
    ratings: [
      rating(plugin.cvss4_base_score, plugin.cvss4_vector, 4),
      rating(plugin.cvss3_base_score, plugin.cvss3_vector, 3),
      rating(plugin.cvss_base_score, plugin.cvss_vector, 2),
    ],
    scored: null,
    output: output ?? '',
    cpes: plugin.cpe,
    updates: plugin.xrefs.filter(({ type }) => type === 'MSKB').map(({ id }) => id),
    port: String(port.port),
    protocol: port.protocol,
    type: plugin.type ?? null,
    stage: stageOf((flag) => plugin[flag] === true),
    description: plugin.description ?? null,
    published: readDate(plugin.vuln_publication_date),
    see_also: plugin.see_also.join('\n') || null,
  }
}
