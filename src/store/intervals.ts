import { type Instant, NEVER } from '../model/time.ts'
import type { Engine, Row, Value } from './engines/engine.ts'
import { assetFacts, type FactTable, preferred } from './facts.ts'
import { closingSql, ItemStates } from './item-states.ts'
import { type Closing, type Interval, type Look, placeLate, withoutReports } from './timeline.ts'

/** Rows changed by one placement: for the result of an import. */
export interface Placed {
  opened: number
  closed: number
}

/** Name of the temporary table in which the rows of a fact table wait to be placed. */
export const stagedTable = (fact: FactTable): string => `staged_${fact.table}`

/** Columns of a staged row: the fact's own, then when it was seen, since when it says to be true (null: since seen), and whether it comes late. */
export const stagedColumns = (fact: FactTable): string[] => [...fact.scope, ...fact.key, ...fact.attributes, 'observed_at', 'since', 'late']

/** Where looks are kept, and the temporary table of those being placed. */
const lookTables = {
  asset: { staged: 'staged_coverage', kept: 'coverage_history' },
  world: { staged: 'staged_feed', kept: 'feed_coverage' },
} as const

/** SQL that makes the empty temporary table of a fact. */
export const createStagedSql = (fact: FactTable): string =>
  `create temporary table ${stagedTable(fact)} as
   select ${[...fact.scope, ...fact.key, ...fact.attributes].join(', ')}, valid_from as observed_at, valid_from as since, true as late from ${fact.table} where false`

/**
 * Places the staged rows of one fact table as import `import_no`: closes what a look covered and did not show, opens what is new,
 * and puts what comes late in its place by retracting and restating. Late and repeated reports are decided here and nowhere else.
 * `late`: whether any staged row or look is late; `closings`: whether any staged item is stated as closed; `staged`: whether any row is staged.
 * When it is known that none is, the search is spared.
 */
export async function place(
  transaction: Engine,
  fact: FactTable,
  import_no: number,
  { late = true, closings = false, staged = true }: { late?: boolean; closings?: boolean; staged?: boolean } = {},
): Promise<Placed> {
  const placed: Placed = { opened: 0, closed: 0 }
  const add = ({ opened, closed }: Placed) => {
    placed.opened += opened
    placed.closed += closed
  }
  const closes = closings && fact.items !== undefined
  if (closes) add(await closeOnTime(transaction, fact, import_no))
  add(await placeOnTime(transaction, fact, import_no, staged))
  const left = closes ? await closingsLeft(transaction, fact) : []
  if (late || left.length) add(await placeLateRows(transaction, fact, import_no, left))
  if (closes) await transaction.query('drop table closing_line')
  return placed
}

/**
 * Ends what staged items say to be closed, where nothing was heard of the asset between that instant and this look. Makes the
 * temporary table closing_line: the lines with a closing, and since when. What the report lists as well is not closed.
 */
async function closeOnTime(transaction: Engine, fact: FactTable, import_no: number): Promise<Placed> {
  const line = [...fact.scope, ...fact.key]
  const same = (a: string, b: string, columns: readonly string[] = line) =>
    columns.map((column) => `${a}.${column} = ${b}.${column}`).join(' and ')
  const items = stagedTable(assetFacts.item)
  await transaction.query(
    `create temporary table closing_line as
     select ${line.map((column) => `z.${column}`).join(', ')}, ${closingSql('z.closed_at', 'z.observed_at')} as ended, z.observed_at as seen, z.late, coalesce(v.last, -1) as last
     from ${items} z
     left join (select ${fact.scope.map((column) => `c.${column}`).join(', ')}, max(c.observed_at) as last
                from coverage_history c join (select distinct ${fact.scope.join(', ')} from ${items}) t on ${same('t', 'c', fact.scope)}
                where c.retracted_in = ${NEVER} and c.subject = 'asset' group by ${fact.scope.map((column) => `c.${column}`).join(', ')}) v on ${same('v', 'z', fact.scope)}
     where z.said = 'closed' and not exists (select 1 from ${stagedTable(fact)} s where ${same('s', 'z')})`,
  )
  const closed = await transaction.run(
    `update ${fact.table} as f set valid_to = z.ended, closed_in = $import_no from closing_line as z
     where ${same('z', 'f')} and not z.late and z.last < z.ended and f.valid_from < z.ended and f.valid_to = $never and f.retracted_in = $never and ${fact.items!.ends}`,
    { import_no, never: NEVER },
  )
  return { opened: 0, closed }
}

