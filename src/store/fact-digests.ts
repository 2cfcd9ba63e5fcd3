import { createHash } from 'node:crypto'
import { NEVER } from '../model/time.ts'
import type { Engine } from './engines/engine.ts'
import { type Column, listTables, type Table } from './tables.ts'

/** What an import did to facts: it stated them, stated their end, or corrected them. */
export type Part = 'opened' | 'closed' | 'retracted'

/** How many facts of a table an import opened, closed or retracted, and their digest: the same for the same rows in any order. */
export interface FactDigest {
  import_no: number
  fact_table: string
  part: Part
  facts: number
  low: number
  high: number
}

/** Sums of hashes are kept modulo this: below 2^53, as every integer of ours. */
const MODULUS = 2 ** 48

/** SQL: the number that the twelve hexadecimal digits of `text` from `at` on are. */
const numberSql: Record<Engine['name'], (text: string, at: number) => string> = {
  duckdb: (text, at) => `cast('0x' || substr(${text}, ${at}, 12) as bigint)`,
  postgres: (text, at) => `cast(cast('x' || substr(${text}, ${at}, 12) as bit(48)) as bigint)`,
}

/** Arguments that PostgreSQL's concat takes at most. */
const MOST_ARGUMENTS = 100

/**
 * SQL: a row of a table as one text. Each value stands with its column's name and, if it is text, its length, so that two rows with
 * different values never give the same text. Null leaves nothing: a column that a later step adds changes no digest.
 */
function rowSql(columns: readonly Column[]): string {
  const parts = columns.flatMap(({ name, text }, place) => {
    const before = place === 0 ? '' : '|'
    const unlessNull = (mark: string, otherwise: string) => `case when ${name} is null then '${otherwise}' else '${mark}' end`
    if (!text) return [unlessNull(`${before}${name}=`, before), `cast(${name} as text)`]
    return [unlessNull(`${before}${name}:`, before), `cast(length(${name}) as text)`, unlessNull(':', ''), name]
  })
  return concatSql(parts)
}

/** SQL: texts one after the other, null as nothing. One function copies a long text once, each operator between would again. */
function concatSql(parts: readonly string[]): string {
  if (parts.length <= MOST_ARGUMENTS) return `concat(${parts.join(', ')})`
  const halves = [parts.slice(0, MOST_ARGUMENTS - 1), parts.slice(MOST_ARGUMENTS - 1)] as const
  return `concat(${[...halves[0], concatSql(halves[1])].join(', ')})`
}

/** SQL: count and digest of the rows of a subquery with column `hash`. */
const sumsSql = (engine: Engine): string =>
  [1, 13]
    .map((at) => `cast(coalesce(sum(${numberSql[engine.name]('hash', at)}), 0) % ${MODULUS} as bigint) as ${at === 1 ? 'low' : 'high'}`)
    .reduce((sums, sum) => `${sums}, ${sum}`, 'count(*) as facts')

/** The parts of a table of facts, by the column that holds the number of the import, with the columns that never change afterwards. */
function partsOf({ columns }: Table): { part: Part; column: string; fixed: Column[] }[] {
  const has = (name: string) => columns.some((column) => column.name === name)
  const without = (...names: string[]) => columns.filter(({ name }) => !names.includes(name))
  if (has('created_in')) return [{ part: 'opened', column: 'created_in', fixed: columns }]
  if (!has('opened_in') || !has('retracted_in')) return []
  const closes = has('closed_in')
  return [
    { part: 'opened', column: 'opened_in', fixed: without('retracted_in', ...(closes ? ['closed_in', 'valid_to'] : [])) },
    ...(closes ? [{ part: 'closed' as const, column: 'closed_in', fixed: without('retracted_in') }] : []),
    { part: 'retracted', column: 'retracted_in', fixed: columns },
  ]
}

/** Tables of facts: those whose rows say which import opened or created them. */
const factTables = async (engine: Engine): Promise<Table[]> => (await listTables(engine)).filter((table) => partsOf(table).length)

/** Digests of what import `import_no` did, as the rows now say; parts without rows are left out. */
export async function digestImport(engine: Engine, import_no: number): Promise<FactDigest[]> {
  const parts = (await factTables(engine)).flatMap((table) => partsOf(table).map((part) => ({ ...part, table: table.table })))
  const of = `= ${Math.trunc(import_no)}`
  // Most imports touch few tables, and planning a question about the rows of all of them takes longer than asking it.
  const touched = await engine.query<{ place: number }>(
    parts
      .map(({ table, column }, place) => `select ${place} as place where exists (select 1 from ${table} where ${column} ${of})`)
      .join(' union all '),
  )
  if (!touched.length) return []
  const rows = await engine.query<Omit<FactDigest, 'import_no'>>(
    touched
      .map(({ place }) => parts[place]!)
      .map(
        ({ table, part, column, fixed }) =>
          `select '${table}' as fact_table, '${part}' as part, ${sumsSql(engine)}
           from (select md5(${rowSql(fixed)}) as hash from ${table} where ${column} ${of}) as r`,
      )
      .join(' union all '),
  )
  return rows.map((row) => ({ import_no, ...row }))
}

