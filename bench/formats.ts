// npm run bench -- formats: how fast each importer reads, beside the bare parser of its syntax on the same bytes.
import { createReadStream, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import Papa from 'papaparse'
import { SaxesParser } from 'saxes'
import { claimants } from '../src/ingest/detect.ts'
import type { Importer } from '../src/ingest/importer.ts'
import { feeds, importers } from '../src/ingest/importers.ts'
import { readCsv } from '../src/ingest/readers/csv.ts'
import { openBytes, openFile } from '../src/ingest/readers/file.ts'
import type { InBatches } from '../src/ingest/readers/in-batches.ts'
import { readJson } from '../src/ingest/readers/json.ts'
import { readXml } from '../src/ingest/readers/xml.ts'
import { packageRoot } from '../src/root.ts'
import { findItems, type Repeatable, writeLarge } from './enlarge.ts'
import { inTurn } from './measure.ts'

const usage = `npm run bench -- formats [--mb 50] [--runs 3] [--format ID]
  --mb      size of the file that each importer reads, made by repeating the items of one of its files
  --runs    runs of each, an odd number; the middle one counts
  --format  only this importer or feed`

/** What a format is for, by what most of its findings in the file are about. */
const families = ['Vulnerabilities', 'Checks', 'Inventories and statements', 'Feeds'] as const
type Family = (typeof families)[number]

/** One line of the table. */
interface Line {
  format: string
  syntax: Repeatable['syntax']
  from: string
  bytes: number
  records: number
  findings: number
  skipped: number
  family: Family
  ms: number
  bare_ms: number
  /** Processor time of the importer and of the bare parser: what else runs on the machine hardly changes it. */
  processor_ms: number
  bare_processor_ms: number
  /** Our own reader of the syntax on the same items, which hands each on to nobody. */
  reader_ms: number
}

/** The bare parsers: they read the same bytes and do nothing with what they read. No reading of the format is faster. */
const bare: Record<Repeatable['syntax'], (path: string) => Promise<void>> = {
  json: (path) => readFile(path, 'utf8').then((text) => void JSON.parse(text)),
  async jsonl(path) {
    let rest = ''
    for await (const chunk of createReadStream(path, 'utf8')) {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop()!
      for (const line of lines) if (line.trim() !== '') JSON.parse(line)
    }
  },
  async xml(path) {
    const parser = new SaxesParser()
    parser.on('opentag', () => {})
    parser.on('text', () => {})
    parser.on('closetag', () => {})
    for await (const chunk of createReadStream(path, 'utf8')) parser.write(String(chunk))
    parser.close()
  },
  csv: (path) =>
    new Promise((done, failed) => {
      Papa.parse(createReadStream(path, 'utf8'), { header: true, step: () => {}, complete: () => done(), error: failed })
    }),
}

/** Our own readers, which stream and hold one item at a time: what an importer of this syntax starts from. */
const reader: Record<Repeatable['syntax'], (bytes: AsyncIterable<Uint8Array>, items: string) => InBatches<unknown>> = {
  json: (bytes, items) => readJson(bytes, [items]),
  jsonl: (bytes) => readJson(bytes, ['$']),
  xml: (bytes, items) => readXml(bytes, { elements: [items] }),
  csv: (bytes) => readCsv(bytes),
}

async function readBare({ syntax, items }: Repeatable, path: string): Promise<number> {
  const { source } = await openFile(path)
  let found = 0
  for await (const batch of reader[syntax](source.bytes(), items).batches) for (const one of batch) if (one !== null) found++
  return found
}

/** Files over this many bytes are left out: items of smaller ones are as good to repeat. */
const LARGEST = 8e6

/** The files of every format: samples, and the real ones beside the project; largest first. */
export async function filesByFormat(): Promise<Map<string, string[]>> {
  const data = resolve(process.env['PLIMSOLL_REAL_DATA'] ?? join(packageRoot(), '../shared/data'))
  const rooms = [
    join(packageRoot(), 'src/ingest/importers'),
    join(packageRoot(), 'src/ingest/feeds'),
    join(data, 'reports'),
    join(data, 'feeds'),
  ]
  const found = rooms
    .filter((one) => existsSync(one))
    .flatMap((room) => readdirSync(room, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/\.(?:ts|md)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, size: statSync(path).size }))
    .filter(({ size }) => size < LARGEST)
    .toSorted((a, b) => b.size - a.size)
  const files = new Map<string, string[]>()
  for (const { path } of found) {
    const opened = await openFile(path).catch(() => null)
    if (!opened || opened.archive !== null) continue
    const [taker, ...others] = claimants(opened.head)
    if (taker && others.length === 0) files.set(taker.id, [...(files.get(taker.id) ?? []), path])
  }
  return files
}

