import { type Instant, NEVER } from '../model/time.ts'
import type { Engine, Row, Value } from './engines/engine.ts'
import type { FactTable } from './facts.ts'
import { type Interval, placeLate, withoutLook } from './timeline.ts'

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
 * `anyLate`: whether any staged row or look is late; when it is known that none is, the search is spared.
 */
export async function place(transaction: Engine, fact: FactTable, import_no: number, anyLate = true): Promise<Placed> {
  const onTime = await placeOnTime(transaction, fact, import_no)
  if (!anyLate) return onTime
  const late = await placeLateRows(transaction, fact, import_no)
  return { opened: onTime.opened + late.opened, closed: onTime.closed + late.closed }
}

/** The staged rows after everything known of their scope: set by set, no row at a time. */
async function placeOnTime(transaction: Engine, fact: FactTable, import_no: number): Promise<Placed> {
  const staged = stagedTable(fact)
  const line = [...fact.scope, ...fact.key]
  const same = (a: string, b: string, columns: readonly string[]) => columns.map((column) => `${a}.${column} = ${b}.${column}`).join(' and ')
  const params = { import_no, never: NEVER }
  let closed = 0
  if (fact.covers) {
    closed = await transaction.run(
      `update ${fact.table} as f set valid_to = c.observed_at, closed_in = $import_no
       from ${looksOf(fact).staged} as c
       where ${same('c', 'f', fact.scope)} and f.valid_to = $never and f.retracted_in = $never and not c.late and ${fact.covers}
         and not exists (select 1 from ${staged} as s where ${same('s', 'f', line)})`,
      params,
    )
  }
  if (fact.attributes.length) {
    await transaction.run(
      `update ${fact.table} as f set valid_to = s.observed_at, closed_in = $import_no
       from ${staged} as s
       where ${same('s', 'f', line)} and not s.late and f.valid_to = $never and f.retracted_in = $never and f.valid_from < s.observed_at
         and (${fact.attributes.map((column) => `f.${column} is distinct from s.${column}`).join(' or ')})`,
      params,
    )
  }
  const columns = [...line, ...fact.attributes]
  const opened = await transaction.run(
    `insert into ${fact.table} (${columns.join(', ')}, valid_from, valid_to, opened_in, closed_in, retracted_in)
     select ${columns.map((column) => `s.${column}`).join(', ')}, case when k.known is null then coalesce(s.since, s.observed_at) else s.observed_at end,
       $never, $import_no, $never, $never
     from ${staged} as s
     left join (select distinct ${line.map((column) => `f.${column}`).join(', ')}, 1 as known from ${fact.table} as f
                join ${staged} as t on ${same('t', 'f', line)} where f.retracted_in = $never) as k on ${same('k', 's', line)}
     where not s.late and not exists (select 1 from ${fact.table} as f where ${same('f', 's', line)} and f.valid_to = $never and f.retracted_in = $never)`,
    params,
  )
  return { opened, closed }
}

/** What comes late: the few lines that it touches are worked out one by one, then retracted and restated together. */
async function placeLateRows(transaction: Engine, fact: FactTable, import_no: number): Promise<Placed> {
  const staged = stagedTable(fact)
  const late = await transaction.query<Row>(`select * from ${staged} where late`)
  const lateLooks = fact.covers ? await transaction.query<Row>(`select * from ${looksOf(fact).staged} where late`) : []
  if (!late.length && !lateLooks.length) return { opened: 0, closed: 0 }

  const lines = new Lines(fact)
  for (const row of late) lines.at(row).staged = row
  await transaction.query(`create temporary table late_scope as select distinct ${fact.scope.join(', ')} from ${staged} where late
    ${fact.covers ? `union select distinct ${fact.scope.join(', ')} from ${looksOf(fact).staged} where late` : ''}`)
  try {
    const inScope = fact.scope.map((column) => `f.${column} = l.${column}`).join(' and ')
    for (const row of await transaction.query<Row>(`select f.* from ${fact.table} f join late_scope l on ${inScope} where f.retracted_in = ${NEVER}`)) lines.at(row).rows.push(row)
    if (fact.covers) {
      await readLooks(transaction, fact, lines, looksOf(fact).kept, 'late_scope')
      for (const { line, at } of await coveredLines(transaction, fact, looksOf(fact).staged, 'c.late', 'late_scope')) lines.ofKey(line).lateLook = at
    }
  } finally {
    await transaction.query('drop table late_scope')
  }

  return restate(transaction, fact, import_no, lines, (line) => {
    const before = line.rows.map((row) => asInterval(fact, row))
    const { staged: row } = line
    if (row) {
      const at = row['observed_at'] as Instant
      const value = valueOf(fact, row)
      if (fact.covers === null) return fillBefore(before, { valid_from: at, valid_to: NEVER, value })
      return placeLate(before, line.looks, { at, value }, row['since'] as Instant | null)
    }
    return line.lateLook === null ? before : placeLate(before, line.looks, { at: line.lateLook, value: null })
  })
}

