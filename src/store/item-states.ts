import { type Instant, NEVER } from '../model/time.ts'
import type { Engine, Row } from './engines/engine.ts'
import { assetFacts, type FactTable } from './facts.ts'
import { type Closing, nothingStated, type Stated } from './timeline.ts'

const { item } = assetFacts

/** When an item is closed that a look at `seen` states as closed at `closed_at` (never: it does not say when). */
export const closingOf = (closed_at: Instant, seen: Instant): Closing => ({ at: Math.min(closed_at, seen), seen })

/** The same as SQL over two columns. */
export const closingSql = (closed_at: string, seen: string): string => `case when ${closed_at} < ${seen} then ${closed_at} else ${seen} end`

/** What is stated of single items, for the lines of a fact table that has items. */
export class ItemStates {
  private readonly rows = new Map<string, Row[]>()
  private readonly visits = new Map<string, Instant[]>()
  private readonly said: string

  private constructor(said: string) {
    this.said = said
  }

  /** `scopes`: a temporary table that names scopes. `looks`: all looks at these, among them those that list the asset. */
  static async read(transaction: Engine, fact: FactTable, scopes: string, looks: readonly Row[]): Promise<ItemStates> {
    const states = new ItemStates(fact.items?.said ?? '')
    if (!fact.items) return states
    const rows = await transaction.query<Row>(
      `select s.* from ${item.table} s join (select distinct ${item.scope.join(', ')} from ${scopes}) l
       on ${item.scope.map((column) => `s.${column} = l.${column}`).join(' and ')}
       where s.retracted_in = ${NEVER} and s.said in ('closed', '${fact.items.said}')`,
    )
    for (const row of rows) {
      const held = states.rows.get(lineKey(row))
      if (held) held.push(row)
      else states.rows.set(lineKey(row), [row])
    }
    if (!rows.length) return states
    for (const look of looks) {
      if (look['subject'] !== 'asset') continue
      const held = states.visits.get(scopeKey(look))
      if (held) held.push(look['observed_at'] as Instant)
      else states.visits.set(scopeKey(look), [look['observed_at'] as Instant])
    }
    return states
  }

  /** What is stated of the line of a row. `closes`: the values that a closing ends. */
  of(row: Row, closes: (value: string) => boolean): Stated {
    const rows = this.rows.get(lineKey(row))
    if (!rows) return { ...nothingStated, closes }
    const visits = this.visits.get(scopeKey(row)) ?? []
    const at = (each: Row) => visits.filter((visit) => (each['valid_from'] as Instant) <= visit && visit < (each['valid_to'] as Instant))
    return {
      listed: rows.flatMap((each) => (each['said'] === this.said ? at(each) : [])),
      closings: rows.flatMap((each) =>
        each['said'] === 'closed' ? at(each).map((seen) => closingOf(each['closed_at'] as Instant, seen)) : [],
      ),
      closes,
    }
  }
}

const scopeKey = (row: Row): string => item.scope.map((column) => row[column]).join('\u0000')
const lineKey = (row: Row): string => `${scopeKey(row)}\u0000${row['finding_id']}`
