import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { UserError } from '../errors.ts'
import type { FileRecord, ReportRecord } from '../model/record.ts'
import { DAY_US, formatInstant, type Instant, NEVER, parseInstant } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { findSame, type ImportCounts, nextImport, noCounts, writeImport } from '../store/imports.ts'
import { inputPath } from '../store/inputs.ts'
import { addOrgIn, addTenant, findOrg, listOrgs, type Org } from '../store/orgs.ts'
import type { Store } from '../store/store.ts'
import { AssetCount } from './asset-count.ts'
import { detect } from './detect.ts'
import type { Feed, Importer, ParseOptions, Source } from './importer.ts'
import { openBytes, openFile } from './readers/file.ts'
import { FeedStaging } from './staging/feed.ts'
import { ReportStaging } from './staging/report.ts'
import { createStaging } from './staging/tables.ts'

/** A file on disk, or one in memory. */
export type Input = string | { name: string; bytes: Uint8Array }

export interface ImportOptions {
  /** Slug of the organisation; default: by tenant, else the first that is not the demo. */
  org?: string
  /** Id of an importer or feed; default: by content. */
  format?: string
  /** When the tool looked, for a report that does not say: ISO 8601. */
  observed_at?: string
  /** Name of the asset, for a report that does not say. */
  asset?: string
  /** Who says so, when two installations of one tool must not replace each other. */
  source?: string
  /** Column mapping of a CSV: our field → the file's column. */
  columns?: Record<string, string>
  /** Who imports, for the log. */
  actor: string
  /** The file's own name, when the path is a temporary one. */
  name?: string
  /** Take nothing but this format: what was fetched as a feed must be that feed. */
  only?: string
  /** When a feed was fetched: from when it holds if it does not say itself. The same bytes as its newest import are then nothing new, whenever they come. */
  fetched_at?: Instant
  /** Refuse a list that says to be complete and has fewer entries than this share of the newest one before it. */
  least_kept?: number
  onProgress?: (progress: { bytes: number; total_bytes: number; records: number; state: 'reading' | 'storing' }) => void
}

export interface ImportResult {
  /** The same bytes with the same options were imported before: nothing changed. */
  unchanged: boolean
  import_no: number
  /** Slug; null for facts about the world. */
  org: string | null
  format: string
  title: string
  kind: 'report' | 'feed'
  counts: ImportCounts
}

/** What `inspect` says about a file without writing anything. */
export interface Inspection {
  file: string
  format: string | null
  tool: string | null
  tool_version: string | null
  observed_at: string | null
  assets: number
  findings: number
  vulnerabilities: number
  controls: number
  results: number
  software: number
  /** Of a document of statements (VEX). */
  statements: number
  skipped: number
  closed_items: number
  error: { code: string; message: string } | null
}

/** How many skipped items, and how many that are stated as closed, are kept with their place and reason. */
const MOST_SKIPPED = 1000

/** A report whose newest look is older than this shows in the past only: the least staleness of a source. */
const STALE = 30 * DAY_US

/** Bytes of a file that are read at once. */
const PIECE = 256 * 1024

/** How far in the future a clock may be before a report is refused. */
const CLOCK_SKEW = DAY_US

const isFeed = (importer: Importer | Feed): importer is Feed => 'url' in importer

/** `name` is the file's own, when the path is a temporary one. */
const open = (input: Input, name: string | undefined) =>
  typeof input === 'string'
    ? openFile(input, name === undefined ? {} : { name: basename(name) })
    : openBytes(name === undefined ? input.name : basename(name), input.bytes)

/** Counts records at the grain of the report. */
class Counter {
  private readonly kept = noCounts()
  private readonly assets = new AssetCount()
  private readonly vulnerabilities = new Set<string>()
  private readonly controls = new Set<string>()
  records = 0

  /** Of all records so far; always the same object. */
  get counts(): ImportCounts {
    this.kept.assets = this.assets.size
    this.kept.vulnerabilities = this.vulnerabilities.size
    this.kept.controls = this.controls.size
    return this.kept
  }

