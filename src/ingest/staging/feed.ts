import { epssStep } from '../../model/epss.ts'
import { stageRank } from '../../model/exploit.ts'
import type { FileRecord, ReportRecord } from '../../model/record.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import type { Engine, Value } from '../../store/engines/engine.ts'
import { touchEveryOrg } from '../../store/derive/touched.ts'
import { type FactTable, worldFacts } from '../../store/facts.ts'
import { type Placed, place, stagedColumns, stagedTable } from '../../store/intervals.ts'
import { Appends, columnsOf, facts, Rows } from './tables.ts'
import { canonical, LONG, tenths, text } from './values.ts'

/** One file of public intelligence, from its records to intervals about the world. */
export class FeedStaging {
  private readonly appends = new Appends()
  private readonly rows: Map<FactTable, Rows>
  private readonly seen = new Map<FactTable, Set<string>>()
  private readonly last: Rows
  private late = false
  private readonly transaction: Engine
  private readonly import_no: number
  private readonly report: ReportRecord
  private readonly observed_at: Instant

  constructor(transaction: Engine, import_no: number, report: ReportRecord, observed_at: Instant) {
    this.transaction = transaction
    this.import_no = import_no
    this.report = report
    this.observed_at = observed_at
    this.rows = new Map(
      facts(worldFacts).map((fact) => [fact, new Rows(transaction, this.appends, stagedTable(fact), stagedColumns(fact))]),
    )
    this.last = new Rows(transaction, this.appends, 'staged_epss_last', ['vulnerability_id', 'epss', 'percentile', 'model', 'observed_at'])
  }

  /** To be called before the first record. */
  async begin(): Promise<void> {
    const { transaction, observed_at } = this
    const [known] = await transaction.query<{ last: number | null }>(
      'select observed_at as last from feed_coverage where source = $source and retracted_in = $never order by observed_at desc limit 1',
      {
        source: this.report.source,
        never: NEVER,
      },
    )
    this.late = known?.last !== null && known !== undefined && known.last >= observed_at
    await transaction.append('staged_feed', columnsOf('staged_feed'), [
      [this.report.source, observed_at, this.report.complete ?? false, this.late],
    ])
    await transaction.query('create temporary table if not exists staged_epss_last as select * from epss_last where false')
    await transaction.query('delete from staged_epss_last')
  }

  /** Takes a record. A promise when it is to be waited for before the next one. */
  add(record: FileRecord): Promise<unknown> | undefined {
    const { source } = this.report
    if (record.kind === 'epss') {
      const id = canonical(record.vulnerability_id)
      if (!this.isNew(worldFacts.epss, id)) return undefined
      const last = this.last.push([id, record.epss, record.percentile, this.report.tool_version, this.observed_at])
      return this.push(worldFacts.epss, [source, id, epssStep(record.epss)]) ?? last
    }
    if (record.kind === 'exploit') {
      const id = canonical(record.vulnerability_id)
      if (!this.isNew(worldFacts.exploit, `${id}\u0000${record.reference}`)) return undefined
      const since = record.since !== undefined && record.since <= this.observed_at ? record.since : null
      return this.push(worldFacts.exploit, [source, id, text(record.reference, 300) ?? '', stageRank(record.stage)], since)
    }
    if (record.kind === 'cvss') {
      const id = canonical(record.vulnerability_id)
      if (!this.isNew(worldFacts.cvss, `${id}\u0000${record.version}`)) return undefined
      return this.push(worldFacts.cvss, [source, id, record.version, tenths(record.cvss)!, text(record.vector, 300) ?? ''])
    }
    if (record.kind === 'description') {
      const id = canonical(record.vulnerability_id)
      if (!this.isNew(worldFacts.description, id)) return undefined
      return this.push(
        worldFacts.description,
        [
          source,
          id,
          text(record.title),
          text(record.description, LONG),
          record.published_at ?? null,
          record.state ?? null,
          record.ssvc?.exploitation ?? null,
          record.ssvc?.automatable ?? null,
          record.ssvc?.technical_impact ?? null,
          JSON.stringify((record.affected ?? []).slice(0, 50)),
        ],
        record.published_at !== undefined && record.published_at <= this.observed_at ? record.published_at : null,
      )
    }
    if (record.kind !== 'end_of_life' || !this.isNew(worldFacts.end_of_life, `${record.product}\u0000${record.release}`)) return undefined
    return this.push(worldFacts.end_of_life, [
      source,
      text(record.product, 200)!,
      text(record.release, 200)!,
      text(record.title) ?? record.product,
      record.ends_at,
      record.ended,
      text(record.latest_version, 200),
      JSON.stringify((record.identifiers ?? []).slice(0, 50)),
    ])
  }

  /** Waits for what is still being written. To be called before the transaction ends, however it ends. */
  settled(): Promise<void> {
    return this.appends.done()
  }

  /** The first statement about a line counts; false for a repetition. */
  private isNew(fact: FactTable, key: string): boolean {
    const seen = this.seen.get(fact) ?? new Set()
    this.seen.set(fact, seen)
    if (seen.has(key)) return false
    seen.add(key)
    return true
  }

  private push(fact: FactTable, row: Value[], since: Instant | null = null): Promise<unknown> | undefined {
    return this.rows.get(fact)!.push([...row, this.observed_at, since, this.late])
  }

  async end(): Promise<Placed & { notes: string[]; many_closed: null }> {
    const { transaction, import_no } = this
    const placed: Placed = { opened: 0, closed: 0 }
    for (const rows of [...this.rows.values(), this.last]) void rows.write()
    await this.appends.done()
    for (const fact of this.rows.keys()) {
      if (!this.report.complete && !this.seen.has(fact)) continue
      const { opened, closed } = await place(transaction, fact, import_no, { late: this.late })
      placed.opened += opened
      placed.closed += closed
      if (fact === worldFacts.end_of_life && this.seen.has(fact)) await touchEveryOrg(transaction)
      if (!fact.key.includes('vulnerability_id')) continue
      await transaction.run(
        `insert into touched_vulnerability select distinct vulnerability_id from ${fact.table}
         where source = $source and (opened_in = $import_no or closed_in = $import_no or retracted_in = $import_no)`,
        { source: this.report.source, import_no },
      )
    }
    await transaction.run(
      `delete from epss_last where vulnerability_id in (select s.vulnerability_id from staged_epss_last s join epss_last l on l.vulnerability_id = s.vulnerability_id where l.observed_at <= s.observed_at)`,
    )
    await transaction.run(
      'insert into epss_last select s.* from staged_epss_last s where not exists (select 1 from epss_last l where l.vulnerability_id = s.vulnerability_id)',
    )
    await transaction.run(
      'insert into feed_coverage (source, observed_at, complete, opened_in, retracted_in) select source, observed_at, complete, $import_no, $never from staged_feed',
      {
        import_no,
        never: NEVER,
      },
    )
    for (const table of ['staged_feed', ...[...this.seen.keys()].map(stagedTable)]) await transaction.run(`delete from ${table}`)
    return { ...placed, notes: [], many_closed: null }
  }
}
