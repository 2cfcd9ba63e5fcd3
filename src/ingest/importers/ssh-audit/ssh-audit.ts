import { UserError } from '../../../errors.ts'
import { endpointAsset } from '../../../model/endpoint.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, type Fields, fieldsOf, isFields, numberOf, objectsIn, textOf, textsIn } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const SOURCE = 'ssh-audit'
const CVE = /^CVE-\d{4}-\d{4,}$/i

/** Lists of algorithms by the name of their member, in words. */
const KINDS = { kex: 'key exchange', key: 'host key', enc: 'cipher', mac: 'message authentication' } as const

/** `web-1.example.com:22`, `[2001:db8::1]:22`, or a bare host. */
function targetOf(text: string): { host: string; port: string } {
  const match = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? /^([^:]+)(?::(\d{1,5}))?$/.exec(text)
  return match ? { host: match[1]!, port: match[2] ?? '22' } : { host: text, port: '22' }
}

function* algorithmRecords(item: Fields, kind: keyof typeof KINDS, asset: string, at: string, told: Set<string>): Generator<FileRecord> {
  const name = textOf(item.algorithm)
  if (name === '') {
    yield { kind: 'skipped', at, reason: 'expected the name of an algorithm' }
    return
  }
  const notes = fieldsOf(item.notes)
  const fail = textsIn(notes.fail)
  const warn = textsIn(notes.warn)
  const severity: Severity | null = fail.length > 0 ? 'high' : warn.length > 0 ? 'medium' : null
  const control_id = `${SOURCE}:${kind}/${name}`
  if (!told.has(control_id)) {
    told.add(control_id)
    yield { kind: 'control', control_id, title: `SSH ${KINDS[kind]} ${name}`, category: 'SSH', product: 'ssh-audit' }
  }
  const bits = numberOf(item.keysize)
  const evidence = [...fail, ...warn, ...(bits !== null && bits > 0 ? [`${bits} bits`] : [])].join('; ')
  yield {
    kind: 'control_result',
    asset,
    control_id,
    status: severity ? 'fail' : 'pass',
    ...(severity && { severity }),
    ...(evidence && { evidence: cutText(evidence, 2000) }),
  }
}

function* cveRecords(item: Fields, asset: string, at: string): Generator<FileRecord> {
  const name = textOf(item.name)
  if (!CVE.test(name)) {
    yield { kind: 'skipped', at, reason: `expected a CVE, found ${JSON.stringify(name.slice(0, 40))}` }
    return
  }
  const vulnerability_id = name.toUpperCase()
  const title = textOf(item.description)
  const score = numberOf(item.cvssv2)
  const cvss = score !== null && score > 0 && score <= 10 ? score : undefined
  yield { kind: 'vulnerability', vulnerability_id, ...(title && { description: cutText(title) }), ...(cvss !== undefined && { cvss }) }
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: [vulnerability_id],
    title: title || vulnerability_id,
    ...(cvss !== undefined && { cvss }),
    access: 'remote',
  }
}

function* serverRecords(server: Fields, at: string, told: Set<string>): Generator<FileRecord> {
  const { host, port } = targetOf(textOf(server.target))
  const asset = endpointAsset(host, port)
  if (asset === null) {
    yield { kind: 'skipped', at, reason: `expected a target as host:port, found ${JSON.stringify(textOf(server.target).slice(0, 80))}` }
    return
  }
  yield asset
  // `OpenSSH_8.9p1`: product and version as servers write them.
  const software = /^([A-Za-z][A-Za-z-]{1,40})[_-]v?(\d[\w.]{0,30})$/.exec(textOf(fieldsOf(server.banner).software))
  if (software) yield { kind: 'software', asset: asset.asset, name: software[1]!, version: software[2]!, place: `${port}/tcp` }
  let algorithms = 0
  for (const kind of Object.keys(KINDS) as (keyof typeof KINDS)[])
    for (const [index, item] of objectsIn(server[kind]).entries()) {
      algorithms++
      yield* algorithmRecords(item, kind, asset.asset, `${at}.${kind}[${index}]`, told)
    }
  for (const [index, item] of objectsIn(server.cves).entries()) yield* cveRecords(item, asset.asset, `${at}.cves[${index}]`)
  if (algorithms > 0) yield { kind: 'coverage', asset: asset.asset, subject: 'control', access: 'remote' }
  // Versions from 3.0 on look up no CVEs any more and write an empty list.
  if (objectsIn(server.cves).length > 0) yield { kind: 'coverage', asset: asset.asset, subject: 'vulnerability', access: 'remote' }
}

/**
 * ssh-audit's JSON (`-j`) about one server, or a list about several (`-T`). Format:
 * https://github.com/jtesta/ssh-audit/blob/master/src/ssh_audit/ssh_audit.py (build_struct)
 */
export const sshAudit: Importer = reads({
  id: 'ssh-audit',
  title: 'ssh-audit (JSON)',
  version: 1,
  detect({ text }: Head) {
    const members = jsonOutline(text)?.members
    const isObject = (name: string) => typeof members?.get(name) === 'object' && members.get(name) !== null
    return isObject('banner') && isObject('kex') && isObject('enc') && /"protocol"\s*:/.test(text)
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 4096)
    const isList = text.trimStart().startsWith('[')
    const told = new Set<string>()
    yield { kind: 'report', source: SOURCE, tool: 'ssh-audit', tool_version: null, observed_at: null }
    yield* readJson(bytes, [isList ? '$[*]' : '$']).tell(function* (matches) {
      for (const { value, at, document } of matches) {
        const place = isList ? at : `document ${document + 1}`
        if (isFields(value) && ('kex' in value || 'banner' in value)) yield* serverRecords(value, place, told)
        else if (told.size > 0 || isList) yield { kind: 'skipped', at: place, reason: 'expected a server with its banner and algorithms' }
        else throw new UserError('unreadable_report', `${place}: expected the JSON of ssh-audit, with banner, kex, key, enc and mac`)
      }
    })
  },
})