  add(record: FileRecord): void {
    this.records++
    const counts = this.kept
    if (record.kind === 'finding') {
      counts.findings++
      for (const id of record.vulnerability_ids ?? []) this.vulnerabilities.add(id)
    } else if (record.kind === 'control_result') {
      counts.results++
      if (record.status === 'fail') counts.findings++
    } else if (record.kind === 'statement') {
      counts.statements = (counts.statements ?? 0) + 1
      this.vulnerabilities.add(record.vulnerability_id)
    } else if (record.kind === 'asset') this.assets.tell(record.asset, record.names)
    else if (record.kind === 'control') this.controls.add(record.control_id)
    else if (record.kind === 'software') counts.software++
    else if (record.kind === 'skipped') counts.skipped++
    else if (record.kind === 'closed') counts.closed_items = (counts.closed_items ?? 0) + 1
    else if (record.kind === 'vulnerability') this.vulnerabilities.add(record.vulnerability_id)
    else if ('vulnerability_id' in record || record.kind === 'end_of_life') {
      counts.entries = (counts.entries ?? 0) + 1
      if ('vulnerability_id' in record) this.vulnerabilities.add(record.vulnerability_id)
    }
  }
}

/** Reads a file whole without writing anything. Never throws for a file's sake: `error` says what is wrong with it. */
export async function inspectFile(
  input: Input,
  options: { format?: string; columns?: Record<string, string>; name?: string } = {},
): Promise<Inspection> {
  const file = options.name ?? (typeof input === 'string' ? input : input.name)
  const counter = new Counter()
  let format: string | null = null
  let report: ReportRecord | null = null
  let newest: Instant | null = null
  const answer = (error: Inspection['error']): Inspection => {
    const { assets, findings, vulnerabilities, controls, results, software, statements = 0, skipped, closed_items = 0 } = counter.counts
    return {
      file,
      format,
      tool: report?.tool ?? null,
      tool_version: report?.tool_version ?? null,
      observed_at: formatInstant(newest),
      assets,
      findings,
      vulnerabilities,
      controls,
      results,
      software,
      statements,
      skipped,
      closed_items,
      error,
    }
  }
  try {
    const { head, source } = await open(input, options.name)
    const importer = detect(head, options.format)
    format = importer.id
    for await (const record of importer.parse(source, { columns: options.columns })) {
      if (record.kind === 'report') report ??= record
      const at = record.kind === 'report' || record.kind === 'asset' ? (record.observed_at ?? null) : null
      if (at !== null) newest = Math.max(newest ?? 0, at)
      counter.add(record)
    }
    return answer(null)
  } catch (error) {
    if (error instanceof UserError) return answer({ code: error.code, message: error.message })
    throw error
  }
}

/**
 * Imports one file: whole or not at all. The same bytes with the same options change nothing the second time, and the result says so.
 * What is derived (scores, events) is not computed here: call `compute` after the last file. Throws UserError for whatever the person
 * can mend: unknown_format, format_not_read, unreadable_report, damaged_file, empty_file, observed_at_needed, asset_needed, observed_in_future,
 * mixed_tenants, tenant_elsewhere, bad_instant, not_the_feed, feed_shrunken.
 */
