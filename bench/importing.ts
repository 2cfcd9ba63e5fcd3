import { mkdtempSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../src/store/store.ts'
import { BENCH_NOW } from './generator.ts'
import { timed } from './measure.ts'
import { reports, writeReport } from './reports.ts'

/** How the import of a made report went. Times in milliseconds. */
export interface MeasuredImport {
  format: string
  findings: number
  bytes: number
  /** The whole import, to the end of its transaction; null: it could not be run, `problem` says why. */
  import_ms: number | null
  /** Bare parse of the same file, nothing done with what is read. */
  parse_ms: number
  /** Processor time of this process for both, all threads together: what others do on the machine moves it less. */
  import_processor_ms: number | null
  parse_processor_ms: number
  /** Findings that the product says it read. */
  read: number | null
  problem: string | null
}

/** Imports made reports into stores of their own, `database` gives an empty one each time, beside the bare parse of the same file. */
export async function measureImports(folder: string, findings: number, database: () => Promise<string>): Promise<MeasuredImport[]> {
  const answers: MeasuredImport[] = []
  for (const report of reports) {
    const path = join(folder, report.name)
    await writeReport(path, report.lines(findings))
    const { size } = await stat(path)
    await report.bareParse(path)
    const bare = await timed(() => report.bareParse(path))
    const answer: MeasuredImport = {
      format: report.format,
      findings,
      bytes: size,
      import_ms: null,
      parse_ms: bare.ms,
      import_processor_ms: null,
      parse_processor_ms: bare.processor_ms,
      read: null,
      problem: null,
    }
    answers.push(answer)
    const store = await openStore({ database: await database(), data: mkdtempSync(join(folder, 'import-')), now: () => BENCH_NOW })
    try {
      const { importFile } = await import('../src/ingest/ingest.ts')
      const { ms, processor_ms, result } = await timed(() => importFile(store, path, { actor: 'bench' }))
      Object.assign(answer, { import_ms: ms, import_processor_ms: processor_ms, read: result.counts.findings })
    } catch (error) {
      answer.problem = error instanceof Error ? error.message : String(error)
    } finally {
      await store.engine.close()
    }
  }
  return answers
}