/** Where absence says nothing, a late statement tells only what was before everything known. */
function fillBefore(intervals: readonly Interval[], late: Interval): Interval[] {
  const first = intervals.toSorted((a, b) => a.valid_from - b.valid_from)[0]
  if (!first) return [late]
  if (first.valid_from <= late.valid_from) return [...intervals]
  if (first.value === late.value) return intervals.map((interval) => (interval === first ? { ...first, valid_from: late.valid_from } : interval))
  return [{ ...late, valid_to: first.valid_from }, ...intervals]
}

/**
 * Takes back what import `undone` said in one fact table, as import `import_no`: the lines become what they would be without its looks.
 * `scopes` is a temporary table of (scope…, observed_at): where and when it looked.
 */
export async function unplace(transaction: Engine, fact: FactTable, undone: number, import_no: number, scopes: string): Promise<Placed> {
  const lines = new Lines(fact)
  const inScope = fact.scope.map((column) => `f.${column} = l.${column}`).join(' and ')
  const rows = await transaction.query<Row>(
    `select distinct f.* from ${fact.table} f join ${scopes} l on ${inScope} where f.retracted_in = ${NEVER}`,
  )
  for (const row of rows) lines.at(row).rows.push(row)
  const looked = await transaction.query<Row>(`select * from ${scopes}`)
  if (fact.covers) await readLooks(transaction, fact, lines, looksOf(fact).kept, scopes)
  const ofScope = new Map<string, Instant[]>()
  for (const row of looked) {
    const key = fact.scope.map((column) => row[column]).join('\u0000')
    ofScope.set(key, [...(ofScope.get(key) ?? []), row['observed_at'] as Instant])
  }
  return restate(transaction, fact, import_no, lines, (line) => {
    let intervals = line.rows.map((row) => asInterval(fact, row))
    for (const at of ofScope.get(fact.scope.map((column) => line.rows[0]![column]).join('\u0000')) ?? []) {
      const others = line.looks.filter((look) => look !== at)
      // Another report that looked at the same instant keeps what was seen then.
      if (line.looks.filter((look) => look === at).length > 1) continue
      const openedHere = line.rows.some((row) => row['opened_in'] === undone)
      if (fact.covers === null && !openedHere) continue
      intervals = withoutLook(intervals, others, at)
    }
    if (line.rows.every((row) => row['opened_in'] === undone) && line.looks.length === 0) intervals = []
    return intervals
  })
}

interface Line {
  rows: Row[]
  staged: Row | null
  /** Instants at which other reports looked and would have shown it. */
  looks: Instant[]
  /** The late report looked without showing it, at this instant. */
  lateLook: Instant | null
}

class Lines {
  readonly lines = new Map<string, Line>()
  private readonly columns: readonly string[]

  constructor(fact: FactTable) {
    this.columns = [...fact.scope, ...fact.key]
  }

  at(row: Row): Line {
    return this.ofKey(this.columns.map((column) => row[column]).join('\u0000'))
  }