export async function importFile(store: Store, input: Input, options: ImportOptions): Promise<ImportResult> {
  const observed_at = options.observed_at === undefined ? (options.fetched_at ?? null) : parseInstant(options.observed_at)
  if (options.observed_at !== undefined && observed_at === null)
    throw new UserError(
      'bad_instant',
      `"${options.observed_at}" is not a date or date-time: expected ISO 8601 such as 2026-08-12 or 2026-08-12T10:00:00Z`,
    )
  const { input_digest, input_bytes } = await digestOf(input)
  const { head, source } = await open(input, options.name)
  const importer = detect(head, options.format)
  if (options.only !== undefined && importer.id !== options.only)
    throw new UserError('not_the_feed', `${head.name} is ${importer.title}, not ${options.only}: what we have stays`)
  const kept = JSON.stringify({
    observed_at,
    asset: options.asset ?? null,
    source: options.source ?? null,
    columns: options.columns ?? null,
  })
  const again = options.fetched_at === undefined ? null : await newestOf(store.engine, importer.id)
  const same = await unchanged(store, importer, input_digest, again?.input_digest === input_digest ? again.options : kept, options)
  if (same) return same
  return store.engine.transaction(async (transaction): Promise<ImportResult> => {
    const reading = new Reading(store, transaction, importer, options, observed_at)
    reading.total_bytes = input_bytes
    // Compressed beside the reading, on a thread of its own, in this import's turn: retention removes none meanwhile.
    const [read, kept_input] = await Promise.allSettled([reading.read(source), keepInput(store, input, input_digest)])
    for (const each of [read, kept_input]) {
      if (each.status === 'fulfilled') continue
      if (kept_input.status === 'fulfilled' && kept_input.value === 'new') await rm(inputPath(store.data, input_digest), { force: true })
      throw each.reason
    }
    const { counts, org } = reading
    const report = reading.report!
    if (options.least_kept !== undefined && report.complete) await refuseShrunken(transaction, importer.id, reading, options.least_kept)
    await writeImport(transaction, {
      import_no: reading.import_no,
      org_id: org?.org_id ?? null,
      kind: isFeed(importer) ? 'feed' : 'report',
      format: importer.id,
      format_version: importer.version,
      source: reading.source,
      tool: report.tool,
      tool_version: report.tool_version,
      file_name: head.name.slice(0, 300),
      observed_at: reading.newest,
      recorded_at: store.now(),
      actor: options.actor,
      input_digest,
      input_bytes,
      options: kept,
      counts,
      undoes_import_no: null,
    })
    await transaction.append(
      'skipped_item',
      ['import_no', 'place', 'reason'],
      [...reading.skipped, ...reading.closed].map(({ at, reason }) => [reading.import_no, at.slice(0, 500), reason.slice(0, 1000)]),
    )
    return {
      unchanged: false,
      import_no: reading.import_no,
      org: org?.slug ?? null,
      format: importer.id,
      title: importer.title,
      kind: isFeed(importer) ? 'feed' : 'report',
      counts,
    }
  })
}

/** One file on its way into the store. */
class Reading {
  readonly counter = new Counter()
  readonly skipped: { at: string; reason: string }[] = []
  readonly closed: { at: string; reason: string }[] = []
  import_no = 0
  total_bytes = 0
  bytes = 0
  report: ReportRecord | null = null
  source: string | null = null
  org: Org | null = null
  newest: Instant | null = null
  private staging: ReportStaging | FeedStaging | null = null
  private readonly store: Store
  private readonly transaction: Engine
  private readonly importer: Importer | Feed
  private readonly options: ImportOptions
  private readonly observed_at: Instant | null

  constructor(store: Store, transaction: Engine, importer: Importer | Feed, options: ImportOptions, observed_at: Instant | null) {
    this.store = store
    this.transaction = transaction
    this.importer = importer
    this.options = options
    this.observed_at = observed_at
  }

  get counts(): ImportCounts {
    return this.counter.counts
  }

  async read(source: Source): Promise<void> {
    this.import_no = await nextImport(this.transaction)
    try {
      await this.readRecords(source)
    } catch (error) {
      await this.staging?.settled().catch(() => {}) // the first error is the one to tell
      throw error
    }
    if (!this.report)
      throw new UserError(
        'unreadable_report',
        `${source.name} looks like ${this.importer.title}, but says nothing about itself or any asset`,
      )
    this.options.onProgress?.({ bytes: this.bytes, total_bytes: this.total_bytes, records: this.counter.records, state: 'storing' })
    await this.endReport()
    const { newest } = this
    if (!isFeed(this.importer) && this.counts.assets > 0 && newest !== null && this.store.now() - newest > STALE) {
      const day = formatInstant(newest).slice(0, 10)
      this.counts.notes.push(
        `The newest look in it is of ${day}: it counts in the scores of that time, not in today's. See plimsoll score --as-of ${day}`,
      )
    }
  }

  private async readRecords(source: Source): Promise<void> {
    const parseOptions: ParseOptions = { columns: this.options.columns }
    let told = 0
    const { batches } = this.importer.parse({ name: source.name, bytes: () => this.watch(source) }, parseOptions)
    for await (const batch of batches) {
      for (const record of batch) {
        const taken = this.add(record)
        if (taken) await taken
      }
      if (this.counter.records - told >= 5000) {
        told = this.counter.records
        this.options.onProgress?.({ bytes: this.bytes, total_bytes: this.total_bytes, records: told, state: 'reading' })
      }
    }
  }

  private async *watch(source: Source): AsyncGenerator<Uint8Array> {
    for await (const chunk of source.bytes()) {
      this.bytes += chunk.length
      yield chunk
    }
  }

