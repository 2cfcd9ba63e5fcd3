import type {
  AssetRecord,
  ControlRecord,
  ControlResultRecord,
  CoverageRecord,
  FileRecord,
  FindingClosedRecord,
  FindingRecord,
  ReportRecord,
  ScoreTotalRecord,
  SoftwareRecord,
  VulnerabilityRecord,
} from '../../model/record.ts'
import { stageRank } from '../../model/exploit.ts'
import { packageKey } from '../../model/package-url.ts'
import { severityRank } from '../../model/severity.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import { draw } from '../../store/counter.ts'
import type { Engine, Row, Value } from '../../store/engines/engine.ts'
import { assetFacts, type FactTable, INACTIVE, orgFacts, preferred, preferSql } from '../../store/facts.ts'
import type { ManyClosed } from '../../store/imports.ts'
import { openNew, type Placed, place, stagedColumns, stagedTable, valueOf } from '../../store/intervals.ts'
import { resolveAssets } from '../resolve.ts'
import { StatementStaging } from './statements.ts'
import { Appends, columnsOf, facts, Rows } from './tables.ts'
import { canonical, details, LONG, safeUrl, severityOf, tenths, text, thousandths } from './values.ts'

/** Closing a greater share than this of a source's open findings is told to the person. DESIGN 4. */
const MANY_CLOSED = 0.3

/** Fewer closed findings than these are not worth telling. */
const FEW_CLOSED = 10

const closingNote = ({ source, closed, open }: ManyClosed): string =>
  `This closed ${closed} of the ${open} findings that ${source} had open: if the scan was narrower than before, undo it and narrow its coverage.`

type Comparisons = NonNullable<ScoreTotalRecord['comparisons']>

const rank = { remote: 1, full: 2 } as const

/**
 * One report about an organisation's assets, from its records to intervals. Call `add` for each record, `end` once. What it writes is
 * all inside the transaction.
 */
export class ReportStaging {
  private readonly assets = new Map<string, { local: number; record: AssetRecord }>()
  private readonly coverage: CoverageRecord[] = []
  private readonly controls = new Map<string, ControlRecord>()
  /** Vulnerabilities described so far: the first description of each counts. */
  private readonly described = new Set<string>()
  /** Rows staged, by fact: what has none and was not looked for need not be placed. */
  private readonly stagedRows = new Map<FactTable, number>()
  /** SQL of items that are not staged: nothing was ever known of their findings. */
  private readonly fresh = new Map<FactTable, string>()
  private lateCatalogue = false
  private lateInventory = false
  private latePresence = false
  /** Whether anything is known of single items that this source stated. */
  private statesItems = false
  private findsControls = false
  private readonly totals: { points: number; max_points: number; comparisons: Comparisons; details: string | null }[] = []
  private readonly appends = new Appends()
  private readonly findings: Rows
  private readonly results: Rows
  private readonly software: Rows
  private readonly statements: StatementStaging | null
  private readonly closed: Rows
  private readonly advisories: Rows
  private readonly transaction: Engine
  private readonly org_id: number
  private readonly import_no: number
  private readonly report: ReportRecord
  private readonly observed_at: Instant | null

  constructor(transaction: Engine, org_id: number, import_no: number, report: ReportRecord, observed_at: Instant | null) {
    this.transaction = transaction
    this.org_id = org_id
    this.import_no = import_no
    this.report = report
    this.observed_at = observed_at
    this.findings = new Rows(transaction, this.appends, 'raw_finding', columnsOf('raw_finding'))
    this.results = new Rows(transaction, this.appends, 'raw_result', columnsOf('raw_result'))
    this.software = new Rows(transaction, this.appends, 'raw_software', columnsOf('raw_software'))
    this.statements = report.document
      ? new StatementStaging(transaction, org_id, import_no, report.source, report.document, observed_at!)
      : null
    this.closed = new Rows(transaction, this.appends, 'raw_closed', columnsOf('raw_closed'))
    this.advisories = new Rows(transaction, this.appends, 'raw_advisory', columnsOf('raw_advisory'))
  }

  private get tables(): Rows[] {
    return [this.findings, this.results, this.software, this.closed, this.advisories]
  }

  /** Takes a record. A promise when it is to be waited for before the next one. */
  add(record: FileRecord): Promise<unknown> | undefined {
    if (record.kind === 'finding') return this.addFinding(record)
    if (record.kind === 'control_result') return this.addResult(record)
    if (record.kind === 'vulnerability') return this.addAdvisory(record)
    if (record.kind === 'software') return this.addSoftware(record)
    if (record.kind === 'closed') return this.addClosed(record)
    if (record.kind === 'asset') this.addAsset(record)
    else if (record.kind === 'coverage') this.coverage.push(record)
    else if (record.kind === 'control') this.addControl(record)
    else if (record.kind === 'statement') this.statements?.add(record)
    else if (record.kind === 'score_total')
      this.totals.push({
        points: record.points,
        max_points: record.max_points,
        comparisons: record.comparisons ?? [],
        details: details(record.details),
      })
    return undefined
  }

  /** Waits for what is still being written. To be called before the transaction ends, however it ends. */
  settled(): Promise<void> {
    return this.appends.done()
  }

