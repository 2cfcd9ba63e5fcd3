import { packageKey } from '../../model/package-url.ts'
import type { StatementDocument, StatementRecord } from '../../model/record.ts'
import { type Instant, NEVER } from '../../model/time.ts'
import { draw } from '../../store/counter.ts'
import type { Engine, Value } from '../../store/engines/engine.ts'
import { orgFacts, preferred } from '../../store/facts.ts'
import { place, stagedColumns, stagedTable } from '../../store/intervals.ts'
import { touchStated } from '../../store/statements/touch.ts'
import { columnsOf } from './tables.ts'
import { canonical, LONG, text } from './values.ts'

const fact = orgFacts.statement

/** Attributes of one statement, in the order of the fact. */
type Stated = { key: string; vulnerability_id: string; target: string; values: Value[] }

/**
 * One document of statements, from its records to intervals. A line is (document, vulnerability, what it is about): what an earlier version
 * of the document stated and this one does not has ended, whatever order they come in. Call `add` for each record, `end` once.
 */
export class StatementStaging {
  /** By line; of several statements for one line the one that `orgFacts.statement` prefers. */
  private readonly stated = new Map<string, Stated>()
  private readonly prefers = preferred(fact)
  private readonly transaction: Engine
  private readonly org_id: number
  private readonly import_no: number
  private readonly source: string
  private readonly document: StatementDocument
  private readonly observed_at: Instant

  constructor(
    transaction: Engine,
    org_id: number,
    import_no: number,
    reported_by: string,
    document: StatementDocument,
    observed_at: Instant,
  ) {
    this.transaction = transaction
    this.org_id = org_id
    this.import_no = import_no
    this.document = document
    this.observed_at = observed_at
    // Author and document are cut apart, so that neither can be written to look like the other.
    this.source = `${reported_by} ${JSON.stringify([text(document.author, 300), text(document.id, 1000)])}`
  }

  add(record: StatementRecord): void {
    const { document } = this
    const vulnerability_id = canonical(text(record.vulnerability_id, 200) ?? '')
    if (vulnerability_id === '') return
    const product = text(record.product) ?? ''
    const { image, image_digest, repository } = record.target
    const name = packageKey(record.target.package)
    const [, packaged = null, version = null, arch = null] = /^([^@?]+)(?:@([^?]+))?(?:\?arch=(.+))?$/.exec(name ?? '') ?? []
    const place = [text(image, 500), text(image_digest, 200), text(repository)]
    const found = [...place, packaged].some((part) => part !== null)
    const values: Value[] = [
      vulnerability_id,
      ...place,
      packaged,
      version,
      arch,
      product,
      record.status,
      record.justification ?? null,
      text(record.detail, LONG),
      text(document.author, 300)!,
      text(document.role, 200),
      text(document.id, 1000)!,
      text(document.version, 100),
      record.stated_at ?? null,
    ]
    // What is found nowhere is told apart by its name.
    const target = JSON.stringify(found ? [...place, name] : [product])
    const key = `${vulnerability_id} ${target}`
    const before = this.stated.get(key)
    if (!before || this.prefers(JSON.stringify(values), JSON.stringify(before.values)))
      this.stated.set(key, { key, vulnerability_id, target, values })
  }

  /** Places everything and marks the assets on which scores may move as touched. */
  async end(): Promise<void> {
    const { transaction, org_id, import_no, source, observed_at } = this
    const ids = await this.drawIds()
    const [last] = await transaction.query<{ last: number }>(
      `select observed_at as last from coverage_history
       where org_id = $org_id and source = $source and subject = 'statement' and retracted_in = ${NEVER} order by observed_at desc limit 1`,
      { org_id, source },
    )
    const late = last !== undefined && last.last >= observed_at
    const look: Value[] = [org_id, 0, source, 'statement', 2, 0, '', observed_at]
    await transaction.append('staged_coverage', columnsOf('staged_coverage'), [[...look, 0, late]])
    await transaction.append(
      stagedTable(fact),
      stagedColumns(fact),
      [...this.stated.values()].map(({ key, values }) => [org_id, source, ids.get(key)!, ...values, observed_at, null, late]),
    )
    await place(transaction, fact, import_no, { late })
    await transaction.append(
      'coverage_history',
      [
        'org_id',
        'asset_id',
        'source',
        'subject',
        'access',
        'min_severity',
        'checks',
        'observed_at',
        'record_id',
        'stated_in',
        'opened_in',
        'retracted_in',
      ],
      [[...look, 0, import_no, import_no, NEVER]],
    )
    for (const table of ['staged_coverage', stagedTable(fact)]) await transaction.run(`delete from ${table}`)
    await touchStated(transaction, import_no)
  }

  /** The number of each line: the one that it has, or a new one. */
  private async drawIds(): Promise<Map<string, number>> {
    const { transaction, org_id, import_no, source } = this
    const rows = await transaction.query<{ statement_id: number; vulnerability_id: string; target: string }>(
      'select statement_id, vulnerability_id, target from statement_key where org_id = $org_id and source = $source',
      { org_id, source },
    )
    const ids = new Map(rows.map((row) => [`${row.vulnerability_id} ${row.target}`, row.statement_id]))
    const added = [...this.stated.values()].filter(({ key }) => !ids.has(key))
    if (added.length === 0) return ids
    const first = await draw(transaction, 'exception_id', added.length)
    for (const [index, { key }] of added.entries()) ids.set(key, first + index)
    await transaction.append(
      'statement_key',
      ['statement_id', 'org_id', 'source', 'vulnerability_id', 'target', 'created_in'],
      added.map(({ key, vulnerability_id, target }) => [ids.get(key)!, org_id, source, vulnerability_id, target, import_no]),
    )
    return ids
  }
}