  /** Takes a record. A promise when it is to be waited for before the next one: hardly any is, and there are millions. */
  private add(record: FileRecord): Promise<unknown> | undefined {
    this.counter.add(record)
    if (record.kind === 'report') return this.beginReport(record)
    if (record.kind === 'skipped') {
      if (this.skipped.length < MOST_SKIPPED) this.skipped.push({ at: record.at, reason: record.reason })
      return undefined
    }
    if (record.kind === 'closed' && this.closed.length < MOST_SKIPPED)
      this.closed.push({ at: record.at, reason: `Stated as closed: ${record.reason}` })
    if (!this.staging) throw new Error(`importer ${this.importer.id} yields a ${record.kind} before a report`)
    return this.staging.add(record.kind === 'asset' ? this.named(record) : record)
  }

  /** An asset that the report does not name takes the name that the person gives. Also checks its time. */
  private named(record: FileRecord & { kind: 'asset' }): FileRecord {
    const at = this.observed(record.observed_at ?? this.report!.observed_at)
    this.newest = Math.max(this.newest ?? 0, at)
    const observed = { ...record, observed_at: at }
    if (record.names.length) return observed
    if (this.options.asset === undefined) {
      throw new UserError(
        'asset_needed',
        `${this.importer.title} does not say which asset this is about: name it with --asset, for example the repository or the host`,
        { status: 422 },
      )
    }
    const name = this.options.asset.trim().slice(0, 300)
    return { ...observed, name, names: [{ type: 'label', name: `${this.source}/${name}` }] }
  }

  private observed(stated: Instant | null | undefined): Instant {
    const at = stated ?? this.observed_at
    if (at === null)
      throw new UserError(
        'observed_at_needed',
        `${this.importer.title} does not say when the tool looked: give the time with --observed-at, for example --observed-at 2026-08-12T10:00:00Z`,
        { status: 422 },
      )
    if (at > this.store.now() + CLOCK_SKEW)
      throw new UserError('observed_in_future', `the report says that the tool looked at ${formatInstant(at)}, which is in the future`)
    return at
  }

  private async beginReport(stated: ReportRecord): Promise<void> {
    await this.endReport()
    await createStaging(this.transaction)
    const { transaction, options } = this
    const source = options.source ?? stated.source
    this.source ??= source
    const report = { ...stated, source, complete: (stated.complete ?? false) && !source.startsWith('demo-') }
    this.report = report
    if (isFeed(this.importer)) {
      const at = this.observed(report.observed_at)
      this.newest = Math.max(this.newest ?? 0, at)
      this.staging = new FeedStaging(transaction, this.import_no, report, at)
      await this.staging.begin()
      return
    }
    const org = await route(this.store, transaction, report.tenant_id, options.org, this.org)
    this.org = org
    let at = report.observed_at ?? this.observed_at
    if (at !== null || report.document) at = this.observed(at)
    if (report.document) this.newest = Math.max(this.newest ?? 0, at!)
    this.staging = new ReportStaging(transaction, org.org_id, this.import_no, report, at)
  }

  private async endReport(): Promise<void> {
    if (!this.staging) return
    const { opened, closed, notes, many_closed } = await this.staging.end()
    this.counts.notes.push(...notes.filter((note) => !this.counts.notes.includes(note)).slice(0, 20))
    this.counts.opened += opened
    this.counts.closed += closed
    if (many_closed) this.counts.many_closed = [...(this.counts.many_closed ?? []), many_closed]
    this.staging = null
  }
}

/** The organisation that a report belongs to. Makes "My organisation" for the very first one. */
async function route(
  store: Store,
  transaction: Engine,
  tenant: string | undefined,
  slug: string | undefined,
  sofar: Org | null,
): Promise<Org> {
  const orgs = await listOrgs(transaction)
  const tenant_id = tenant?.toLowerCase()
  const owner = tenant_id === undefined ? undefined : orgs.find((org) => org.tenants.includes(tenant_id))
  if (sofar && owner && owner.org_id !== sofar.org_id)
    throw new UserError('mixed_tenants', `the file speaks about tenants of two organisations, ${sofar.name} and ${owner.name}: split it`)
  if (slug !== undefined) {
    const named = (await findOrg(transaction, slug))!
    if (owner && owner.org_id !== named.org_id)
      throw new UserError('tenant_elsewhere', `tenant ${tenant_id} belongs to ${owner.name}, not to ${named.name}`, { status: 409 })
    if (tenant_id !== undefined && !owner) await addTenant(transaction, named.org_id, tenant_id)
    return named
  }
  if (owner) return owner
  const home = sofar ?? orgs.find((org) => !org.demo) ?? (await addOrgIn(transaction, { name: 'My organisation', now: store.now() }))
  if (tenant_id === undefined) return home
  if (home.tenants.length) {
    throw new UserError(
      'tenant_unknown',
      `tenant ${tenant_id} belongs to no organisation yet, and ${home.name} has another tenant: say whose it is with --org, or add an organisation`,
      { status: 409 },
    )
  }
  await addTenant(transaction, home.org_id, tenant_id)
  return { ...home, tenants: [tenant_id] }
}

