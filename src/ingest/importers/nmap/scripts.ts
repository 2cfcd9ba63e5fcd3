import type { FileRecord, FindingRecord } from '../../../model/record.ts'
import { cutText } from '../../readers/json-fields.ts'
import { child, childrenNamed, type XmlNode } from '../../readers/xml.ts'

const CVE = /\bCVE-\d{4}-\d{4,}\b/

/** Where a script ran. */
export interface Where {
  asset: string
  /** `443/tcp`; absent for a script about the whole host. */
  place?: string
  component?: FindingRecord['component']
  at: string
}

const keyed = (node: XmlNode, name: string, key: string): XmlNode | undefined =>
  node.children.find((one) => one.name === name && one.attributes['key'] === key)

const elem = (node: XmlNode, key: string): string => keyed(node, 'elem', key)?.text.trim() ?? ''

const table = (node: XmlNode, key: string): XmlNode | undefined => keyed(node, 'table', key)

/** The findings that a script of a port or host states: vulners, vulscan, and every script that uses Nmap's library `vulns`. Other output is no verdict. */
export function* scriptFindings(script: XmlNode, where: Where): Generator<FileRecord> {
  const id = script.attributes['id'] ?? ''
  if (id === 'vulners') yield* fromVulners(script, where)
  else if (id === 'vulscan') yield* fromVulscan(script, where)
  else for (const node of childrenNamed(script, 'table')) yield* fromLibrary(id, node, where)
}

function finding(id: string, where: Where, more: Partial<FindingRecord>): FindingRecord {
  return {
    kind: 'finding',
    asset: where.asset,
    vulnerability_ids: [id],
    ...more,
    ...(where.component && { component: where.component }),
    ...(where.place && { place: where.place }),
    access: 'remote',
  }
}

/** One table per CPE with one table per entry. Format: https://nmap.org/nsedoc/scripts/vulners.html */
function* fromVulners(script: XmlNode, where: Where): Generator<FileRecord> {
  let exploits = 0
  for (const cpe of childrenNamed(script, 'table')) {
    for (const entry of childrenNamed(cpe, 'table')) {
      const id = elem(entry, 'id')
      if (elem(entry, 'is_exploit') === 'true') {
        exploits++
        continue
      }
      if (id === '') {
        yield { kind: 'skipped', at: where.at, reason: 'vulners: expected an entry with an id' }
        continue
      }
      const score = elem(entry, 'cvss')
      const cvss = /^\d{1,2}(?:\.\d)?$/.test(score) && +score > 0 && +score <= 10 ? +score : undefined
      const vulnerability_id = CVE.test(id) ? CVE.exec(id)![0] : `nmap:vulners:${id}`
      yield finding(vulnerability_id, where, { title: id, ...(cvss !== undefined && { cvss }) })
    }
  }
  if (exploits > 0)
    yield {
      kind: 'skipped',
      at: where.at,
      reason: `vulners: ${exploits} exploits are listed beside the vulnerabilities; they are none themselves`,
    }
}

/** Lines `[CVE-2020-1] title` of its text; ids of other databases are no vulnerability of their own. Format: https://github.com/scipag/vulscan */
function* fromVulscan(script: XmlNode, where: Where): Generator<FileRecord> {
  const told = new Set<string>()
  for (const line of (script.attributes['output'] ?? '').slice(0, 4_000_000).split('\n')) {
    const match = /^\s*\[(CVE-\d{4}-\d{4,})\]\s*(.{0,500})/.exec(line)
    if (!match || told.has(match[1]!)) continue
    told.add(match[1]!)
    yield finding(match[1]!, where, { title: match[2]!.trim() || match[1]! })
  }
}

/** A vulnerability table of the library: its key is the id, `state` the verdict. Format: https://nmap.org/nsedoc/lib/vulns.html */
function* fromLibrary(script: string, node: XmlNode, where: Where): Generator<FileRecord> {
  const state = elem(node, 'state')
  if (!/^(?:LIKELY )?VULNERABLE\b/.test(state)) return
  const ids = table(node, 'ids')
  const listed = ids ? childrenNamed(ids, 'elem').map(({ text }) => CVE.exec(text)?.[0]) : []
  const cves = [...new Set([...listed, CVE.exec(node.attributes['key'] ?? '')?.[0]].filter((id) => id !== undefined))]
  const key = node.attributes['key']?.trim() || script
  const vulnerability_ids = cves.length > 0 ? cves : [`nmap:${script}:${key}`]
  const title = elem(node, 'title') || key
  const description = table(node, 'description')
  const text = description ? (child(description, 'elem')?.text.trim() ?? '') : ''
  for (const vulnerability_id of vulnerability_ids)
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      ...(vulnerability_ids.length === 1 && { title, ...(text && { description: cutText(text) }) }),
    }
  yield { ...finding('', where, { title }), vulnerability_ids }
}
