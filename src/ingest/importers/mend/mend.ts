import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'
import { applicationAsset, platformAsset } from './assets.ts'
import { fromPlatform, Library, libraryName, Listed, PlatformFinding, readItem, Vitals, Vulnerability } from './items.ts'

type Layout = 'vulnerabilities' | 'libraries' | 'platform'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return null
  const { members } = outline
  const inner = (name: string) => {
    const member = members.get(name)
    return typeof member === 'object' && member !== null ? member.text : ''
  }
  if (inner('projectVitals').startsWith('{') && (members.has('libraries') || inner('projectVitals').includes('"productName"')))
    return 'libraries'
  if (members.has('supportToken') && inner('response').startsWith('[')) return 'platform'
  const first = jsonOutline(inner('vulnerabilities'))
  return first?.list && ['library', 'product', 'project', 'severity'].every((name) => first.members.has(name)) ? 'vulnerabilities' : null
}

/** Mend (WhiteSource) reports. Format: https://docs.mend.io/legacy-sca/latest/http-api-v1-4, https://api-docs.mend.io/platform/3.0 */
export const mend: Importer = reads({
  id: 'mend',
  title: 'Mend SCA / WhiteSource (JSON of the API, the unified agent and the platform)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (jsonOutline(text)?.members.has('vulnerabilities') ? 'vulnerabilities' : null)
    if (layout === 'libraries') yield* readLibraries(bytes)
    else if (layout === 'platform') yield* readPlatform(bytes)
    else if (layout === 'vulnerabilities') yield* readVulnerabilities(bytes)
    else
      throw new UserError(
        'unreadable_report',
        'Expected a Mend report: "vulnerabilities" with library and project, "projectVitals" with "libraries", or "response" with "supportToken"',
      )
  },
})

const report = (observed_at: Instant | null): FileRecord => ({
  kind: 'report',
  source: 'mend',
  tool: 'Mend SCA',
  tool_version: null,
  observed_at,
})

async function* readVulnerabilities(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield report(null)
  const known = new Set<string>()
  const described = new Set<string>()
  yield* readJson(bytes, ['$.vulnerabilities[*]']).tell(function* (matches) {
    for (const { at, value } of matches) {
      const read = safeParse(Listed, value)
      if (!read.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
        continue
      }
      const asset = applicationAsset(read.data.product, read.data.project)
      if (!known.has(asset.asset)) yield* cover(asset)
      known.add(asset.asset)
      yield* readItem(read.data, read.data.library, asset.asset, described)
    }
  })

  if (known.size === 0) yield cover(applicationAsset(undefined, undefined))
}

function* cover(asset: AssetRecord): Generator<FileRecord> {
  yield asset
  yield { kind: 'coverage', asset: asset.asset, subject: 'vulnerability' }
}

async function* readLibraries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let vitals: z.infer<typeof Vitals> | null = null
  const waiting = new Waiting('Mend')
  const described = new Set<string>()
  for await (const matches of readJson(bytes, ['$.projectVitals', '$.libraries[*]']).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.projectVitals') {
        vitals = safeParse(Vitals, value).data ?? null
        continue
      }
      const library = safeParse(Library, value)
      if (!library.success) {
        waiting.add({ kind: 'skipped', at, reason: z.prettifyError(library.error) })
        continue
      }
      const { version } = library.data
      waiting.add({ kind: 'software', asset: 'project', name: libraryName(library.data), ...(version && { version }) })
      for (const [index, one] of (library.data.vulnerabilities ?? []).entries()) {
        const item = safeParse(Vulnerability, one)
        if (item.success) waiting.addAll(readItem(item.data, library.data, 'project', described))
        else waiting.add({ kind: 'skipped', at: `${at}.vulnerabilities[${index}]`, reason: z.prettifyError(item.error) })
      }
    }
  yield report(vitals?.lastUpdatedDate ? parseInstant(vitals.lastUpdatedDate) : null)
  yield cover({ ...applicationAsset(vitals?.productName, vitals?.name), asset: 'project' })
  yield { kind: 'coverage', asset: 'project', subject: 'software' }
  yield waiting.take()
}

/** Pages of the platform's findings: whole when a page says that it has all. */
async function* readPlatform(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield report(null)
  const known = new Map<string, AssetRecord>()
  const described = new Set<string>()
  let total: number | null = null
  let listed = 0
  yield* readJson(bytes, ['$.response[*]', '$.additionalData.totalItems']).tell(function* (matches) {
    for (const { path, at, value } of matches) {
      if (path === '$.additionalData.totalItems') {
        total = typeof value === 'number' ? value : null
        continue
      }
      listed++
      const read = safeParse(PlatformFinding, value)
      if (!read.success) {
        yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
        continue
      }
      const asset = platformAsset(read.data.project, read.data.application?.name)
      if (!known.has(asset.asset)) yield asset
      known.set(asset.asset, asset)
      const status = read.data.findingInfo?.status
      if (status && !/^active$/i.test(status))
        yield { kind: 'skipped', at, reason: `${read.data.name}: ${status.toLowerCase()} in the tool` }
      else yield* readItem(fromPlatform(read.data), read.data.component ?? {}, asset.asset, described)
    }
  })

  if (known.size === 0) {
    const none = platformAsset(undefined, undefined)
    known.set(none.asset, none)
    yield none
  }
  if (total !== null && total === listed) for (const asset of known.keys()) yield { kind: 'coverage', asset, subject: 'vulnerability' }
}