/** The closings that must be worked out line by line: those whose line goes on after them. */
async function closingsLeft(transaction: Engine, fact: FactTable): Promise<Row[]> {
  const line = [...fact.scope, ...fact.key].map((column) => `f.${column} = closing_line.${column}`).join(' and ')
  await transaction.run(
    `delete from closing_line where not exists (select 1 from ${fact.table} f where ${line} and f.retracted_in = $never and f.valid_to > closing_line.ended)`,
    { never: NEVER },
  )
  return transaction.query<Row>('select * from closing_line')
}

/** The staged rows after everything known of their scope: set by set, no row at a time. */
async function placeOnTime(transaction: Engine, fact: FactTable, import_no: number, any: boolean): Promise<Placed> {
  const staged = stagedTable(fact)
  const line = [...fact.scope, ...fact.key]
  const same = (a: string, b: string, columns: readonly string[]) =>
    columns.map((column) => `${a}.${column} = ${b}.${column}`).join(' and ')
  const params = { import_no, never: NEVER }
  const known = await knowsScope(transaction, fact)
  let closed = 0
  if (known && fact.covers) {
    closed = await transaction.run(
      `update ${fact.table} as f set valid_to = c.observed_at, closed_in = $import_no
       from ${looksOf(fact).staged} as c
       where ${same('c', 'f', fact.scope)} and f.valid_to = $never and f.retracted_in = $never and not c.late and ${fact.covers}
         and not exists (select 1 from ${staged} as s where ${same('s', 'f', line)})`,
      params,
    )
  }
  if (!any) return { opened: 0, closed }
  if (known && fact.attributes.length) {
    await transaction.run(
      `update ${fact.table} as f set valid_to = s.observed_at, closed_in = $import_no
       from ${staged} as s
       where ${same('s', 'f', line)} and not s.late and f.valid_to = $never and f.retracted_in = $never and f.valid_from < s.observed_at
         and (${fact.attributes.map((column) => `f.${column} is distinct from s.${column}`).join(' or ')})`,
      params,
    )
  }
  const columns = [...line, ...fact.attributes]
  const since = 'coalesce(s.since, s.observed_at)'
  const opened = await transaction.run(
    `insert into ${fact.table} (${columns.join(', ')}, valid_from, valid_to, opened_in, closed_in, retracted_in)
     select ${columns.map((column) => `s.${column}`).join(', ')}, ${known ? `case when k.last is null then ${since} else s.observed_at end` : since},
       $never, $import_no, $never, $never
     from ${staged} as s
     ${
       known
         ? `left join (select ${line.map((column) => `f.${column}`).join(', ')}, max(f.valid_to) as last from ${fact.table} as f
                join ${staged} as t on ${same('t', 'f', line)} where f.retracted_in = $never
                group by ${line.map((column) => `f.${column}`).join(', ')}) as k on ${same('k', 's', line)}`
         : ''
     }
     where not s.late ${known ? 'and (k.last is null or k.last < $never)' : ''}
     ${fact.key[0] === 'finding_id' ? 'order by s.finding_id' : ''}`, // rows of one asset side by side: columns of repeated values take a fraction of the space
    params,
  )
  return { opened, closed }
}

/**
 * Opens lines of which nothing was ever known, straight from where they are. `items`: SQL of each line's one item, with the key and attributes of the
 * fact, asset_id and observed_at. Returns how many.
 */
export function openNew(
  transaction: Engine,
  fact: FactTable,
  items: string,
  said: { org_id: number; source: string; import_no: number },
): Promise<number> {
  const columns = ['asset_id', ...fact.key, ...fact.attributes]
  return transaction.run(
    `insert into ${fact.table} (org_id, source, ${columns.join(', ')}, valid_from, valid_to, opened_in, closed_in, retracted_in)
     select $org_id, $source, ${columns.map((column) => `i.${column}`).join(', ')}, i.observed_at, $never, $import_no, $never, $never
     from (${items}) i order by ${fact.key.map((column) => `i.${column}`).join(', ')}`,
    { ...said, never: NEVER },
  )
}

/** Whether anything stands of what the staged rows and looks speak for: with a source's first report nothing does, and nothing is to be compared. */
async function knowsScope(transaction: Engine, fact: FactTable): Promise<boolean> {
  const scopes = [stagedTable(fact), ...(fact.covers ? [looksOf(fact).staged] : [])]
  const found = await transaction.query(
    `select 1 as found from ${fact.table} f
     join (${scopes.map((table) => `select distinct ${fact.scope.join(', ')} from ${table}`).join(' union ')}) t
       on ${fact.scope.map((column) => `t.${column} = f.${column}`).join(' and ')}
     where f.retracted_in = $never limit 1`,
    { never: NEVER },
  )
  return found.length > 0
}

