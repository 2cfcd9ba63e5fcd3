import { UserError } from '../../../errors.ts'
import { type HostName, identifyingNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { peek } from '../../readers/peek.ts'
import { type Control, controlRecords, evidenceOf, readControl, readResult, type Result, statusOf } from './control.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'

/** Controls are held until the file ends, as it names version and platform anywhere; a profile has some hundreds. */
const MAX_CONTROLS = 50_000

type Layout = 'json' | 'json-min' | 'log'

function layoutOf(head: string): Layout | null {
  const outline = jsonOutline(head)
  if (!outline || outline.list) return null
  const { members } = outline
  if (members.has('profiles') && (members.has('platform') || members.has('statistics')))
    return /"controls"\s*:/.test(head) && /"(?:sha256|supports|code_desc|source_location|title|attributes)"\s*:/.test(head) ? 'json' : null
  if (members.has('controls') && /"profile_(?:id|sha256)"\s*:/.test(head)) return 'json-min'
  if (members.has('profile') && members.has('results') && members.has('impact') && members.has('platform') && /"code_desc"\s*:/.test(head))
    return 'log'
  return null
}

/** The host or account that was looked at. */
interface Platform {
  name: string
  release: string
  target_id: string
}

const readPlatform = (value: unknown): Platform => {
  const item = fieldsOf(value)
  return { name: textOf(item['name']), release: textOf(item['release']), target_id: textOf(item['target_id']).slice(0, 300) }
}

/**
 * Chef InSpec, CINC Auditor: reporters `json`, `json-min` and `json-automate`, and the log of controls line by line. Formats:
 * https://docs.chef.io/inspec/reporters/
 */
export const inspec: Importer = reads({
  id: 'inspec',
  title: 'Chef InSpec, CINC Auditor (JSON)',
  version: 1,
  detect: ({ text: head }: Head) => layoutOf(head) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(head)
    if (layout === 'json') yield* readReport(bytes)
    else if (layout === 'json-min') yield* readMinimal(bytes)
    else if (layout === 'log' || head.trim() === '') yield* readLog(bytes)
    else
      throw new UserError(
        'unreadable_report',
        'Expected InSpec JSON: an object with platform and profiles, or with controls that have a profile_id',
      )
  },
})

/** A DNS name that identifies a host; null for anything else. */
const nameOf = (said: string): HostName | null => identifyingNames([said]).find(({ type }) => type !== 'ip') ?? null

function assetOf(platform: Platform, names: AssetRecord['names']): AssetRecord {
  const host = nameOf(platform.target_id)
  if (platform.target_id) names.push({ type: 'agent_id', name: `inspec:${platform.target_id}` })
  if (host?.type === 'fqdn') names.push(host)
  const os = [platform.name, platform.release].filter(Boolean).join(' ')
  const provider = ({ aws: 'aws', azure: 'azure', gcp: 'gcp' } as const)[platform.name.toLowerCase() as 'aws']
  const family = provider ? null : parseOsFamily(platform.name)
  return {
    kind: 'asset',
    asset: 'target',
    type: provider ? 'account' : 'device',
    name: names.find(({ type }) => type === 'fqdn')?.name ?? names.find(({ type }) => type === 'hostname')?.name ?? platform.target_id,
    names,
    ...((provider || os) && { attributes: provider ? { cloud_provider: provider } : { os, ...(family && { os_family: family }) } }),
  }
}

interface About {
  version: string
  platform: Platform
  names: AssetRecord['names']
  /** When the report itself says it; else the first start of a test. */
  time: string
}

function* records(about: About, controls: Control[]): Generator<FileRecord> {
  const started = controls.map((one) => one.started).filter(Boolean)
  const times = [about.time, ...started].map(parseInstant).filter((one) => one !== null)
  yield {
    kind: 'report',
    source: 'inspec',
    tool: 'InSpec',
    tool_version: /^\d/.test(about.version) ? about.version : null,
    observed_at: about.time ? (times[0] ?? null) : times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) : null,
  }
  const asset = assetOf(about.platform, about.names)
  yield asset
  const isEmpty = ({ evidence, status, started }: Control) => status === 'not_run' && evidence === '' && started === ''
  const answered = new Set(controls.filter((control) => !isEmpty(control)).map(({ name }) => name))
  const told = new Set<string>()
  for (const control of controls) {
    // A profile that wraps another one lists its controls again, without results.
    if (isEmpty(control) && answered.has(control.name)) continue
    told.add(control.profile)
    yield* controlRecords(control, asset.asset)
  }
  if (told.size > 0) yield { kind: 'coverage', asset: asset.asset, subject: 'control', checks: nameOfSet(told, 'profiles') || 'InSpec' }
}

