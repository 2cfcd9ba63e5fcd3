import { endOfDay } from '../src/store/days.ts'
import type { Engine } from '../src/store/engines/engine.ts'
import type { Scope } from '../src/store/scope.ts'
import { openStore } from '../src/store/store.ts'
import { appendByHand, appendByProduct } from './appending.ts'
import { AT_ONCE, type Crowded, measureCrowd } from './crowd.ts'
import { derive, deriveByHand, type TakenStep } from './derivation.ts'
import { BENCH_NOW, generate, type Size, sizeOf } from './generator.ts'
import { measureImports, type MeasuredImport } from './importing.ts'
import { inTurn, type Measured, peakMemory, timed } from './measure.ts'
import { measureNewDay, type Task } from './new-day.ts'
import { openPlace, type Place } from './place.ts'
import { askedMoments, handWritten, questions } from './questions.ts'

/** One line of the bench: the product beside SQL written by hand. Times in milliseconds. */
export interface Line {
  id: string
  title: string
  product_ms: number
  by_hand_ms: number
  /** Of this process; with PostgreSQL the server's work is not in it. */
  product_processor_ms: number
  by_hand_processor_ms: number
  rows: number
  /** Both gave the same rows in the same order. */
  same: boolean
  /** The first row that differs, of both; null when none does. */
  difference: string | null
}

/** All that one engine showed. */
export interface EngineRun {
  engine: Engine['name']
  about: string
  size: Size
  generate_ms: number
  /** Bytes on disk with the facts alone, and with all that is derived. */
  facts_bytes: number
  total_bytes: number
  derivation: TakenStep[]
  lines: Line[]
  imports: MeasuredImport[]
  crowds: Crowded[]
  tasks: Task[]
  peak_memory: number
}

/** Rows that are appended, and findings of the imported reports, at the size that the figures are about; less when the bench is small. */
const APPENDED = 1_000_000
const IMPORTED = 1_000_000

/** Times that as many first pages are asked for as are under way at a time. */
const ROUNDS = 5

/** Runs the whole bench on one engine. `tell` hears what is being done. */
export async function runEngine(
  engine: Engine['name'],
  findings: number,
  runs: number,
  url: string | undefined,
  tell: (text: string) => void,
): Promise<EngineRun> {
  const place = await openPlace(engine, url)
  try {
    return await runAt(place, engine, findings, runs, tell)
  } finally {
    await place.remove()
  }
}

async function runAt(
  place: Place,
  engineName: Engine['name'],
  findings: number,
  runs: number,
  tell: (text: string) => void,
): Promise<EngineRun> {
  const size = sizeOf(findings)
  const database = await place.database()
  const store = await openStore({ database, data: place.folder, now: () => BENCH_NOW })
  const { engine } = store
  try {
    const generated = await timed(() => generate(store, size))
    const org_id = generated.result.org_id
    await engine.run('analyze')
    const facts_bytes = await place.size(engine, database)
    tell(`generated in ${seconds(generated.ms)}`)
    const derivation = await derive(engine, ({ step, ms }) => tell(`derived ${step} in ${seconds(ms)}`))
    await engine.run('analyze')
    const total_bytes = await place.size(engine, database)
    const lines = await derivedLines(engine, org_id, derivation)
    const moments = await askedMoments(engine, org_id, BENCH_NOW, (day) => endOfDay(engine, org_id, day))
    const scope: Scope = { org_id, groups: null }
    for (const question of questions(store, scope, moments)) {
      const sql = handWritten(question.id, engineName)
      const [product, byHand] = await inTurn([question.product, () => engine.query(sql, question.params)], runs)
      lines.push(line(question.id, question.title, product, byHand))
      tell(told(lines.at(-1)!))
    }
    const crowds = await measureCrowd(store, moments.past, moments.known_at, ROUNDS)
    for (const { title, alone_p95_ms, together_p99_ms } of crowds)
      tell(`${title}: alone p95 ${seconds(alone_p95_ms)}, ${AT_ONCE} at a time p99 ${seconds(together_p99_ms)}`)
    const appended = Math.min(APPENDED, findings)
    const [product, byHand] = await inTurn(
      [() => appendByProduct(engine, appended), () => appendByHand(engine, database, place.folder, appended)],
      1,
    )
    lines.push({
      ...line(
        'append',
        `append of ${appended.toLocaleString('en')} rows`,
        { ...product, result: [product.result] },
        { ...byHand, result: [byHand.result] },
      ),
      rows: product.result,
    })
    tell(told(lines.at(-1)!))
    await engine.run('drop table bench_append')
    const tasks = await measureNewDay(store, org_id, ({ title, ms }) => tell(`${title}: ${seconds(ms)}`))
    const peak_memory = peakMemory()
    const imports = await measureImports(place.folder, Math.min(IMPORTED, findings), () => place.database())
    for (const { format, import_ms, parse_ms, problem } of imports)
      tell(`import of ${format}: ${problem ?? `${seconds(import_ms!)}, bare parse ${seconds(parse_ms)}`}`)
    return {
      engine: engineName,
      about: place.about,
      size,
      generate_ms: generated.ms,
      facts_bytes,
      total_bytes,
      derivation,
      lines,
      imports,
      crowds,
      tasks,
      peak_memory,
    }
  } finally {
    await engine.close()
  }
}

/** The two heavy steps of the derivation beside the same tables made by hand. */
async function derivedLines(engine: Engine, org_id: number, derivation: readonly TakenStep[]): Promise<Line[]> {
  return (await deriveByHand(engine, org_id)).map(({ table, ms, processor_ms, rows, same }) => {
    const step = derivation.find((taken) => taken.step === table)!
    return {
      id: `derive-${table}`,
      title: `derivation of ${table}, cold`,
      product_ms: step.ms,
      by_hand_ms: ms,
      product_processor_ms: step.processor_ms,
      by_hand_processor_ms: processor_ms,
      rows,
      same,
      difference: same ? null : `${table} differs`,
    }
  })
}

function line(id: string, title: string, product: Measured<readonly unknown[]>, byHand: Measured<readonly unknown[]>): Line {
  const ours = product.result.map((row) => JSON.stringify(row))
  const theirs = byHand.result.map((row) => JSON.stringify(row))
  const at = Array.from({ length: Math.max(ours.length, theirs.length) }, (_, index) => index).find(
    (index) => ours[index] !== theirs[index],
  )
  return {
    id,
    title,
    product_ms: product.ms,
    by_hand_ms: byHand.ms,
    product_processor_ms: product.processor_ms,
    by_hand_processor_ms: byHand.processor_ms,
    rows: ours.length,
    same: at === undefined,
    difference: at === undefined ? null : `row ${at}: product ${ours[at] ?? 'none'}, by hand ${theirs[at] ?? 'none'}`,
  }
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`

const told = ({ title, product_ms, by_hand_ms, difference }: Line): string =>
  `${title}: ${seconds(product_ms)}, by hand ${seconds(by_hand_ms)}${difference === null ? '' : `, NOT THE SAME: ${difference}`}`
