import { z } from 'zod'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity, severities } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { readJson } from '../../readers/json.ts'
import { describeTags } from './host.ts'
import { itemRecords, type PluginItem, stageOf } from './item.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'

const text = z.string().nullish().catch(null)
const digits = z.union([z.string(), z.number()]).transform(String)
const severity = z
  .union([z.object({ id: digits.nullish(), name: text }), z.string().transform((name) => ({ id: null, name }))])
  .nullish()
  .catch(null)
const family = z
  .union([z.object({ name: text }), z.string().transform((name) => ({ name }))])
  .nullish()
  .catch(null)
const host = {
  ip: text,
  uuid: text,
  hostUUID: text,
  dnsName: text,
  netbiosName: text,
  lastSeen: text,
  lastAuthRun: text,
  lastUnauthRun: text,
}

/** A row of the tools `vulndetails` and `listvuln`: a plugin on a host. */
const Item = z.object({
  ...host,
  pluginID: digits.pipe(z.string().regex(/^\d{1,12}$/)),
  pluginName: text,
  name: text,
  severity,
  family,
  riskFactor: text,
  cve: text,
  cpe: text,
  xref: text,
  pluginText: text,
  port: digits.nullish().catch(null),
  protocol: text,
  checkType: text,
  description: text,
  seeAlso: text,
  vulnPubDate: text,
  baseScore: text,
  cvssVector: text,
  cvssV3BaseScore: text,
  cvssV3Vector: text,
  cvssV4BaseScore: text,
  cvssV4Vector: text,
  exploitAvailable: text,
  exploitFrameworks: text,
})

/** A row of `vulnipdetail`: a plugin, and the hosts that have it. */
const PluginHosts = z.object({
  pluginID: digits.pipe(z.string().regex(/^\d{1,12}$/)),
  name: text,
  severity,
  family,
  pluginDescription: text,
  hosts: z.array(z.object({ iplist: z.array(z.object(host)) })),
})

/** A row of `sumip`: a host with counts, which are not taken. */
const HostSummary = z.object({ ...host, severityCritical: digits })

type HostCells = { [K in keyof typeof host]?: string | null | undefined }

/**
 * Answers of Security Center's interface `analysis`, type vuln, tools `vulndetails`, `listvuln`, `vulnipdetail` and `sumip`. They are pages of what a query
 * gave, so they cover nothing. Format: https://docs.tenable.com/security-center/api/Analysis.htm
 */
export async function* parseCenterAnalysis(file: Source): AsyncGenerator<Told> {
  // Rows wait for the time of the answer, which stands behind them.
  const rows = new Waiting<{ at: string; value: unknown }>('Security Center')
  let answeredAt: Instant | null = null
  for await (const matches of readJson(file.bytes(), ['$.timestamp', '$.response.results[*]']).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.timestamp') answeredAt = epoch(String(value))
      else rows.add({ at, value })
    }
  yield { kind: 'report', source: 'nessus', tool: 'Tenable Security Center', tool_version: null, observed_at: answeredAt }
  const described = new Set<string>()
  const hosts = new Map<string, { key: string; seen: Instant | null }>()
  function* hostOf(cells: HostCells): Generator<FileRecord, string> {
    const identity = [cells.ip, cells.uuid, cells.hostUUID, cells.dnsName].join('\u0000')
    const times = [cells.lastSeen, cells.lastAuthRun, cells.lastUnauthRun].map(epoch).filter((time) => time !== null)
    const seen = times.length > 0 ? Math.max(...times) : null
    let known = hosts.get(identity)
    if (known && (seen === null || (known.seen !== null && known.seen >= seen))) return known.key
    if (!known) hosts.set(identity, (known = { key: `h${hosts.size + 1}`, seen }))
    known.seen = seen
    const { asset } = describeTags(cells.dnsName || cells.ip || known.key, known.key, tagsOf(cells))
    yield { ...asset, ...(seen !== null && { observed_at: seen }) }
    return known.key
  }
  for (const { at, value } of rows.take()) {
    const summary = safeParse(HostSummary, value)
    if (summary.success) {
      yield hostOf(summary.data)
      continue
    }
    const listed = safeParse(PluginHosts, value)
    if (listed.success) {
      for (const cells of listed.data.hosts.flatMap(({ iplist }) => iplist)) {
        const key = yield* hostOf(cells)
        yield itemRecords(itemOf(listed.data), key, described)
      }
      continue
    }
    const read = safeParse(Item, value)
    if (!read.success || !(read.data.ip || read.data.dnsName || read.data.uuid)) {
      yield { kind: 'skipped', at, reason: read.success ? 'the row names no host' : z.prettifyError(read.error).slice(0, 500) }
      continue
    }
    const key = yield* hostOf(read.data)
    yield itemRecords(itemOf(read.data), key, described)
  }
}