const tooMany = () => new UserError('unreadable_report', `The report has more than ${MAX_CONTROLS} controls`)

/** Reporters json and json-automate. */
async function* readReport(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const about: About = { version: '', platform: readPlatform(null), names: [], time: '' }
  /** Profiles by their place in the file; a name comes before or after the controls. */
  const profiles = new Map<string, string>()
  const held: { place: string; value: unknown; at: string }[] = []
  const simple = ['version', 'platform', 'node_uuid', 'node_name', 'fqdn', 'ipaddress', 'end_time'].map((name) => `$.${name}`)
  for await (const matches of readJson(bytes, [...simple, '$.profiles[*].name', '$.profiles[*].controls[*]']).batches)
    for (const { path, at, value } of matches) {
      const place = /^profiles\[\d+\]/.exec(at)?.[0] ?? ''
      if (path === '$.version') about.version = textOf(value)
      else if (path === '$.platform') about.platform = readPlatform(value)
      else if (path === '$.end_time') about.time = textOf(value)
      else if (path === '$.node_uuid' && textOf(value)) about.names.push({ type: 'agent_id', name: `chef:${textOf(value).slice(0, 200)}` })
      else if (path === '$.fqdn' || path === '$.node_name') {
        const name = nameOf(textOf(value))
        if (name && !about.names.some((one) => one.name === name.name)) about.names.push(name)
      } else if (path === '$.profiles[*].name') profiles.set(place, textOf(value).slice(0, 150))
      else if (path === '$.profiles[*].controls[*]') {
        if (held.length >= MAX_CONTROLS) throw tooMany()
        const item = fieldsOf(value)
        // The source code of the control is the largest part, and not needed.
        delete item['code']
        held.push({ place, value: item, at })
      }
    }
  const read: Control[] = []
  const skipped: FileRecord[] = []
  for (const { place, value, at } of held) {
    const control = readControl(value, profiles.get(place) ?? '', at)
    if (control) read.push(control)
    else skipped.push({ kind: 'skipped', at, reason: 'Expected a control with an id' })
  }
  yield records(about, read)
  yield skipped
}

/** Reporter json-min: one entry for each test, without titles, platform and time. */
async function* readMinimal(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const about: About = { version: '', platform: readPlatform(null), names: [], time: '' }
  const tests = new Map<string, { at: string; profile: string; id: string; results: Result[] }>()
  const skipped: FileRecord[] = []
  for await (const matches of readJson(bytes, ['$.version', '$.controls[*]']).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.version') {
        about.version = textOf(value)
        continue
      }
      const item = fieldsOf(value)
      const [id, profile] = [textOf(item['id']), textOf(item['profile_id']).slice(0, 150)]
      if (id === '') {
        skipped.push({ kind: 'skipped', at, reason: 'Expected an entry with the id of its control' })
        continue
      }
      const key = `${profile} ${id}`
      const held = tests.get(key) ?? { at, profile, id, results: [] }
      if (held.results.length < 1000) held.results.push(readResult(item))
      if (tests.size >= MAX_CONTROLS) throw tooMany()
      tests.set(key, held)
    }
  const controls = [...tests.values()].map(({ at, profile, id, results }): Control => {
    const control = readControl({ id }, profile, at)!
    return { ...control, status: statusOf(results), evidence: evidenceOf(results) }
  })
  yield records(about, controls)
  yield skipped
}

/** One control after the other, as the audit cookbook's log handlers write them: each line has profile and platform. */
async function* readLog(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const hosts = new Map<string, { platform: Platform; controls: Control[] }>()
  const skipped: FileRecord[] = []
  let count = 0
  for await (const matches of readJson(bytes, ['$']).batches)
    for (const { value, document } of matches) {
      const item = fieldsOf(value)
      const at = `document ${document + 1}`
      const control = readControl(item, textOf(fieldsOf(item['profile'])['name']).slice(0, 150), at)
      if (!control) {
        skipped.push({ kind: 'skipped', at, reason: 'Expected a control with an id' })
        continue
      }
      if (++count > MAX_CONTROLS) throw tooMany()
      const platform = readPlatform(item['platform'])
      const host = hosts.get(platform.target_id) ?? { platform, controls: [] }
      host.controls.push(control)
      hosts.set(platform.target_id, host)
    }
  if (hosts.size === 0) hosts.set('', { platform: readPlatform(null), controls: [] })
  for (const { platform, controls } of hosts.values()) yield records({ version: '', platform, names: [], time: '' }, controls)
  yield skipped
}
