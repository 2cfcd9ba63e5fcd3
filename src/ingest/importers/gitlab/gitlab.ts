import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { codeAsset } from '../../../model/code-asset.ts'
import type { AssetRecord, CoverageRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { AfterHead } from '../../readers/after-head.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'
import { Waiting } from '../../readers/waiting.ts'
import { assetOf, hostAsset, imageAsset } from './assets.ts'
import { newContext, readVulnerability } from './findings.ts'
import { DependencyFile, isAboutPackages, Scan, typeOf, Vulnerability } from './report.ts'

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
    const reading = new Reading()
    const paths = ['$.scan', '$.vulnerabilities[*]', '$.dependency_files[*]']
    yield* readJson(bytes, paths).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path === '$.scan') yield* reading.takeScan(safeParse(Scan, value).data ?? null)
        else if (path === '$.dependency_files[*]') yield* reading.takeSoftware(value, at)
        else yield* reading.takeItem(value, at)
      }
    })
    yield reading.end()
  },
})

/** An item, or why it cannot be read. */
interface Item {
  item: Vulnerability | string
  at: string
}

/** A report while it is read. What it says of its scan often stands behind its items. */
class Reading {
  /** Undefined until it is read; null when it cannot be, or there is none. */
  private scan: Scan | null | undefined
  private readonly context = newContext()
  /** Which were told, and whether with their attributes: not every item says the operating system. */
  private readonly assets = new Map<string, boolean>()
  private readonly types = new Set<string>()
  private listsSoftware = false
  /** From the first item on of which only the scan says what kind it is. */
  private readonly untyped = new Waiting<Item>('GitLab')
  private isTyped = true
  private readonly after = new AfterHead('GitLab', () => [this.report()]);

  *takeScan(scan: Scan | null): Generator<FileRecord> {
    this.scan = scan
    for (const one of this.untyped.take()) yield* this.tell(this.recordsOf(one))
  }

  *takeItem(value: unknown, at: string): Generator<FileRecord> {
    const read = safeParse(Vulnerability, value)
    const one = { item: read.success ? read.data : z.prettifyError(read.error), at }
    if (read.success && read.data.category === undefined) this.isTyped = false
    if (this.isTyped || this.scan !== undefined) yield* this.tell(this.recordsOf(one))
    else this.untyped.add(one)
  }

  *takeSoftware(value: unknown, at: string): Generator<FileRecord> {
    this.listsSoftware = true
    yield* this.tell(this.news(codeAsset('repository')))
    yield* this.tell(softwareOf(value, at))
  }

  *end(): Generator<FileRecord> {
    if (this.scan === undefined) yield* this.takeScan(null)
    yield* this.after.end()
    const scan = this.scan ?? null
    for (const asset of scannedAssets(scan)) yield* this.news(asset)
    if (this.assets.size === 0) yield* this.news(this.unnamed())
    if (scan?.status !== 'failure') yield* this.coverage()
  }

  private tell(records: Iterable<FileRecord>): Generator<FileRecord> {
    return this.after.tell(records, this.scan !== undefined)
  }

  private report(): FileRecord {
    const { scan } = this
    return {
      kind: 'report',
      source: 'gitlab',
      tool: scan?.scanner?.name ?? null,
      tool_version: scan?.scanner?.version ?? null,
      observed_at: parseInstant(scan?.end_time ?? scan?.start_time ?? ''),
    }
  }

  private *recordsOf({ item, at }: Item): Generator<FileRecord> {
    if (typeof item === 'string') {
      yield { kind: 'skipped', at, reason: item }
      return
    }
    const type = typeOf(item, this.scan ?? null)
    this.types.add(type)
    const asset = assetOf(item, type)
    yield* this.news(asset)
    yield* readVulnerability(item, type, asset.asset, at, this.context)
  }

  private news(asset: AssetRecord): AssetRecord[] {
    const isSaid = asset.attributes !== undefined
    const before = this.assets.get(asset.asset)
    if (before !== undefined && (before || !isSaid)) return []
    this.assets.set(asset.asset, isSaid)
    return [asset]
  }

  /** What the person names where nothing in the report does. */
  private unnamed(): AssetRecord {
    const type = this.scan?.type ?? [...this.types][0]
    return type === 'container_scanning' || type === 'cluster_image_scanning' ? imageAsset('') : codeAsset('repository')
  }

  /** What this analyzer, and no other, looks for. A DAST scan sees what anybody sees. */
  private *coverage(): Generator<CoverageRecord> {
    const { scan, types, context } = this
    const type = scan?.type ?? ([...types].toSorted().join(', ') || 'unknown')
    const checks = scan?.scanner?.id ? `${type}/${scan.scanner.id}` : type
    const subjects = new Set<CoverageRecord['subject']>([isAboutPackages(type) ? 'vulnerability' : 'control', ...context.subjects])
    for (const asset of this.assets.keys()) {
      for (const subject of subjects)
        yield { kind: 'coverage', asset, subject, checks, ...(/dast|api_fuzzing/.test(type) && { access: 'remote' as const }) }
    }
    if (this.listsSoftware) yield { kind: 'coverage', asset: 'repository', subject: 'software' }
  }
}

/** The assets that were looked at, also without a finding. */
function* scannedAssets(scan: Scan | null): Generator<AssetRecord> {
  for (const { url } of scan?.scanned_resources ?? []) {
    const host = url ? hostAsset(url) : null
    if (host) yield host
  }
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
