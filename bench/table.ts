import { AT_ONCE } from './crowd.ts'
import type { MeasuredImport } from './importing.ts'
import type { EngineRun } from './run.ts'

/** What one engine showed at one size, and where and when. */
export interface KeptRun extends EngineRun {
  version: string
  node: string
  processors: number
  processor: string
  /** Bytes of the machine. */
  memory: number
  /** Day of the run. */
  ended: string
  /** Runs of each question. */
  runs: number
  /** Processes that waited for a processor, on average over the last minute of the run: above `processors`, others worked on the machine too. */
  load: number
  note: string | null
}

const number = (value: number): string => value.toLocaleString('en')
const seconds = (ms: number): string => (ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`)
const megabytes = (bytes: number): string => `${number(Math.round(bytes / 1e6))} MB`

/** Runs as a page of tables. */
export function tableOf(runs: readonly KeptRun[]): string {
  return [
    '# Last runs of the bench',
    '',
    'Product and hand-written SQL in turn; ratio: product / by hand. Processor time is that of the process: the work of a PostgreSQL server is not in it.',
    ...runs.flatMap(ofRun),
  ].join('\n')
}

function ofRun({
  engine,
  about,
  size,
  generate_ms,
  facts_bytes,
  total_bytes,
  derivation,
  lines,
  imports,
  crowds,
  tasks,
  peak_memory,
  ...run
}: KeptRun): string[] {
  const millions = size.findings / 1e6
  const inside = engine === 'duckdb'
  return [
    '',
    `## ${number(size.findings)} findings, ${about}`,
    '',
    `Plimsoll ${run.version}, Node ${run.node}, ${run.processors} × ${run.processor}, ${megabytes(run.memory)} of memory, ${run.ended}. Medians of ${run.runs} runs. ` +
      `Load of the machine at the end: ${run.load.toFixed(1)}.${run.note === null ? '' : ` ${run.note}`}`,
    '',
    `${number(size.assets)} assets, ${number(size.vulnerabilities)} vulnerabilities; generated in ${seconds(generate_ms)}. ` +
      `Facts ${megabytes(facts_bytes)}, with all that is derived ${megabytes(total_bytes)}: ${megabytes(total_bytes / millions)} per million findings. ` +
      `Peak memory of the process${inside ? '' : ' (without the server)'}: ${megabytes(peak_memory)}.`,
    '',
    `| question | product | by hand | ratio |${inside ? ' processor: product | by hand | ratio |' : ''} rows | same rows |`,
    `|---|---|---|---|${inside ? '---|---|---|' : ''}---|---|`,
    ...lines.map((line) => {
      const processor = inside
        ? ` ${seconds(line.product_processor_ms)} | ${seconds(line.by_hand_processor_ms)} | ${(line.product_processor_ms / line.by_hand_processor_ms).toFixed(2)} |`
        : ''
      return `| ${line.title} | ${seconds(line.product_ms)} | ${seconds(line.by_hand_ms)} | ${(line.product_ms / line.by_hand_ms).toFixed(2)} |${processor} ${number(line.rows)} | ${line.same ? 'yes' : 'NO'} |`
    }),
    '',
    `| over HTTP on loopback | alone, p95 | ${AT_ONCE} at a time, p99 | requests | failed |`,
    '|---|---|---|---|---|',
    ...crowds.map(
      ({ title, alone, alone_p95_ms, together, together_p99_ms, failed }) =>
        `| ${title} | ${seconds(alone_p95_ms)} | ${seconds(together_p99_ms)} | ${number(alone)} + ${number(together)} | ${number(failed)} |`,
    ),
    '',
    '| work | time | processor |',
    '|---|---|---|',
    ...tasks.map(({ title, ms, processor_ms }) => `| ${title} | ${seconds(ms)} | ${seconds(processor_ms)} |`),
    '',
    '| import, end to end | findings | file | import | bare parse | ratio | processor: import | bare parse | ratio |',
    '|---|---|---|---|---|---|---|---|---|',
    ...imports.map(importLine),
    '',
    '| derivation from facts, cold | time |',
    '|---|---|',
    ...derivation.map(({ step, ms }) => `| ${step} | ${seconds(ms)} |`),
    `| all | ${seconds(derivation.reduce((sum, { ms }) => sum + ms, 0))} |`,
  ]
}

function importLine({
  format,
  findings,
  bytes,
  import_ms,
  parse_ms,
  import_processor_ms,
  parse_processor_ms,
  problem,
}: MeasuredImport): string {
  const about = `| ${format} | ${number(findings)} | ${megabytes(bytes)}`
  if (import_ms === null) return `${about} | not run: ${problem} | ${seconds(parse_ms)} | | | | |`
  // Figures that were kept before processor time was taken have none.
  const processor = import_processor_ms
    ? `${seconds(import_processor_ms)} | ${seconds(parse_processor_ms)} | ${(import_processor_ms / parse_processor_ms).toFixed(1)}`
    : '– | – | –'
  return `${about} | ${seconds(import_ms)} | ${seconds(parse_ms)} | ${(import_ms / parse_ms).toFixed(1)} | ${processor} |`
}