  private addAsset(record: AssetRecord): void {
    const known = this.assets.get(record.asset)
    if (!known) {
      this.assets.set(record.asset, { local: this.assets.size, record: { ...record, names: [...record.names] } })
      return
    }
    if (!record.inactive) delete known.record.inactive
    known.record.attributes = { ...known.record.attributes, ...record.attributes }
    for (const name of record.names)
      if (!known.record.names.some((each) => each.type === name.type && each.name === name.name)) known.record.names.push(name)
    if (record.observed_at !== undefined) known.record.observed_at = Math.max(record.observed_at, known.record.observed_at ?? 0)
  }

  private localOf(asset: string): number {
    const known = this.assets.get(asset)
    if (!known) throw new Error(`a record refers to asset "${asset.slice(0, 200)}", which the importer has not named`)
    return known.local
  }

  private addFinding(record: FindingRecord): Promise<unknown> | undefined {
    if (record.control_id !== undefined) this.findsControls = true
    const local = this.localOf(record.asset)
    let written: Promise<unknown> | undefined
    for (const key of keysOf(record))
      written =
        this.findings.push([
          local,
          ...key,
          severityOf(record),
          tenths(record.cvss),
          record.exploit_stage ? stageRank(record.exploit_stage) : 0,
          text(record.component?.version, 200),
          text(record.fixed_version, 200),
          text(record.place),
          text(record.title),
          record.access ? rank[record.access] : null,
          packageKey(record.component?.purl),
        ]) ?? written
    return written
  }

  private addClosed(record: FindingClosedRecord): Promise<unknown> | undefined {
    const local = this.localOf(record.asset)
    const closed_at = record.closed_at ?? NEVER
    let written: Promise<unknown> | undefined
    for (const key of keysOf(record)) written = this.closed.push([local, ...key, closed_at, text(record.reason, 200)]) ?? written
    return written
  }

  private addResult(record: ControlResultRecord): Promise<unknown> | undefined {
    const whole = (count: number | undefined) => (count === undefined ? null : Math.round(count))
    return this.results.push([
      this.localOf(record.asset),
      text(record.control_id, 300)!,
      record.status,
      severityOf(record),
      thousandths(record.points),
      thousandths(record.max_points),
      whole(record.passed),
      whole(record.total),
      text(record.evidence, 4000),
      text(record.place),
      record.user_impact === undefined ? null : Number(record.user_impact),
    ])
  }

  private addSoftware(record: SoftwareRecord): Promise<unknown> | undefined {
    const name = text(record.name, 500)
    if (!name) return undefined
    return this.software.push([
      this.localOf(record.asset),
      name,
      text(record.version, 200) ?? '',
      text(record.vendor, 200),
      text(record.purl),
      text(record.cpe),
      text(record.place),
      record.end_of_support_at ?? null,
    ])
  }

  /** A full description wins over a partial one, wherever it stands in the report. */
  private addControl(record: ControlRecord): void {
    if (!record.partial || !this.controls.has(record.control_id)) this.controls.set(record.control_id, record)
  }

  private addAdvisory(record: VulnerabilityRecord): Promise<unknown> | undefined {
    const id = canonical(record.vulnerability_id)
    if (this.described.has(id)) return undefined
    this.described.add(id)
    return this.advisories.push([
      id,
      text(record.title),
      text(record.description, LONG),
      severityOf(record),
      tenths(record.cvss),
      text(record.cvss_vector, 300),
      record.published_at ?? null,
      safeUrl(record.url),
      JSON.stringify((record.aliases ?? []).slice(0, 50)),
    ])
  }

  /** Places everything and marks the assets as touched. `notes`: what the person should know about it. */
  async end(): Promise<Placed & { notes: string[]; many_closed: ManyClosed | null }> {
    const { transaction, org_id, import_no } = this
    const { source } = this.report
    for (const rows of this.tables) void rows.write()
    await this.appends.done()
    this.statesItems = await this.hasStatedItems()
    await this.stageWords()
    const assets = [...this.assets.values()].map(({ record }) => ({ record, observed_at: record.observed_at ?? this.observed_at! }))
    const resolved = await resolveAssets(transaction, org_id, import_no, source, assets)
    const locals = assets.map((asset, local) => ({ ...asset, ...resolved[local]!, local }))
    const rounds = roundsOf(locals)
    let placed: Placed = { opened: 0, closed: 0 }
    for (const [number, round] of rounds.entries()) {
      const { opened, closed } = await this.placeRound(round, number === rounds.length - 1 ? locals : null)
      placed = { opened: placed.opened + opened, closed: placed.closed + closed }
    }
    if (this.report.complete)
      await transaction.run(
        'insert into touched_asset select distinct org_id, asset_id from presence_history where org_id = $org_id and source = $source and closed_in = $import_no',
        { org_id, source, import_no },
      )
    await this.statements?.end()
    const many_closed = await this.manyClosed(placed.closed)
    const told = this.tables.filter(({ count }) => count > 0).map(({ table }) => table)
    for (const table of ['raw_coverage', 'local_access', ...told]) await transaction.run(`delete from ${table}`)
    return { ...placed, notes: many_closed ? [closingNote(many_closed)] : [], many_closed }
  }