/** What comes late: the lines that it touches are worked out one by one, then retracted and restated together. */
async function placeLateRows(transaction: Engine, fact: FactTable, import_no: number, closings: readonly Row[]): Promise<Placed> {
  const staged = stagedTable(fact)
  const looked = looksOf(fact)
  const lines = new Lines(fact)
  for (const row of await transaction.query<Row>(`select * from ${staged} where late`)) lines.at(row).staged = row
  for (const row of closings) lines.at(row).closing = { at: row['ended'] as Instant, seen: row['seen'] as Instant }
  const lateLooks = fact.shows ? await transaction.query<Row>(`select * from ${looked.staged} where late`) : []
  if (!lines.size && !lateLooks.length) return { opened: 0, closed: 0 }
  // Only a look at the whole scope touches lines that the report does not name.
  const columns = fact.looksAtAsset && !lateLooks.some((look) => look['asset_id'] === 0) ? [...fact.scope, ...fact.key] : fact.scope
  await transaction.query(
    `create temporary table late_scope as select distinct ${columns.join(', ')} from ${staged} where late
     ${fact.shows ? `union select distinct ${columns.join(', ')} from ${looked.staged} where late` : ''}
     ${closings.length ? `union select distinct ${columns.join(', ')} from closing_line` : ''}`,
  )
  await readLines(transaction, fact, lines, 'late_scope', columns)
  const kept = await readLooks(transaction, fact, 'late_scope', lines)
  const states = await ItemStates.read(transaction, fact, 'late_scope', kept)
  await transaction.query('drop table late_scope')
  const looksIn = looksOfLines(fact, kept)
  const ownLooksIn = looksOfLines(fact, lateLooks)
  const newLooksIn = looksOfLines(fact, withoutKnown(lateLooks, kept))
  const prefers = preferred(fact)
  const closes = closesValue(fact)

  return restate(transaction, fact, import_no, lines, (line) => {
    const row = line.staged ?? line.rows[0]!
    if (!line.staged && !line.closing && !newLooksIn(row).length) return null
    const before = line.rows.map((each) => asInterval(fact, each))
    const stated = states.of(row, closes)
    const looks = looksIn(row)
    const listing = line.staged && { at: line.staged['observed_at'] as Instant, value: valueOf(fact, line.staged) }
    // What stands at that instant already is only said again.
    if (listing && !stated.closings.length && before.some((each) => holds(each, listing))) return null
    if (listing && !fact.shows) return fillBefore(before, { valid_from: listing.at, valid_to: NEVER, value: listing.value })
    return placeLate(
      before,
      looks,
      {
        listing,
        since: line.staged ? (line.staged['since'] as Instant | null) : null,
        looks: ownLooksIn(row),
        closings: line.closing ? [line.closing] : [],
      },
      prefers,
      stated,
    )
  })
}

const holds = ({ valid_from, valid_to, value }: Interval, listing: { at: Instant; value: string }): boolean =>
  valid_from <= listing.at && listing.at < valid_to && value === listing.value

/** Whether a closing ends a value of a fact that has items, remembered by value. */
export function closesValue(fact: FactTable): (value: string) => boolean {
  const known = new Map<string, boolean>()
  return (value) => {
    let closes = known.get(value)
    if (closes === undefined) known.set(value, (closes = fact.items?.closes(factOf(fact, value)) ?? false))
    return closes
  }
}

/** The looks that are not known yet: the same instant and extent has nothing new to say about what it did not show. */
function withoutKnown(own: readonly Row[], kept: readonly Row[]): Row[] {
  const extent = (row: Row) =>
    ['source', 'asset_id', 'observed_at', 'subject', 'access', 'min_severity', 'checks', 'complete']
      .map((column) => row[column])
      .join('\u0000')
  const known = new Set(kept.map(extent))
  return own.filter((row) => !known.has(extent(row)))
}

/** Where absence says nothing, a late statement tells only what was before everything known. */
function fillBefore(intervals: readonly Interval[], late: Interval): Interval[] {
  const first = intervals.toSorted((a, b) => a.valid_from - b.valid_from)[0]
  if (!first) return [late]
  if (first.valid_from <= late.valid_from) return [...intervals]
  if (first.value === late.value)
    return intervals.map((interval) => (interval === first ? { ...first, valid_from: late.valid_from } : interval))
  return [{ ...late, valid_to: first.valid_from }, ...intervals]
}