/** Digests of what every import did to the facts that `where` selects (SQL over the columns of one table; default: all). */
export async function digestFacts(
  engine: Engine,
  where: (table: Table) => string | null = () => 'true',
  onTable: (table: string) => void = () => {},
): Promise<FactDigest[]> {
  const digests: FactDigest[] = []
  for (const table of await factTables(engine)) {
    const condition = where(table)
    if (condition === null) continue
    onTable(table.table)
    for (const { part, column, fixed } of partsOf(table)) {
      digests.push(
        ...(await engine.query<FactDigest>(
          `select import_no, '${table.table}' as fact_table, '${part}' as part, ${sumsSql(engine)}
           from (select ${column} as import_no, md5(${rowSql(fixed)}) as hash from ${table.table} where ${column} < ${NEVER} and (${condition})) as r
           group by import_no`,
        )),
      )
    }
  }
  return digests
}

/** Number of rows whose end and the import that stated it do not go together: an end that nobody stated, by table. */
export async function endsWithoutImport(engine: Engine): Promise<{ fact_table: string; facts: number }[]> {
  const intervals = (await factTables(engine)).filter((table) => partsOf(table).some(({ part }) => part === 'closed'))
  const rows = await engine.query<{ fact_table: string; facts: number }>(
    intervals
      .map(
        ({ table }) =>
          `select '${table}' as fact_table, count(*) as facts from ${table} where (closed_in = ${NEVER}) <> (valid_to = ${NEVER})`,
      )
      .join(' union all '),
  )
  return rows.filter(({ facts }) => facts > 0)
}

/** The sum of several statements about the same facts; what sums to nothing is left out. Its key is {@link factKey}. */
export function sumDigests(digests: Iterable<FactDigest>): Map<string, FactDigest> {
  const sums = new Map<string, FactDigest>()
  const wrap = (sum: number) => ((sum % MODULUS) + MODULUS) % MODULUS
  for (const digest of digests) {
    const sofar = sums.get(factKey(digest))
    sums.set(
      factKey(digest),
      sofar
        ? { ...sofar, facts: sofar.facts + digest.facts, low: wrap(sofar.low + digest.low), high: wrap(sofar.high + digest.high) }
        : { ...digest, low: wrap(digest.low), high: wrap(digest.high) },
    )
  }
  for (const [key, { facts, low, high }] of sums) if (facts === 0 && low === 0 && high === 0) sums.delete(key)
  return sums
}

/** What two statements must have in common to be about the same facts. */
const factKey = ({ import_no, fact_table, part }: Pick<FactDigest, 'import_no' | 'fact_table' | 'part'>): string =>
  `${import_no} ${fact_table} ${part}`

/** The same digests with the sign turned: what taking these facts away does to the sums. */
export const negated = (digests: readonly FactDigest[]): FactDigest[] =>
  digests.map((digest) => ({ ...digest, facts: -digest.facts, low: -digest.low, high: -digest.high }))

/** Writes what import `stated_in` says about facts. */
export async function writeDigests(transaction: Engine, stated_in: number, digests: readonly FactDigest[]): Promise<void> {
  await transaction.append(
    'fact_digest',
    ['import_no', 'fact_table', 'part', 'facts', 'low', 'high', 'stated_in'],
    digests.map(({ import_no, fact_table, part, facts, low, high }) => [import_no, fact_table, part, facts, low, high, stated_in]),
  )
}

/** sha256, as hex, over all that an import states about facts and removed inputs: what its link of the chain covers. */
export function statementDigest(digests: readonly FactDigest[], removedInputs: readonly string[]): string {
  const lines = digests.map(({ facts, low, high, ...key }) => `${factKey(key)} ${facts} ${low} ${high}`)
  return createHash('sha256')
    .update(JSON.stringify([lines.toSorted(), removedInputs.toSorted()]))
    .digest('hex')
}

/** Digest of all rows of each table, by table: equal when the tables hold the same rows in any order. */
export async function digestTables(engine: Engine, tables: readonly string[]): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const { table, columns } of await listTables(engine)) {
    if (!tables.includes(table)) continue
    const [sums] = await engine.query<{ facts: number; low: number; high: number }>(
      `select ${sumsSql(engine)} from (select md5(${rowSql(columns)}) as hash from ${table}) as r`,
    )
    digests[table] = `${sums!.facts} ${sums!.low} ${sums!.high}`
  }
  return digests
}