  /**
   * Places what a report says about assets, each at one instant. `all`: everything that the report lists, in the last round; the
   * catalogue and what ends by not being listed at all belong to it.
   */
  private async placeRound(locals: readonly Local[], all: readonly Local[] | null): Promise<Placed> {
    const { transaction, org_id, import_no } = this
    this.stagedRows.clear()
    this.fresh.clear()
    const late = await this.lateAssets(locals)
    await transaction.append(
      'local_asset',
      columnsOf('local_asset'),
      locals.map(({ local, record_id, asset_id, observed_at }) => [local, record_id, asset_id, observed_at, late.has(local)]),
    )
    await this.stageCoverage(locals, all)
    await this.stageAssets(locals, late, all)
    if (this.findings.count || this.results.count || this.software.count || this.closed.count) await this.stageContent(late.size > 0)
    if (all) await this.stageCatalogue()
    await this.keepShared(locals, late)

    let placed: Placed = { opened: 0, closed: 0 }
    for (const fact of [...facts(assetFacts), ...facts(orgFacts)]) {
      if (!this.concerns(fact)) continue
      const { opened, closed } = await place(transaction, fact, import_no, {
        late: late.size > 0 || this.lateCatalogue || this.lateInventory || this.latePresence,
        closings: this.closed.count > 0,
        staged: (this.stagedRows.get(fact) ?? 0) > 0,
      })
      const items = this.fresh.get(fact)
      const begun = items === undefined ? 0 : await openNew(transaction, fact, items, { org_id, source: this.report.source, import_no })
      if (fact === assetFacts.sighting || fact === assetFacts.control_result)
        placed = { opened: placed.opened + opened + begun, closed: placed.closed + closed }
    }
    await this.endLines()
    await transaction.run(
      `insert into coverage_history (org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, stated_in, opened_in, retracted_in)
       select org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, $import_no, $import_no, $never from staged_coverage
       order by observed_at, asset_id, subject`, // neighbours alike take less than half the space
      { import_no, never: NEVER },
    )
    for (const [table, only] of [
      ['touched_asset', 'late'],
      ['reported_asset', 'not late'],
    ])
      await transaction.run(`insert into ${table} select distinct cast($org_id as integer), asset_id from local_asset where ${only}`, {
        org_id,
      })
    const tables = [...this.stagedRows].filter(([, rows]) => rows > 0).map(([fact]) => stagedTable(fact))
    for (const table of ['local_asset', 'staged_coverage', 'ended_line', ...tables]) await transaction.run(`delete from ${table}`)
    return placed
  }

  /** Closing many findings at once is more often a changed scan than good work: the person is told. DESIGN 4. */
  private async manyClosed(ended: number): Promise<ManyClosed | null> {
    if (ended < FEW_CLOSED) return null
    const { source } = this.report
    const [row] = await this.transaction.query<{ open: number; closed: number }>(
      `with stated as (
        select finding_id, opened_in, valid_to, closed_in, retracted_in from sighting_history where org_id = $org_id and source = $source
        union all
        select finding_id, opened_in, valid_to, closed_in, retracted_in from control_result_history where org_id = $org_id and source = $source and status = 'fail'),
      before as (
        select distinct finding_id from stated
        where opened_in < $import_no and (valid_to = $never or closed_in = $import_no) and (retracted_in = $never or retracted_in = $import_no)),
      still as (select distinct finding_id from stated where valid_to = $never and retracted_in = $never)
      select count(*) as open, count(case when s.finding_id is null then 1 end) as closed from before b left join still s on s.finding_id = b.finding_id`,
      { org_id: this.org_id, source, import_no: this.import_no, never: NEVER },
    )
    const { open, closed } = row!
    return closed >= FEW_CLOSED && closed > MANY_CLOSED * open ? { source, closed, open } : null
  }

  /** Whether the report says anything about a fact, or looked for it. */
  private concerns(fact: FactTable): boolean {
    if (fact === assetFacts.item) return this.statesItems
    if ('items' in fact && this.closed.count > 0) return true
    const looked = (...subjects: CoverageRecord['subject'][]) => this.coverage.some((coverage) => subjects.includes(coverage.subject))
    if (fact === assetFacts.sighting) return this.findings.count > 0 || looked('vulnerability', 'control')
    if (fact === assetFacts.control_result) return this.results.count > 0 || looked('control')
    if (fact === assetFacts.software) return this.software.count > 0 || looked('software')
    if (fact === assetFacts.presence && this.report.complete) return true
    if (fact === assetFacts.score_total || fact === orgFacts.benchmark) return this.totals.length > 0
    return (this.stagedRows.get(fact) ?? 0) > 0
  }

  /** What the report says that it looked for, by the importer's own keys. */
  private async stageWords(): Promise<void> {
    const { transaction } = this
    const given = this.coverage.map((coverage) => {
      const subject: string = coverage.subject
      return [
        this.localOf(coverage.asset),
        subject,
        rank[coverage.access ?? 'full'],
        coverage.min_severity ? severityRank(coverage.min_severity) : 0,
        text(coverage.checks, 300) ?? '',
      ] as const
    })
    const listed = [...this.assets.values()].flatMap(({ local, record }) => {
      const looks: Value[][] = [[local, 'asset', 0, 0, record.inactive ? INACTIVE : '']]
      if (record.type === 'tenant' && this.totals.length) looks.push([local, 'score', 0, 0, ''])
      return looks
    })
    await transaction.append(
      'local_access',
      columnsOf('local_access'),
      given.map(([local, subject, access, , checks]) => [local, subject, access, checks]),
    )
    await transaction.append('raw_coverage', columnsOf('raw_coverage'), [...given, ...listed])
  }