/** Seconds since 1970; `-1` and empty mean none. */
function epoch(seconds: string | null | undefined): Instant | null {
  return /^\d{9,10}$/.test(seconds ?? '') ? +seconds! * 1_000_000 : null
}

function tagsOf(cells: HostCells): Map<string, string> {
  const tags = new Map<string, string>()
  const set = (tag: string, value: string | null | undefined) => {
    if (value) tags.set(tag, value)
  }
  set('host-ip', cells.ip)
  set('host-fqdn', cells.dnsName)
  set('netbios-name', cells.netbiosName)
  set('tenable-uuid', cells.uuid)
  set('host-uuid', cells.hostUUID)
  return tags
}

type Row = Partial<Omit<z.infer<typeof Item>, 'pluginID'>> & { pluginID: string; pluginDescription?: string | null }

function itemOf(row: Row): PluginItem {
  const rating = (score: string | null | undefined, vector: string | null | undefined, version: 2 | 3 | 4) => ({
    score: score || null,
    vector: vector || null,
    version,
  })
  return {
    plugin: row.pluginID,
    title: (row.pluginName || row.name || '').trim(),
    family: row.family?.name ?? '',
    severity: severityOf(row),
    cves: (row.cve ?? '').split(/[,\s]+/),
    ratings: [
      rating(row.cvssV4BaseScore, row.cvssV4Vector, 4),
      rating(row.cvssV3BaseScore, row.cvssV3Vector, 3),
      rating(row.baseScore, row.cvssVector, 2),
    ],
    scored: null,
    output: (row.pluginText ?? '').replaceAll(/<\/?plugin_output>/g, ''),
    cpes: (row.cpe ?? '').split(/[,\n]|<br\/?>/),
    updates: [...(row.xref ?? '').matchAll(/MSKB[:#\s]{1,3}(\d{6,8})/g)].map((match) => match[1]!),
    port: row.port ?? '',
    protocol: row.protocol ?? '',
    type: row.checkType ?? null,
    stage: stageOf((flag) => says(row, flag)),
    description: row.description || row.pluginDescription || null,
    published: epoch(row.vulnPubDate),
    see_also: row.seeAlso ?? null,
  }
}

function severityOf(row: Row): Severity | undefined {
  const id = row.severity?.id
  if (id && /^[0-4]$/.test(id)) return severities[+id]
  return parseSeverity(row.severity?.name) ?? parseSeverity(row.riskFactor) ?? undefined
}

function says(row: Row, flag: string): boolean {
  const frameworks = (row.exploitFrameworks ?? '').toLowerCase()
  if (flag === 'exploit_framework_metasploit') return frameworks.includes('metasploit')
  if (flag === 'exploit_framework_canvas') return frameworks.includes('canvas')
  if (flag === 'exploit_framework_core') return frameworks.includes('core')
  return flag === 'exploit_available' && row.exploitAvailable?.toLowerCase() === 'yes'
}