const textOf = (path: string): string => {
  const bytes = readFileSync(path)
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes
  const utf16 = plain[0] === 0xff && plain[1] === 0xfe
  return plain.toString(utf16 ? 'utf16le' : 'utf8').replace(/^\ufeff/, '')
}

/** How many files of a format are tried at most. */
const TRIED = 25

/**
 * Of a format's files the one whose items can be repeated and give most findings, or records where there are none: it is still taken with
 * its items twice, gives nearly twice as much then, and hardly anything of it is skipped. Null when there is none.
 */
export async function findRepeatable(importer: Importer, files: string[]): Promise<{ path: string; report: Repeatable } | null> {
  let best: { path: string; report: Repeatable; worth: number } | null = null
  for (const path of files.slice(0, TRIED)) {
    try {
      const report = findItems(textOf(path))
      if (!report) continue
      const { before, round: items, between, after } = report
      const once = await readWhole(importer, path, before + items + after)
      const twice = await readWhole(importer, path, before + items + between + items + after)
      const grows = twice.findings > once.findings * 1.8 || (once.findings === 0 && twice.records - once.records > once.records * 0.6)
      const worth = twice.findings * 1e6 + twice.records
      if (grows && twice.skipped < twice.records * 0.1 && worth > (best?.worth ?? 0)) best = { path, report, worth }
    } catch {
      // damaged or refused: another file may do
    }
  }
  return best
}

async function readWhole(importer: Importer, path: string, text: string) {
  const { head, source } = await openBytes(path, Buffer.from(text))
  if (!importer.detect(head)) throw new Error('not taken any more')
  return count(importer, source)
}

async function count(importer: Importer, source: Awaited<ReturnType<typeof openFile>>['source']) {
  const read = { records: 0, findings: 0, skipped: 0, of_checks: 0 }
  for await (const batch of importer.parse(source, {}).batches) {
    for (const record of batch) {
      read.records++
      if (record.kind === 'finding' || (record.kind === 'control_result' && record.status === 'fail')) read.findings++
      if (record.kind === 'control_result' || (record.kind === 'finding' && record.control_id !== undefined)) read.of_checks++
      if (record.kind === 'skipped') read.skipped++
    }
  }
  return read
}

const familyOf = (one: Importer, { findings, of_checks }: { findings: number; of_checks: number }): Family =>
  feeds.some(({ id }) => id === one.id)
    ? 'Feeds'
    : findings + of_checks === 0
      ? 'Inventories and statements'
      : of_checks > findings / 2
        ? 'Checks'
        : 'Vulnerabilities'

