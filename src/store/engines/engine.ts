import { UserError } from '../../errors.ts'
import type { Sizes } from './sizes.ts'

/** A value of a row or a parameter. Instants and 64-bit integers are numbers: everything we keep is below 2^53. */
export type Value = string | number | boolean | null
export type Row = Record<string, Value>
export type Params = Record<string, Value | readonly (string | number)[]>

/** All that differs between engines, and nothing more. SQL is the common language of docs/architecture.md. */
export interface Engine {
  readonly name: 'duckdb' | 'postgres'
  readonly sizes: Sizes
  /** The schema that holds the store's own tables, as SQL writes it. */
  readonly home: string
  /** A schema beside it, as SQL writes it, for what may be thrown away: it need not outlive the process. `name`: small letters, digits, _. */
  aside(name: string): string
  /**
   * The same database with tables of these schemas before those of home. Its transactions wait for each other, but not for those that
   * write to home: they must not write there.
   */
  within(schemas: readonly string[]): Engine
  /**
   * Asks. `sql` holds named parameters ($as_of); a parameter that is an array becomes a list for `= any($ids)`. Rows come back plain.
   * Throws RangeError when an integer above 2^53 - 1 comes back: such sums are to be divided in SQL.
   */
  query<T = Row>(sql: string, params?: Params): Promise<T[]>
  /** Changes rows: update, insert, delete. Returns how many. */
  run(sql: string, params?: Params): Promise<number>
  /** As `query`, in batches of some thousands of rows, without holding the whole answer. */
  stream<T = Row>(sql: string, params?: Params): AsyncIterable<T[]>
  /** Appends rows fast; values in the order of `columns`, null in those that are not named. Returns how many. */
  append(table: string, columns: readonly string[], rows: Iterable<readonly Value[]> | AsyncIterable<readonly Value[]>): Promise<number>
  /**
   * All or nothing. Inside `work`, use the engine that it is given: it is the transaction. Writing transactions follow one another;
   * a transaction inside a transaction joins it.
   */
  transaction<T>(work: (transaction: Engine) => Promise<T>): Promise<T>
  /**
   * All questions that `work` asks of the engine it is given see the same state, whatever is written meanwhile. `long`: it takes minutes,
   * so it gets the one connection that is kept for such work, not one of the readers.
   */
  snapshot<T>(work: (engine: Engine) => Promise<T>, long?: 'long'): Promise<T>
  /**
   * As `snapshot`, but whatever it still asks when `milliseconds` have passed is broken off: UserError('too_slow'). For questions that people make up.
   */
  hurried<T>(milliseconds: number, work: (engine: Engine) => Promise<T>): Promise<T>
  /** Names the state of the database: while it is the same, nothing was written, by whomever. Inside a transaction it is never the same. */
  version(): Promise<string>
  /** Tells the planner how much these tables hold now, after much was written to them in this transaction. */
  analyze(tables: readonly string[]): Promise<void>
  /** For work of very many small statements: threads would only get into each other's way. Nothing else should be asked meanwhile. */
  serially<T>(work: () => Promise<T>): Promise<T>
  /**
   * For questions of many steps over all that is stored, inside a transaction: PostgreSQL expects few rows after many joins and would go through one side for each
   * row of the other; here it joins by hash or order wherever it can.
   */
  inBulk<T>(work: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** What a hurried question that took too long ends with. */
export const tooSlow = (milliseconds: number, cause?: unknown): UserError =>
  new UserError(
    'too_slow',
    `the answer takes longer than ${milliseconds / 1000} s: ask for less, with fewer alternatives or a narrower population`,
    { cause },
  )