  private async stageCoverage(locals: readonly Local[], all: readonly Local[] | null): Promise<void> {
    const { transaction, org_id } = this
    const { source, complete } = this.report
    if (locals.length)
      await transaction.run(
        `insert into staged_coverage (org_id, asset_id, source, subject, access, min_severity, checks, observed_at, record_id, late)
       select distinct $org_id, l.asset_id, $source, r.subject, r.access, r.min_severity, r.checks, l.observed_at, l.record_id, l.late from raw_coverage r join local_asset l on l.local = r.local`,
        { org_id, source },
      )
    if (!all) return
    if (!complete) return
    const observed_at = this.observed_at ?? all.reduce((newest, each) => Math.max(newest, each.observed_at), 0)
    const [last] = await transaction.query<{ last: number | null }>(
      'select observed_at as last from coverage_history where org_id = $org_id and source = $source and retracted_in = $never order by observed_at desc limit 1',
      {
        org_id,
        source,
        never: NEVER,
      },
    )
    this.lateInventory = (last?.last ?? -1) >= observed_at
    await transaction.append('staged_coverage', columnsOf('staged_coverage'), [
      [org_id, 0, source, 'presence', 2, 0, '', observed_at, 0, this.lateInventory],
    ])
  }

  /** Names, attributes and presence. */
  private async stageAssets(locals: readonly Local[], late: ReadonlySet<number>, all: readonly Local[] | null): Promise<void> {
    const { org_id } = this
    const { source } = this.report
    const standing = await this.standing()
    const inventory = await this.lastInventory()
    const lateHere = (local: number, observed_at: Instant) => late.has(local) || observed_at <= inventory || this.lateInventory
    const said = new Set<string>()
    const names = new Map<string, Value[]>()
    const attributes = new Map<string, Value[]>()
    const presence = new Map<number, Value[]>()
    const prefers = preferred(assetFacts.attribute)
    for (const { local, record, asset_id, observed_at } of locals) {
      for (const [fact, line, value] of wordsOf(record)) {
        const key = keyOfWord(fact, asset_id, line)
        // Of two values at once the same one counts as when they come in two reports.
        const before = attributes.get(key)
        if (before && !prefers(JSON.stringify([value]), JSON.stringify([before[4] as string]))) continue
        said.add(key)
        const row = [org_id, source, asset_id, line, value, observed_at, null, late.has(local)]
        ;(fact === 'name' ? names : attributes).set(fact === 'name' ? `${key}\u0000${value}` : key, row)
        if (fact === 'name') said.add(`${key}\u0000${value}`)
      }
      if (!record.inactive && (this.report.complete || lateHere(local, observed_at) || !standing.has(keyOfWord('presence', asset_id, ''))))
        presence.set(asset_id, [org_id, source, asset_id, observed_at, null, lateHere(local, observed_at)])
    }
    if (this.report.complete)
      for (const { record, asset_id, observed_at } of all ?? [])
        if (!record.inactive && !presence.has(asset_id))
          presence.set(asset_id, [org_id, source, asset_id, observed_at, null, this.lateInventory])
    // What stands already and is not late would change nothing: it is not even staged.
    const news = (fact: 'name' | 'attribute') => (row: Value[]) =>
      row[7] === true || !standing.has(`${keyOfWord(fact, row[2] as number, row[3] as string)}\u0000${row[4] as string}`)
    await this.append(assetFacts.name, [...names.values()].filter(news('name')))
    await this.append(assetFacts.attribute, [...attributes.values()].filter(news('attribute')))
    await this.append(assetFacts.presence, presence.values())
    this.latePresence = [...presence.values()].some((row) => row[5] === true)
    const onTime = new Map(locals.filter(({ local }) => !late.has(local)).map(({ asset_id, observed_at }) => [asset_id, observed_at]))
    await this.transaction.append(
      'ended_line',
      columnsOf('ended_line'),
      [...standing.values()].flatMap(({ fact, asset_id, line, value }) => {
        const at = onTime.get(asset_id)
        const key = keyOfWord(fact, asset_id, line)
        if (at === undefined || fact === 'presence' || said.has(fact === 'name' ? `${key}\u0000${value}` : key)) return []
        return [[fact, asset_id, line, value, at]]
      }),
    )
    const assets = locals
    const ids = locals.map(({ asset_id }) => asset_id)
    const tenant = assets.findIndex(({ record }) => record.type === 'tenant')
    if (tenant < 0) return
    const at = assets[tenant]!.observed_at
    await this.append(
      assetFacts.score_total,
      this.totals.map((total) => [
        org_id,
        source,
        ids[tenant]!,
        'secure_score',
        thousandths(total.points)!,
        thousandths(total.max_points)!,
        total.details,
        at,
        null,
        late.has(assets[tenant]!.local),
      ]),
    )
    const comparisons = new Map(
      this.totals.flatMap((total) => total.comparisons).map((each) => [`${each.basis}\u0000${each.category}`, each]),
    )
    await this.append(
      orgFacts.benchmark,
      [...comparisons.values()].map((each) => [
        org_id,
        source,
        'secure_score',
        each.basis,
        each.category,
        thousandths(each.value)!,
        details(each.audience),
        at,
        null,
        late.has(assets[tenant]!.local),
      ]),
    )
  }