/** Runs the bench of the formats and prints its table. */
export async function benchFormats(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      mb: { type: 'string', default: '50' },
      runs: { type: 'string', default: '3' },
      format: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  const bytes = Number(values.mb) * 1e6
  const runs = Number(values.runs)
  if (values.help || !(bytes > 0) || runs % 2 !== 1) {
    process.stderr.write(`${usage}\n`)
    process.exit(values.help ? 0 : 2)
  }
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-bench-formats-'))
  const lines: Line[] = []
  const left: string[] = []
  const files = await filesByFormat()
  try {
    for (const one of [...importers, ...feeds].filter(({ id }) => values.format === undefined || id === values.format)) {
      process.stderr.write(`${one.id} …\n`)
      const found = await findRepeatable(one, files.get(one.id) ?? [])
      if (!found) {
        left.push(one.id)
        continue
      }
      const path = join(folder, one.id)
      await writeLarge(found.report, path, bytes)
      try {
        const [ours, theirs, stream] = await inTurn(
          [
            async () => count(one, (await openFile(path)).source),
            () => bare[found.report.syntax](path),
            () => readBare(found.report, path),
          ],
          runs,
        )
        const { size } = statSync(path)
        lines.push({
          format: one.id,
          syntax: found.report.syntax,
          from: found.path,
          bytes: size,
          ...ours.result,
          family: familyOf(one, ours.result),
          ms: ours.ms,
          bare_ms: theirs.ms,
          processor_ms: ours.processor_ms,
          bare_processor_ms: theirs.processor_ms,
          reader_ms: stream.ms,
        })
        process.stderr.write(`${rowOf(lines.at(-1)!)}\n`)
      } catch (error) {
        left.push(`${one.id} (${(error as Error).message})`)
      } finally {
        rmSync(path)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  process.stdout.write(`${tableOf(lines, left, runs)}\n`)
}

const round = (value: number, digits = 0) => value.toLocaleString('en', { maximumFractionDigits: digits, minimumFractionDigits: digits })

const rowOf = ({
  format,
  syntax,
  bytes,
  records,
  findings,
  skipped,
  ms,
  bare_ms,
  processor_ms,
  bare_processor_ms,
  reader_ms,
}: Line): string =>
  `| ${format} | ${syntax} | ${round(bytes / 1e6)} MB | ${round(records)} | ${round(findings)} | ${skipped ? round(skipped) : '–'} | ${round(bytes / ms / 1000)} | ${round((findings / ms) * 1000)} | ${round(bytes / bare_ms / 1000)} | ${round(ms / bare_ms, 2)} | ${round(processor_ms / bare_processor_ms, 2)} | ${round(ms / reader_ms, 2)} |`

/** All formats of a family together: each has a file of about the same size, so each counts as much as its syntax takes to parse. */
function familyRow(family: Family, lines: readonly Line[]): string {
  const sum = (of: (line: Line) => number) => lines.reduce((total, line) => total + of(line), 0)
  const [bytes, ms, bare_ms] = [sum((line) => line.bytes), sum((line) => line.ms), sum((line) => line.bare_ms)]
  const ratio = sum((line) => line.processor_ms) / sum((line) => line.bare_processor_ms)
  const within = lines.filter((line) => line.processor_ms / line.bare_processor_ms <= BAR).length
  return `| ${family} | ${lines.length} | ${round(bytes / ms / 1000)} | ${round((sum((line) => line.findings) / ms) * 1000)} | ${round(bytes / bare_ms / 1000)} | ${round(ms / bare_ms, 2)} | ${round(ratio, 2)} | ${within} |`
}

/** What an importer may take, as a multiple of the bare parser. */
const BAR = 1.5

function tableOf(lines: Line[], left: string[], runs: number): string {
  return [
    '# Reading formats',
    '',
    `Each importer reads a file made by repeating the items of one of its files; beside it JSON.parse, saxes or papaparse on the same file, which do nothing with what they read. In turn, medians of ${runs} runs, files in the system's cache. Ratio: importer / bare parser, by the clock and by the processor time of the process, which other work on the machine changes less. Beside our own streaming reader (src/ingest/readers), which hands each item on to nobody: importer / reader. Load of the machine at the end: ${loadavg()[0]!.toFixed(1)}.`,
    '',
    `| family | formats | MB/s | findings/s | bare MB/s | ratio | ratio of processor time | formats within ${BAR} of processor time |`,
    '|---|---|---|---|---|---|---|---|',
    ...families.flatMap((family) => {
      const own = lines.filter((line) => line.family === family)
      return own.length > 0 ? [familyRow(family, own)] : []
    }),
    '',
    '| format | syntax | file | records | findings | skipped | MB/s | findings/s | bare MB/s | ratio | ratio of processor time | beside the reader |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...lines.toSorted((a, b) => b.ms / b.bare_ms - a.ms / a.bare_ms).map(rowOf),
    ...(left.length > 0 ? ['', `Not measured, because no file of theirs can be repeated: ${left.join(', ')}.`] : []),
  ].join('\n')
}