/** The import of a format, not undone, that holds from the latest instant; null when there is none. */
async function newestOf(
  engine: Engine,
  format: string,
): Promise<{ input_digest: string; options: string; observed_at: Instant; counts: string } | null> {
  const [newest] = await engine.query<{ input_digest: string; options: string; observed_at: Instant; counts: string }>(
    `select input_digest, options, observed_at, counts from import where format = $format and undone_in = $never and observed_at is not null
     order by observed_at desc, import_no desc limit 1`,
    { format, never: NEVER },
  )
  return newest ?? null
}

/** A list that shrank a lot is more often a broken download than news, and would withdraw whatever it lacks. */
async function refuseShrunken(transaction: Engine, format: string, { counts, newest }: Reading, least_kept: number): Promise<void> {
  const before = await newestOf(transaction, format)
  if (!before || newest === null || newest < before.observed_at) return
  const { entries = 0 } = JSON.parse(before.counts) as ImportCounts
  if ((counts.entries ?? 0) >= entries * least_kept) return
  throw new UserError(
    'feed_shrunken',
    `the list has ${counts.entries ?? 0} entries, the one before had ${entries}: that looks like a broken download, so what we have stays. If it is right, import it with plimsoll feeds update --accept-shrunken`,
    { status: 502 },
  )
}

async function unchanged(
  store: Store,
  importer: Importer | Feed,
  input_digest: string,
  options: string,
  asked: ImportOptions,
): Promise<ImportResult | null> {
  const same = await findSame(store.engine, { format: importer.id, format_version: importer.version, input_digest, options })
  if (!same.length) return null
  const orgs = await listOrgs(store.engine)
  for (const { org_id, import_no, counts } of same) {
    const org = orgs.find((each) => each.org_id === org_id) ?? null
    if (org_id !== null && (!org || (asked.org === undefined ? org.demo : org.slug !== asked.org))) continue
    return {
      unchanged: true,
      import_no,
      counts,
      org: org?.slug ?? null,
      format: importer.id,
      title: importer.title,
      kind: isFeed(importer) ? 'feed' : 'report',
    }
  }
  return null
}

async function digestOf(input: Input): Promise<{ input_digest: string; input_bytes: number }> {
  const hash = createHash('sha256')
  if (typeof input !== 'string') return { input_digest: hash.update(input.bytes).digest('hex'), input_bytes: input.bytes.length }
  const found = await stat(input).catch((error: unknown) => {
    throw new UserError('no_such_file', `${input}: there is no such file`, { cause: error })
  })
  if (!found.isFile()) throw new UserError('not_a_file', `${input} is not a file`)
  for await (const chunk of createReadStream(input, { highWaterMark: PIECE })) hash.update(chunk as Buffer)
  return { input_digest: hash.digest('hex'), input_bytes: found.size }
}

/** Keeps the raw input compressed as inputs/<digest>.gz, written beside and renamed, so that it is whole or not there. Says whether it was there before. */
async function keepInput(store: Store, input: Input, digest: string): Promise<'new' | 'known'> {
  const path = inputPath(store.data, digest)
  if (await stat(path).catch(() => null)) return 'known'
  await mkdir(dirname(path), { recursive: true })
  const part = `${path}.${process.pid}.part`
  try {
    await pipeline(
      typeof input === 'string' ? createReadStream(input, { highWaterMark: PIECE }) : Readable.from([input.bytes]),
      createGzip({ level: 1, chunkSize: PIECE }),
      createWriteStream(part),
    )
    await rename(part, path)
    return 'new'
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}