  /** What the source no longer says of an asset that it lists has ended. */
  private async endLines(): Promise<void> {
    const { transaction, import_no } = this
    const params = { import_no, source: this.report.source, never: NEVER }
    const ends = (table: string, fact: string, line: string) =>
      transaction.run(
        `update ${table} as f set valid_to = e.observed_at, closed_in = $import_no from ended_line as e
         where e.fact = '${fact}' and f.source = $source and f.asset_id = e.asset_id and ${line} and f.valid_to = $never and f.retracted_in = $never`,
        params,
      )
    await ends('name_history', 'name', 'f.name_type = e.first and f.name = e.second')
    await ends('attribute_history', 'attribute', 'f.attribute = e.first and f.value = e.second')
  }

  /**
   * Where the source speaks of one asset by several records at one instant, what each of them said is kept apart: should they turn out to
   * be several assets, each takes its own.
   */
  private async keepShared(locals: readonly Local[], late: ReadonlySet<number>): Promise<void> {
    const { transaction, org_id, import_no } = this
    const { source } = this.report
    const records = new Map<number, Set<number>>()
    for (const { asset_id, record_id } of locals) records.set(asset_id, (records.get(asset_id) ?? new Set()).add(record_id))
    const taken = new Set(
      late.size
        ? (
            await transaction.query<{ asset_id: number }>(
              `select distinct c.asset_id from coverage_history c join local_asset l on l.asset_id = c.asset_id and l.observed_at = c.observed_at
               where c.org_id = $org_id and c.source = $source and c.subject = 'asset' and c.retracted_in = $never`,
              { org_id, source, never: NEVER },
            )
          ).map(({ asset_id }) => asset_id)
        : [],
    )
    const shared = locals.filter(({ asset_id }) => taken.has(asset_id) || records.get(asset_id)!.size > 1)
    if (!shared.length) return
    const kept = new Map<string, { fact: FactTable; record_id: number; observed_at: Instant; line: string; value: string }>()
    const keep = (
      fact: FactTable,
      { record_id, observed_at }: { record_id: number; observed_at: Instant },
      line: unknown[],
      value: string,
    ) => {
      const key = `${fact.table} ${record_id} ${JSON.stringify(line)}`
      const before = kept.get(key)
      if (!before || preferred(fact)(value, before.value))
        kept.set(key, { fact, record_id, observed_at, line: JSON.stringify(line), value })
    }
    for (const each of shared) {
      for (const [fact, line, value] of wordsOf(each.record)) {
        if (fact === 'name') keep(assetFacts.name, each, [line, value], '[]')
        else keep(assetFacts.attribute, each, [line], JSON.stringify([value]))
      }
      if (!each.record.inactive) keep(assetFacts.presence, each, [], '[]')
      if (each.record.type === 'tenant')
        for (const total of this.totals)
          keep(
            assetFacts.score_total,
            each,
            ['secure_score'],
            JSON.stringify([thousandths(total.points), thousandths(total.max_points), total.details]),
          )
    }
    const ids = shared.map(({ local }) => local)
    type Item = Row & { record_id: number; observed_at: number }
    for (const [rows, fact, items] of [
      [this.findings, assetFacts.sighting, sightingItems],
      [this.results, assetFacts.control_result, resultItems],
    ] as const) {
      if (!rows.count) continue
      for (const row of await transaction.query<Item>(
        `select * from (${items}) as item join finding_key k on k.finding_id = item.finding_id where item.local = any($ids)`,
        { ids },
      ))
        keep(fact, row, [[row['kind'], row['subject'], row['component']]], valueOf(fact, row))
    }
    const stated = this.statedItems()
    if (stated)
      for (const row of await transaction.query<Item>(
        `select * from (${stated}) as item join finding_key k on k.finding_id = item.finding_id where item.local = any($ids)`,
        { ids },
      ))
        keep(assetFacts.item, row, [[row['kind'], row['subject'], row['component']], row['said']], valueOf(assetFacts.item, row))
    const software = this.software.count ? `select * from (${softwareItems}) as item where item.local = any($ids)` : null
    for (const row of software === null ? [] : await transaction.query<Item>(software, { ids }))
      keep(assetFacts.software, row, [row['name'], row['version']], valueOf(assetFacts.software, row))
    await transaction.append(
      'shared_listing',
      ['org_id', 'record_id', 'observed_at', 'stated_in', 'fact', 'line', 'value'],
      [...kept.values()].map(({ fact, record_id, observed_at, line, value }) => [
        org_id,
        record_id,
        observed_at,
        import_no,
        fact.table,
        line,
        value,
      ]),
    )
  }