  ofKey(key: string): Line {
    let line = this.lines.get(key)
    if (!line) this.lines.set(key, (line = { rows: [], staged: null, looks: [], lateLook: null }))
    return line
  }
}

const looksOf = (fact: FactTable) => (fact.scope.includes('org_id') ? lookTables.asset : lookTables.world)

/** Reads for each line of the scopes the looks of the past that cover it. A line that is only staged is covered like the staged row itself. */
async function readLooks(transaction: Engine, fact: FactTable, lines: Lines, looks: string, scopes: string): Promise<void> {
  for (const { line, at } of await coveredLines(transaction, fact, looks, `c.retracted_in = ${NEVER}`, scopes)) lines.ofKey(line).looks.push(at)
}

/**
 * Every (line, instant) such that a look of table `looks` would have shown the line as it was then. Severity and access change with
 * time: inside an interval its own count, elsewhere those of the row that is staged.
 */
async function coveredLines(transaction: Engine, fact: FactTable, looks: string, which: string, scopes: string): Promise<{ line: string; at: Instant }[]> {
  const columns = [...fact.scope, ...fact.key, ...fact.attributes]
  const staged =
    scopes === 'late_scope' ? `union all select ${columns.map((column) => `s.${column}`).join(', ')}, 0, ${NEVER} from ${stagedTable(fact)} s where s.late` : ''
  const rows = await transaction.query<Row>(
    `select distinct ${[...fact.scope, ...fact.key].map((column) => `f.${column}`).join(', ')}, c.observed_at, ${looks.startsWith('staged') ? '0' : 'c.opened_in'} as opened_in
     from (select ${columns.map((column) => `f.${column}`).join(', ')}, f.valid_from, f.valid_to from ${fact.table} f
           join (select distinct ${fact.scope.join(', ')} from ${scopes}) l on ${fact.scope.map((column) => `f.${column} = l.${column}`).join(' and ')}
           where f.retracted_in = ${NEVER} ${staged}) f
     join ${looks} c on ${fact.scope.map((column) => `c.${column} = f.${column}`).join(' and ')} and f.valid_from <= c.observed_at and c.observed_at <= f.valid_to
     where ${which} and ${fact.covers}`,
  )
  return rows.map((row) => ({ line: [...fact.scope, ...fact.key].map((column) => row[column]).join('\u0000'), at: row['observed_at'] as Instant }))
}

const valueOf = (fact: FactTable, row: Row): string => JSON.stringify(fact.attributes.map((column) => row[column] ?? null))

const asInterval = (fact: FactTable, row: Row): Interval => ({
  valid_from: row['valid_from'] as Instant,
  valid_to: row['valid_to'] as Instant,
  value: valueOf(fact, row),
})

/** Retracts the rows of each line that no longer hold and writes those that do. */
async function restate(transaction: Engine, fact: FactTable, import_no: number, lines: Lines, after: (line: Line) => Interval[]): Promise<Placed> {
  const line = [...fact.scope, ...fact.key]
  const retracted: Value[][] = []
  const added: Value[][] = []
  for (const each of lines.lines.values()) {
    const template = each.rows[0] ?? each.staged
    if (!template) continue
    const wanted = new Map(after(each).map((interval) => [`${interval.valid_from} ${interval.valid_to} ${interval.value}`, interval]))
    for (const row of each.rows) {
      const interval = asInterval(fact, row)
      if (!wanted.delete(`${interval.valid_from} ${interval.valid_to} ${interval.value}`)) retracted.push([...line.map((column) => row[column]!), interval.valid_from])
    }
    for (const interval of wanted.values()) {
      added.push([
        ...line.map((column) => template[column]!), ...(JSON.parse(interval.value) as Value[]),
        interval.valid_from, interval.valid_to, import_no, interval.valid_to === NEVER ? NEVER : import_no, NEVER,
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
  ...fact.scope, ...fact.key, ...fact.attributes, 'valid_from', 'valid_to', 'opened_in', 'closed_in', 'retracted_in',
]