/**
 * Takes back what import `undone` said in one fact table, as import `import_no`: the lines become what they would be without its looks.
 * `looks` is a temporary table of its rows of coverage.
 */
export async function unplace(transaction: Engine, fact: FactTable, undone: number, import_no: number, looks: string): Promise<Placed> {
  const lines = new Lines(fact)
  await readLines(transaction, fact, lines, looks, fact.scope)
  const gone = await transaction.query<Row>(`select * from ${looks}`)
  const all = await readLooks(transaction, fact, looks, lines)
  const kept = all.filter((row) => (row['stated_in'] ?? row['opened_in']) !== undone)
  const states = await ItemStates.read(transaction, fact, looks, all)
  const closes = closesValue(fact)
  const goneIn = looksOfLines(fact, gone)
  const looksIn = looksOfLines(fact, kept)
  return restate(transaction, fact, import_no, lines, (line) => {
    const row = line.rows[0]!
    if (!fact.shows) return withoutStatements(fact, line.rows, undone)
    const reports = new Map<Instant, Look[]>()
    for (const look of goneIn(row)) reports.set(look.at, [...(reports.get(look.at) ?? []), look])
    return withoutReports(
      line.rows.map((each) => asInterval(fact, each)),
      looksIn(row),
      [...reports].map(([at, own]) => ({ at, looks: own })),
      new Set(line.rows.filter((each) => each['opened_in'] === undone).map((each) => each['valid_from'] as Instant)),
      states.of(row, closes),
    )
  })
}

/** Where absence says nothing, an undone statement leaves what was said before it; an interval that it ended goes on. */
function withoutStatements(fact: FactTable, rows: readonly Row[], undone: number): Interval[] {
  const intervals: Interval[] = []
  for (const row of rows.toSorted((a, b) => (a['valid_from'] as Instant) - (b['valid_from'] as Instant))) {
    if (row['opened_in'] === undone) {
      const before = intervals.at(-1)
      if (before && before.valid_to === row['valid_from']) before.valid_to = row['valid_to'] as Instant
    } else intervals.push(asInterval(fact, row))
  }
  return intervals
}

interface Line {
  rows: Row[]
  staged: Row | null
  /** What this report says of its end. */
  closing: Closing | null
}

/** The lines of a fact table that a placement touches, by scope and key. */
export class Lines {
  private readonly lines = new Map<string, Line>()
  private readonly columns: readonly string[]

  constructor(fact: FactTable) {
    this.columns = [...fact.scope, ...fact.key]
  }

  get size(): number {
    return this.lines.size
  }

  at(row: Row): Line {
    const key = this.columns.map((column) => row[column]).join('\u0000')
    let line = this.lines.get(key)
    if (!line) this.lines.set(key, (line = { rows: [], staged: null, closing: null }))
    return line
  }

  all(): Iterable<Line> {
    return this.lines.values()
  }
}

const looksOf = (fact: FactTable) => (fact.scope.includes('org_id') ? lookTables.asset : lookTables.world)

/** Reads the standing rows of the scopes (or lines, as `columns` says) that a temporary table names. */
async function readLines(transaction: Engine, fact: FactTable, lines: Lines, scopes: string, columns: readonly string[]): Promise<void> {
  const rows = await transaction.query<Row>(
    `select f.* from ${fact.table} f join (select distinct ${columns.join(', ')} from ${scopes}) l on ${columns.map((column) => `f.${column} = l.${column}`).join(' and ')}
     where f.retracted_in = ${NEVER}`,
  )
  for (const row of rows) lines.at(row).rows.push(row)
}

/** Reads the standing looks of the scopes that a temporary table names; of looks at assets only those at the assets of `lines`. */
async function readLooks(transaction: Engine, fact: FactTable, scopes: string, lines: Lines): Promise<Row[]> {
  if (!fact.shows) return []
  const assets = fact.looksAtAsset
    ? [0, ...new Set([...lines.all()].map((line) => (line.staged ?? line.rows[0]!)['asset_id'] as number))]
    : null
  return transaction.query<Row>(
    `select c.* from ${looksOf(fact).kept} c join (select distinct ${fact.scope.join(', ')} from ${scopes}) l on ${fact.scope.map((column) => `c.${column} = l.${column}`).join(' and ')}
     where c.retracted_in = ${NEVER} ${assets ? `and c.subject in ('presence', 'asset') and c.asset_id = any($assets)` : ''}`,
    assets ? { assets } : {},
  )
}