  /** Assets of the report about which this source has said something of the same instant or later, by their local number. */
  private async lateAssets(assets: readonly Local[]): Promise<Set<number>> {
    if (!assets.length) return new Set()
    const last = await this.transaction.query<{ asset_id: number; last: number }>(
      `select asset_id, max(observed_at) as last from coverage_history
       where org_id = $org_id and source = $source and retracted_in = $never and asset_id = any($ids) group by asset_id`,
      { org_id: this.org_id, source: this.report.source, never: NEVER, ids: [0, ...assets.map(({ asset_id }) => asset_id)] },
    )
    const lastLook = new Map(last.map((row) => [row.asset_id, row.last]))
    return new Set(assets.flatMap(({ asset_id, observed_at, local }) => ((lastLook.get(asset_id) ?? -1) >= observed_at ? [local] : [])))
  }

  /** When the source last listed all that it has; -1 when it never did. */
  private async lastInventory(): Promise<Instant> {
    const [row] = await this.transaction.query<{ last: number | null }>(
      `select observed_at as last from coverage_history where org_id = $org_id and source = $source and asset_id = 0 and subject = 'presence' and retracted_in = $never order by observed_at desc limit 1`,
      { org_id: this.org_id, source: this.report.source, never: NEVER },
    )
    return row?.last ?? -1
  }

  /** Names, attributes and presence of the report's assets that this source has stated and that still stand. */
  private async standing(): Promise<Map<string, { fact: string; asset_id: number; line: string; value: string }>> {
    const rows = await this.transaction.query<{ fact: string; asset_id: number; line: string; value: string }>(
      `select 'name' as fact, h.asset_id, h.name_type as line, h.name as value from name_history h
         where h.source = $source and h.valid_to = $never and h.retracted_in = $never and h.asset_id in (select asset_id from local_asset)
       union all select 'attribute', h.asset_id, h.attribute, h.value from attribute_history h
         where h.source = $source and h.valid_to = $never and h.retracted_in = $never and h.asset_id in (select asset_id from local_asset)
       union all select 'presence', h.asset_id, '', '' from presence_history h
         where h.source = $source and h.valid_to = $never and h.retracted_in = $never and h.asset_id in (select asset_id from local_asset)`,
      { source: this.report.source, never: NEVER },
    )
    return new Map(
      rows.map((row) => [
        row.fact === 'presence'
          ? keyOfWord(row.fact, row.asset_id, '')
          : `${keyOfWord(row.fact, row.asset_id, row.line)}\u0000${row.value}`,
        row,
      ]),
    )
  }

  /** Findings, results and software: from the importer's keys to ours, set by set. */
  private async stageContent(late: boolean): Promise<void> {
    const { transaction, org_id } = this
    const { source } = this.report
    const told = this.findings.count + this.results.count + this.closed.count
    const fresh = told > 0 ? await this.drawKeys() : 0
    // As many new findings as items: each item is of a finding of its own, of which nothing can be known.
    const allNew = !late && fresh === told && [this.findings, this.results].some((rows) => rows.count === told)
    const stage = async (fact: FactTable, items: string, line: string[], agreed?: string) => {
      if (allNew && (fact === assetFacts.sighting || fact === assetFacts.control_result)) {
        this.fresh.set(fact, items)
        return
      }
      const columns = ['asset_id', ...fact.key, ...fact.attributes, 'observed_at'].map((column) => `i.${column}`).join(', ')
      const staged = await transaction.run(
        `insert into ${stagedTable(fact)} (${stagedColumns(fact).join(', ')}) select $org_id, $source, ${columns}, null, i.late from (${items}) i`,
        { org_id, source },
      )
      this.stagedRows.set(fact, staged)
      if (staged > 1) await this.keepOne(fact, line, agreed)
    }
    if (this.findings.count) await stage(assetFacts.sighting, sightingItems, ['finding_id'], 'purl')
    if (this.results.count) await stage(assetFacts.control_result, resultItems, ['finding_id'])
    if (this.software.count) await stage(assetFacts.software, softwareItems, ['asset_id', 'name', 'version'])
    const stated = this.statedItems()
    if (!stated) return
    await stage(assetFacts.item, stated, ['finding_id', 'said'])
    this.statesItems ||= this.stagedRows.get(assetFacts.item)! > 0
  }

  /**
   * Of several staged items for one line one counts, whatever their order in the report. `agreed`: what all of them must say alike to be said of
   * the line. Hardly any line has several items: only those that have are put in order.
   */
  private async keepOne(fact: FactTable, line: readonly string[], agreed?: string): Promise<void> {
    const { transaction } = this
    const staged = stagedTable(fact)
    const same = (a: string, b: string) => line.map((column) => `${a}.${column} = ${b}.${column}`).join(' and ')
    const repeated = await transaction.query(`select 1 as found from ${staged} group by ${line.join(', ')} having count(*) > 1 limit 1`)
    if (!repeated.length) return
    const alike = agreed
      ? `case when min(${agreed}) = max(${agreed}) and count(${agreed}) = count(*) then min(${agreed}) end`
      : 'cast(null as text)'
    await transaction.query(
      `create temporary table several as select ${line.join(', ')}, ${alike} as agreed from ${staged} group by ${line.join(', ')} having count(*) > 1`,
    )
    const columns = stagedColumns(fact)
    const order = preferSql(fact, (column) => (texts.has(column) ? `i.${column} collate "C"` : `i.${column}`))
    await transaction.query(
      `create temporary table in_order as select i.*, s.agreed,
         row_number() over (partition by ${line.map((column) => `i.${column}`).join(', ')} order by ${order}) as place_in_line
       from ${staged} i join several s on ${same('s', 'i')}`,
    )
    await transaction.run(`delete from ${staged} as i using several as s where ${same('s', 'i')}`)
    await transaction.run(
      `insert into ${staged} (${columns.join(', ')})
       select ${columns.map((column) => (column === agreed ? 'agreed' : column)).join(', ')} from in_order where place_in_line = 1`,
    )
    for (const table of ['several', 'in_order']) await transaction.query(`drop table ${table}`)
  }

