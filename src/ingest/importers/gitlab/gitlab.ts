import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import type { AssetRecord, CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'
import { assetOf, hostAsset, imageAsset } from './assets.ts'
import { type Context, newContext, readVulnerability } from './findings.ts'
import { DependencyFile, isAboutPackages, Scan, typeOf, Vulnerability } from './report.ts'

const MOST = 200_000

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const vulnerabilities = outline?.members.get('vulnerabilities')
  if (!outline || outline.list || typeof vulnerabilities !== 'object' || vulnerabilities === null || !vulnerabilities.text.startsWith('['))
    return false
  const scan = outline.members.get('scan')
  if (typeof scan === 'object' && scan !== null) {
    const members = jsonOutline(scan.text)?.members
    if (members?.has('scanner') && members.has('type')) return true
  }
  const first = jsonOutline(vulnerabilities.text)
  const [identifiers, location] = [first?.members.get('identifiers'), first?.members.get('location')]
  return (
    typeof identifiers === 'object' &&
    identifiers !== null &&
    identifiers.text.startsWith('[') &&
    typeof location === 'object' &&
    location !== null
  )
}

/** GitLab's security reports of all kinds. Format: https://gitlab.com/gitlab-org/security-products/security-report-schemas */
export const gitlab: Importer = reads({
  id: 'gitlab',
  title: 'GitLab security reports (dependency, container, SAST, secrets, DAST, API fuzzing)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!jsonOutline(text)?.members.has('vulnerabilities'))
      throw new UserError('unreadable_report', 'Expected a GitLab security report: an object with "vulnerabilities" and "scan"')
    let scan: Scan | null = null
    // What kind of report it is may stand behind its items.
    const items: { item: Vulnerability; at: string }[] = []
    const waiting = new Waiting('GitLab')
    let listsSoftware = false
    for await (const matches of readJson(bytes, ['$.scan', '$.vulnerabilities[*]', '$.dependency_files[*]']).batches)
      for (const { path, at, value } of matches) {
        if (path === '$.scan') scan = safeParse(Scan, value).data ?? null
        else if (path === '$.dependency_files[*]') {
          listsSoftware = true
          waiting.addAll(softwareOf(value, at))
        } else {
          const read = safeParse(Vulnerability, value)
          if (!read.success) waiting.add({ kind: 'skipped', at, reason: z.prettifyError(read.error) })
          else items.push({ item: read.data, at })
          if (items.length > MOST) throw new UserError('unreadable_report', `The GitLab report holds more than ${MOST} items: split it`)
        }
      }
    const context = newContext()
    const assets = new Map<string, AssetRecord>()
    const types = new Set<string>()
    const records: FileRecord[] = []
    for (const { item, at } of items) {
      const type = typeOf(item, scan)
      types.add(type)
      const asset = assetOf(item, type)
      assets.set(asset.asset, asset)
      for (const record of readVulnerability(item, type, asset.asset, at, context)) records.push(record)
    }
    yield {
      kind: 'report',
      source: 'gitlab',
      tool: scan?.scanner?.name ?? null,
      tool_version: scan?.scanner?.version ?? null,
      observed_at: parseInstant(scan?.end_time ?? scan?.start_time ?? ''),
    }
    const scanned = addScanned(assets, scan, types, listsSoftware)
    yield assets.values()
    if (scan?.status !== 'failure') yield coverage(scanned, scan, types, context, listsSoftware)
    yield records
    yield waiting.take()
  },
})

/** The assets that were looked at without a finding; one to be named by the person where nothing names any. Returns the keys of all. */
function addScanned(assets: Map<string, AssetRecord>, scan: Scan | null, types: Set<string>, listsSoftware: boolean): string[] {
  const type = scan?.type ?? [...types][0]
  for (const { url } of scan?.scanned_resources ?? []) {
    const host = url ? hostAsset(url) : null
    if (host) assets.set(host.asset, host)
  }
  if (listsSoftware && !assets.has('repository')) assets.set('repository', codeAsset('repository'))
  if (assets.size === 0) {
    const none = type === 'container_scanning' || type === 'cluster_image_scanning' ? imageAsset('') : codeAsset('repository')
    assets.set(none.asset, none)
  }
  return [...assets.keys()]
}

/** What this analyzer, and no other, looks for. A DAST scan sees what anybody sees. */
function* coverage(
  assets: string[],
  scan: Scan | null,
  types: Set<string>,
  context: Context,
  listsSoftware: boolean,
): Generator<CoverageRecord> {
  const type = scan?.type ?? ([...types].toSorted().join(', ') || 'unknown')
  const checks = scan?.scanner?.id ? `${type}/${scan.scanner.id}` : type
  const subjects = new Set<CoverageRecord['subject']>([isAboutPackages(type) ? 'vulnerability' : 'control', ...context.subjects])
  for (const asset of assets) {
    for (const subject of subjects)
      yield { kind: 'coverage', asset, subject, checks, ...(/dast|api_fuzzing/.test(type) && { access: 'remote' as const }) }
  }
  if (listsSoftware) yield { kind: 'coverage', asset: 'repository', subject: 'software' }
}

function* softwareOf(value: unknown, at: string): Generator<FileRecord> {
  const read = safeParse(DependencyFile, value)
  if (!read.success) yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
  for (const { package: own, version } of read.data?.dependencies ?? []) {
    if (own?.name)
      yield {
        kind: 'software',
        asset: 'repository',
        name: own.name,
        ...(version && { version }),
        ...(read.data?.path && { place: read.data.path }),
      }
  }
}