/** The looks of each line, made once per scope: given any row of the line. */
export function looksOfLines(fact: FactTable, rows: readonly Row[]): (row: Row) => readonly Look[] {
  const own = fact.looksAtAsset ? [...fact.scope, 'asset_id'] : fact.scope
  const keyOf = (row: Row, asset = row['asset_id']) => own.map((column) => (column === 'asset_id' ? asset : row[column])).join('\u0000')
  const scopes = new Map<string, Row[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const held = scopes.get(key)
    if (held) held.push(row)
    else scopes.set(key, [row])
  }
  const made = new Map<string, Look[]>()
  const looksAt = (key: string) => {
    let looks = made.get(key)
    if (!looks) made.set(key, (looks = asLooks(fact, scopes.get(key))))
    return looks
  }
  return (row) => (fact.looksAtAsset ? [...looksAt(keyOf(row, 0)), ...looksAt(keyOf(row))] : looksAt(keyOf(row)))
}

function asLooks(fact: FactTable, rows: readonly Row[] = []): Look[] {
  const { shows } = fact
  if (!shows) return []
  const facts = new Map<string, Row>()
  const known = (value: string): Row => {
    let row = facts.get(value)
    if (!row) facts.set(value, (row = factOf(fact, value)))
    return row
  }
  return rows.map((row) => ({ at: row['observed_at'] as Instant, shows: (value) => shows(known(value), row) }))
}

/** The attributes of a row as one text: equal text, equal attributes. */
export const valueOf = (fact: FactTable, row: Row): string => JSON.stringify(fact.attributes.map((column) => row[column] ?? null))

/** The attributes again. */
function factOf(fact: FactTable, value: string): Row {
  const values = JSON.parse(value) as Value[]
  return Object.fromEntries(fact.attributes.map((column, place) => [column, values[place]!]))
}

const asInterval = (fact: FactTable, row: Row): Interval => ({
  valid_from: row['valid_from'] as Instant,
  valid_to: row['valid_to'] as Instant,
  value: valueOf(fact, row),
})

/** Retracts the rows of each line that no longer hold and writes those that do. `after` gives null for a line that stays as it is. */
export async function restate(
  transaction: Engine,
  fact: FactTable,
  import_no: number,
  lines: Lines,
  after: (line: Line) => Interval[] | null,
): Promise<Placed> {
  const line = [...fact.scope, ...fact.key]
  const retracted: Value[][] = []
  const added: Value[][] = []
  for (const each of lines.all()) {
    const template = each.rows[0] ?? each.staged
    if (!template) continue
    const intervals = after(each)
    if (!intervals) continue
    const wanted = new Map(intervals.map((interval) => [`${interval.valid_from} ${interval.valid_to} ${interval.value}`, interval]))
    for (const row of each.rows) {
      const interval = asInterval(fact, row)
      if (!wanted.delete(`${interval.valid_from} ${interval.valid_to} ${interval.value}`))
        retracted.push([...line.map((column) => row[column]!), interval.valid_from])
    }
    for (const interval of wanted.values()) {
      added.push([
        ...line.map((column) => template[column]!),
        ...(JSON.parse(interval.value) as Value[]),
        interval.valid_from,
        interval.valid_to,
        import_no,
        interval.valid_to === NEVER ? NEVER : import_no,
        NEVER,
      ])
    }
  }
  if (retracted.length) {
    await transaction.query(`create temporary table retracted as select ${line.join(', ')}, valid_from from ${fact.table} where false`)
    await transaction.append('retracted', [...line, 'valid_from'], retracted)
    await transaction.run(
      `update ${fact.table} as f set retracted_in = $import_no from retracted as r
       where ${[...line, 'valid_from'].map((column) => `f.${column} = r.${column}`).join(' and ')} and f.retracted_in = $never`,
      { import_no, never: NEVER },
    )
    await transaction.query('drop table retracted')
  }
  await transaction.append(fact.table, columnsOf(fact), added)
  return { opened: added.filter((row) => row.at(-4) === NEVER).length, closed: retracted.length }
}

const columnsOf = (fact: FactTable): string[] => [
  ...fact.scope,
  ...fact.key,
  ...fact.attributes,
  'valid_from',
  'valid_to',
  'opened_in',
  'closed_in',
  'retracted_in',
]