  /**
   * SQL: what the report states of single items: that they are closed, and that they are listed where its own looks would not tell.
   * Null when it states nothing of the kind.
   */
  private statedItems(): string | null {
    const plain = (subject: string) => {
      const covered = new Set(
        this.coverage.flatMap((each) =>
          each.subject === subject && (each.access ?? 'full') === 'full' && !each.min_severity && !each.checks ? [each.asset] : [],
        ),
      )
      return [...this.assets.keys()].every((asset) => covered.has(asset))
    }
    const beyond = (fact: FactTable, items: string) =>
      `select f.local, f.record_id, f.asset_id, f.finding_id, '${fact.items!.said}' as said, cast(null as bigint) as closed_at, cast(null as text) as reason, f.observed_at, f.late
       from (${items}) f where not exists (select 1 from raw_coverage c where c.local = f.local and ${fact.covers})`
    const items: string[] = []
    if (this.closed.count) items.push(closedItems)
    if (this.findings.count && !(plain('vulnerability') && (!this.findsControls || plain('control'))))
      items.push(beyond(assetFacts.sighting, sightingItems))
    if (this.results.count && !plain('control')) items.push(beyond(assetFacts.control_result, resultItems))
    return items.length ? `select distinct * from (${items.join(' union all ')}) stated` : null
  }

  private async hasStatedItems(): Promise<boolean> {
    const rows = await this.transaction.query('select 1 as found from item_history where source = $source and org_id = $org_id limit 1', {
      source: this.report.source,
      org_id: this.org_id,
    })
    return rows.length > 0
  }

  /** Gives every finding that is new its number. Returns how many there are. */
  private async drawKeys(): Promise<number> {
    const { transaction, org_id, import_no } = this
    const named: [rows: Rows, table: string, key: string][] = [
      [this.findings, 'raw_finding', 'r.kind, r.subject, r.component'],
      [this.closed, 'raw_closed', 'r.kind, r.subject, r.component'],
      [this.results, 'raw_result', `'control' as kind, r.control_id as subject, '' as component`],
    ]
    const wanted = named.flatMap(([rows, table, key]) =>
      rows.count ? [`select distinct l.asset_id, ${key} from ${table} r join local_asset l on l.local = r.local`] : [],
    )
    await transaction.analyze(['local_asset', ...named.flatMap(([rows, table]) => (rows.count ? [table] : []))])
    await transaction.query(
      `create temporary table new_key as
       select row_number() over (order by asset_id, kind, subject, component) as place, asset_id, kind, subject, component
       from (${wanted.join(' union ')}) as wanted
       where not exists (select 1 from finding_key k where k.asset_id = wanted.asset_id and k.kind = wanted.kind and k.subject = wanted.subject and k.component = wanted.component)`,
    )
    const [{ count }] = (await transaction.query<{ count: number }>('select count(*) as count from new_key')) as [{ count: number }]
    if (count) {
      const first = await draw(transaction, 'finding_id', count)
      await transaction.run(
        `insert into finding_key (finding_id, org_id, asset_id, kind, subject, component, created_in)
         select $first - 1 + place, $org_id, asset_id, kind, subject, component, $import_no from new_key`,
        { first, org_id, import_no },
      )
      if (count > MANY_KEYS) await transaction.analyze(['finding_key'])
    }
    await transaction.query('drop table new_key')
    return count
  }

  /** Controls and vulnerabilities as this tool describes them. */
  private async stageCatalogue(): Promise<void> {
    const { transaction, org_id } = this
    const { source } = this.report
    if (!this.controls.size && !this.advisories.count) return
    const [last] = await transaction.query<{ observed_at: number | null }>(
      `select observed_at from coverage_history where org_id = $org_id and source = $source and retracted_in = $never and subject = 'asset' order by observed_at desc limit 1`,
      { org_id, source, never: NEVER },
    )
    const newest = await transaction.query<{ observed_at: number | null }>('select max(observed_at) as observed_at from local_asset')
    const at = this.observed_at ?? newest[0]?.observed_at
    if (at === null || at === undefined) return
    this.lateCatalogue = last?.observed_at !== null && last !== undefined && last.observed_at > at
    await this.append(
      orgFacts.control,
      [...this.controls.values()].map((control) => [
        org_id,
        control.partial ? `${source}/results` : source,
        text(control.control_id, 300)!,
        text(control.title) ?? control.control_id,
        severityOf(control),
        text(control.category, 200),
        text(control.description, LONG),
        text(control.remediation, LONG),
        safeUrl(control.url),
        text(control.product, 200),
        thousandths(control.max_points),
        JSON.stringify((control.frameworks ?? []).slice(0, 200)),
        details(control.details),
        at,
        null,
        this.lateCatalogue,
      ]),
    )
    if (!this.advisories.count) return
    const stated = [...orgFacts.advisory.key, ...orgFacts.advisory.attributes].join(', ')
    await transaction.run(
      `insert into ${stagedTable(orgFacts.advisory)} (org_id, source, ${stated}, observed_at, since, late)
       select $org_id, $source, ${stated}, $at, null, $late from raw_advisory`,
      { org_id, source, at, late: this.lateCatalogue },
    )
    this.stagedRows.set(orgFacts.advisory, this.advisories.count)
  }

