import type { Engine } from '../../engines/engine.ts'

/** How far the store's knowledge goes. */
export interface Knowledge {
  /** Number of the last import; null: there is none. */
  last: number | null
  imports: number
  /** Assets and vulnerabilities of which something was imported that is not worked out yet. */
  waiting: number
}

/** What answers are a function of, beside the question: while nothing waits, the same `last` gives the same answers. */
export async function readKnowledge(engine: Engine): Promise<Knowledge> {
  const [known] = await engine.query<Knowledge>(
    `select (select max(import_no) from import) as last, (select count(*) from import) as imports,
      (select count(*) from touched_asset) + (select count(*) from reported_asset) + (select count(*) from touched_vulnerability) as waiting`,
  )
  return known!
}
