import type { FileRecord } from '../../../model/record.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { child, readXml } from '../../readers/xml.ts'
import { describeCheck, findingOf, hostAsset, loginChecks, readCheck, readPlace, readQid, readResult, readSeverity } from './item.ts'

const ITEMS = new Set(['INFO', 'SERVICE', 'PRACTICE', 'VULN'])

interface OpenHost {
  key: string
  ip: string
  dns: string | null
  netbios: string | null
  os: string | null
  told: boolean
  loggedIn: boolean
}

/** The results of one scan. Format: https://docs.qualys.com/en/vm/api/ (scan-1.dtd) */
export async function* parseScan(file: Source): AsyncGenerator<Told> {
  const header = new Map<string, string>()
  const described = new Set<string>()
  let profile = ''
  let reported = false
  let host: OpenHost | null = null
  let hosts = 0
  let category = { port: '', protocol: '' }
  const begin = function* (): Generator<FileRecord> {
    if (!reported) yield { kind: 'report', source: 'qualys', tool: 'Qualys VM', tool_version: null, observed_at: endOf(header) }
    reported = true
  }
  const tell = function* (open: OpenHost): Generator<FileRecord> {
    if (!open.told)
      yield hostAsset(
        open.key,
        { ip: open.ip, dns: open.dns, netbios: open.netbios, os: open.os, agent: null, cloud: null, group: null },
        open.ip || open.key,
      )
    open.told = true
  }
  const end = function* (open: OpenHost): Generator<FileRecord> {
    yield* tell(open)
    if ((header.get('STATUS') ?? 'FINISHED').toUpperCase() !== 'FINISHED') return
    // An option profile may pick checks without saying so: it only speaks for itself.
    yield {
      kind: 'coverage',
      asset: open.key,
      subject: 'vulnerability',
      access: open.loggedIn ? 'full' : 'remote',
      checks: `profile ${profile || 'without a name'}`,
    }
  }
  const elements = ['HEADER/KEY', 'OPTION_PROFILE_TITLE', 'IP/OS', 'IP/NETBIOS_HOSTNAME', ...[...ITEMS].map((item) => `CAT/${item}`)]
  yield* readXml(file.bytes(), { elements, opens: ['SCAN/IP', 'CAT'] }).tell(function* (events) {
    for (const { event, name, node, line } of events) {
      if (name === 'KEY') header.set(node.attributes['value'] ?? '', node.text.trim())
      else if (name === 'OPTION_PROFILE_TITLE') profile = node.text.trim()
      else if (event === 'open' && name === 'IP') {
        yield* begin()
        if (host) yield* end(host)
        hosts++
        const dns = node.attributes['name'] ?? ''
        host = {
          key: `h${hosts}`,
          ip: node.attributes['value'] ?? '',
          dns: dns === 'No registered hostname' ? null : dns,
          netbios: null,
          os: null,
          told: false,
          loggedIn: false,
        }
      } else if (!host) continue
      else if (name === 'OS') host.os = node.text.trim() || null
      else if (name === 'NETBIOS_HOSTNAME') host.netbios = node.text.trim() || null
      else if (event === 'open') category = { port: node.attributes['port'] ?? '', protocol: node.attributes['protocol'] ?? '' }
      else if (ITEMS.has(name)) {
        yield* tell(host)
        const qid = readQid(node.attributes['number'])
        if (qid === null) {
          yield { kind: 'skipped', at: `line ${line}, IP ${host.ip}`, reason: `expected the number of a check in <${name} number="…">` }
          continue
        }
        host.loggedIn ||= loginChecks.has(qid)
        const informational = name === 'INFO' || name === 'SERVICE'
        const check = readCheck(node, qid, informational ? 'informational' : readSeverity(node.attributes['severity']))
        if (!described.has(qid)) {
          described.add(qid)
          yield* describeCheck(check)
        }
        yield findingOf(
          { asset: host.key, informational, place: readPlace(category.port, category.protocol), ...readResult(child(node, 'RESULT')) },
          check,
        )
      }
    }
  })

  yield begin()
  if (host) yield end(host)
}

/** DATE is the start (UTC); with DURATION (`04:29:11`, hours may exceed 24) the end. */
function endOf(header: Map<string, string>): Instant | null {
  const start = parseInstant(header.get('DATE') ?? '')
  const match = /^(\d{1,4}):([0-5]\d):([0-5]\d)$/.exec(header.get('DURATION') ?? '')
  if (start === null || !match) return start
  return start + (+match[1]! * 3600 + +match[2]! * 60 + +match[3]!) * 1_000_000
}