  private async append(fact: FactTable, rows: Iterable<Value[]>): Promise<void> {
    const all = [...rows]
    this.stagedRows.set(fact, all.length)
    if (all.length) await this.transaction.append(stagedTable(fact), stagedColumns(fact), all)
  }
}

/** So many new findings change what the planner has to expect; of fewer it learns by itself, later. */
const MANY_KEYS = 1000

/** The findings that an item is about: kind, subject, component. */
function keysOf(record: FindingRecord | FindingClosedRecord): [kind: string, subject: string, component: string][] {
  const component = text(record.component?.name ?? record.place, 500) ?? ''
  if (record.control_id !== undefined) return [['control', text(record.control_id, 300)!, component]]
  return (record.vulnerability_ids ?? []).map((id) => ['vulnerability', text(canonical(id), 300)!, component])
}

/** What a report says of one asset, and where that belongs. */
interface Local {
  local: number
  record: AssetRecord
  record_id: number
  asset_id: number
  observed_at: Instant
}

/** A report may speak of one asset at several instants: one round for each, oldest first. */
function roundsOf(locals: readonly Local[]): Local[][] {
  const instants = new Map<number, Set<Instant>>()
  for (const { asset_id, observed_at } of locals) instants.set(asset_id, (instants.get(asset_id) ?? new Set()).add(observed_at))
  const place = new Map([...instants].map(([asset_id, set]) => [asset_id, [...set].toSorted((a, b) => a - b)]))
  const rounds: Local[][] = [[]]
  for (const each of locals) {
    const round = place.get(each.asset_id)!.indexOf(each.observed_at)
    while (rounds.length <= round) rounds.push([])
    rounds[round]!.push(each)
  }
  return rounds
}

/** The names and attributes that a report states of an asset: [fact, type of name or attribute, text]. */
function wordsOf(record: AssetRecord): ['name' | 'attribute', string, string][] {
  const words: ['name' | 'attribute', string, string][] = []
  for (const { type, name } of record.names) {
    const written = text(name, 500)
    if (written) words.push(['name', type, written])
  }
  for (const [attribute, value] of Object.entries({ type: record.type, name: record.name, ...record.attributes })) {
    const written = text(String(value ?? ''), 500)
    if (written) words.push(['attribute', attribute, written])
  }
  return words
}

const keyOfWord = (fact: string, asset_id: number, line: string): string => `${fact}\u0000${asset_id}\u0000${line}`

/** Columns of staged items whose order needs a collation. */
const texts = new Set(['version', 'fixed_version', 'place', 'title', 'checks', 'vendor', 'purl', 'cpe', 'evidence', 'control_id', 'reason'])

const sightingItems = `select l.local, l.record_id, l.asset_id, k.finding_id, r.kind, r.severity, r.cvss_tenths, r.stage, r.version, r.fixed_version, r.place, r.title,
    coalesce(r.access, a.access, 2) as access, coalesce(a.checks, '') as checks, r.purl, l.observed_at, l.late
  from raw_finding r join local_asset l on l.local = r.local
  join finding_key k on k.asset_id = l.asset_id and k.kind = r.kind and k.subject = r.subject and k.component = r.component
  left join (select local, subject, max(access) as access, min(checks) as checks from local_access group by local, subject) a on a.local = r.local and a.subject = r.kind`

const resultItems = `select l.local, l.record_id, l.asset_id, k.finding_id, r.control_id, r.status, r.severity, r.points, r.max_points, r.passed, r.total, r.evidence, r.place,
    r.user_impact, l.observed_at, l.late
  from raw_result r join local_asset l on l.local = r.local
  join finding_key k on k.asset_id = l.asset_id and k.kind = 'control' and k.subject = r.control_id and k.component = ''`

const softwareItems = `select l.local, l.record_id, l.asset_id, r.name, r.version, r.vendor, r.purl, r.cpe, r.place, r.end_of_support_at, l.observed_at, l.late
  from raw_software r join local_asset l on l.local = r.local`

const closedItems = `select l.local, l.record_id, l.asset_id, k.finding_id, 'closed' as said, r.closed_at, r.reason, l.observed_at, l.late
  from raw_closed r join local_asset l on l.local = r.local
  join finding_key k on k.asset_id = l.asset_id and k.kind = r.kind and k.subject = r.subject and k.component = r.component`
