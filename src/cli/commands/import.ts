import { createReadStream } from 'node:fs'
import { UserError } from '../../errors.ts'
import { type ImportResult, importFile } from '../../ingest/ingest.ts'
import type { Unpacked } from '../../ingest/unpack.ts'
import { compute } from '../../insights/compute.ts'
import { type CliCommand, type Context, jsonOption, orgOption, textOption } from '../command.ts'
import { type Connection, withConnection } from '../connect.ts'
import { counted } from '../counted.ts'
import { bar, progressLine } from '../progress.ts'
import { refusalLine, reportsOf } from '../reports.ts'

/** Lines that a person sees at once. */
const SCREEN = 20

/** What one file came to; a member of an archive has the archive's path in front. */
interface Outcome {
  file: string
  result: ImportResult | null
  error: { code: string; message: string } | null
}

export const command: CliCommand = {
  summary: 'import reports, folders, patterns and archives of them: Plimsoll finds out what each file is',
  usage: '<path...>',
  options: [
    orgOption,
    { flags: '--format <id>', summary: 'do not guess the format' },
    { flags: '--observed-at <time>', summary: 'when the tool looked, for reports that do not say' },
    { flags: '--asset <name>', summary: 'what it looked at, for reports that do not say' },
    { flags: '--source <name>', summary: 'who says so, when two installations of a tool must not replace each other' },
    { flags: '--name <file>', summary: 'file name of what comes on standard input' },
    { flags: '--column <field=header...>', summary: 'column of a CSV for a field, as in owner=Responsible' },
    { ...jsonOption, summary: 'print one line of JSON per file' },
  ],
  examples: [
    'plimsoll import trivy.json scan.nessus',
    'plimsoll import reports/ exports.zip',
    'trivy image -f json nginx:1.27 | plimsoll import - --name nginx.json',
    'plimsoll import scan.nessus --observed-at 2026-08-12T10:00:00Z',
  ],
  run: (context) => importFiles(context, 'report'),
}

/**
 * Imports the files of the context one after another, then computes once. Exit code 2 when any was refused. What each came to is told as
 * it comes; with --json as a line of JSON on standard output.
 */
export async function importFiles(context: Context, kind: 'report' | 'feed'): Promise<number> {
  const json = context.options['json'] === true
  const tally: Tally = { files: 0, taken: 0, known: 0, refused: 0, skipped: 0, codes: new Map() }
  await withConnection(context, async (connection) => {
    const line = progressLine(context)
    const files = reportsOf(context.words, { format: textOption(context, 'format'), name: textOption(context, 'name') })
    for await (const file of files) {
      const outcome = await importOne(context, connection, file, (text) => line.show(`${tally.files + 1}: ${text}`))
      count(tally, outcome)
      if (json) context.print(JSON.stringify(outcome))
      else line.done(sentence(outcome))
    }
    if (tally.files > 1) line.done(summary(tally))
    // What was refused has run off the screen.
    if (tally.files > SCREEN && tally.refused > 0) line.done(reasons(tally))
    if (tally.taken > 0) {
      if (connection.store) await compute(connection.store, connection.catalog, (step) => line.show(`computing ${step} …`))
      else await connection.send('POST', '/scores/compute')
      if (!json) line.done(kind === 'feed' ? 'Scores and events are up to date.' : 'Scores are up to date: plimsoll score')
    }
  })
  return tally.refused > 0 ? 2 : 0
}

/** How many files came to what, how many items of the taken ones could not be read, and how often each error was met. */
interface Tally {
  files: number
  taken: number
  known: number
  refused: number
  skipped: number
  codes: Map<string, number>
}

function count(tally: Tally, { result, error }: Outcome): void {
  tally.files++
  if (error) tally.codes.set(error.code, (tally.codes.get(error.code) ?? 0) + 1)
  if (!result) tally.refused++
  else if (result.unchanged) tally.known++
  else {
    tally.taken++
    tally.skipped += result.counts.skipped
  }
}

const summary = ({ files, taken, known, refused, skipped }: Tally): string =>
  [
    `${files} files: ${taken} taken`,
    known ? `${known} unchanged` : '',
    `${refused} refused`,
    skipped ? `${counted(skipped, 'item')} skipped` : '',
  ]
    .filter(Boolean)
    .join(', ')

/** Why files were refused, the most frequent reason first; docs/errors.md says what each is. */
const reasons = ({ codes }: Tally): string =>
  `Refused: ${[...codes]
    .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
    .map(([code, times]) => `${times} ${code}`)
    .join(', ')}. Their lines begin with ✗.`

async function importOne(context: Context, connection: Connection, file: Unpacked, show: (text: string) => void): Promise<Outcome> {
  if ('error' in file) return { file: file.place, result: null, error: file.error }
  const columns = columnsOf(context)
  const options = {
    org: textOption(context, 'org'),
    format: textOption(context, 'format'),
    observed_at: textOption(context, 'observedAt'),
    asset: textOption(context, 'asset'),
    source: textOption(context, 'source'),
    name: file.name,
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  try {
    const result = connection.store
      ? await importFile(connection.store, file.path, {
          ...given,
          ...(columns ? { columns } : {}),
          actor: actor(),
          onProgress: ({ bytes, total_bytes, records, state }) =>
            show(
              state === 'storing'
                ? `${file.name}: storing ${records} records …`
                : `${file.name} ${bar(total_bytes ? Math.min(1, bytes / total_bytes) : 0)} ${records} records`,
            ),
        })
      : await connection.send<ImportResult>('POST', '/imports', {
          query: { ...given, columns: columns ? JSON.stringify(columns) : undefined, wait: 'true', scores: 'later' },
          body: createReadStream(file.path),
        })
    return { file: file.place, result, error: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { file: file.place, result: null, error: { code: error.code, message: error.message } }
  }
}

function columnsOf(context: Context): Record<string, string> | undefined {
  const given = context.options['column'] as unknown
  if (!Array.isArray(given)) return undefined
  return Object.fromEntries(
    given.map((pair: string) => {
      const at = pair.indexOf('=')
      if (at < 1) throw new UserError('bad_column', `--column ${pair}: expected field=header, for example owner=Responsible`)
      return [pair.slice(0, at), pair.slice(at + 1)]
    }),
  )
}

/** Who imports, for the log: the account of this machine. */
const actor = (): string => process.env['USER'] ?? process.env['USERNAME'] ?? 'command line'

function sentence({ file, result, error }: Outcome): string {
  if (error) return refusalLine(file, error.message)
  const { counts } = result!
  if (result!.unchanged) return `= ${file}: nothing changed, it is import ${result!.import_no} already`
  const parts = [
    counted(counts.assets, 'asset'),
    counts.findings ? counted(counts.findings, 'finding') : '',
    counts.results ? counted(counts.results, 'check result') : '',
    counts.software ? `${counts.software} software` : '',
    counts.statements ? counted(counts.statements, 'statement') : '',
    counts.vulnerabilities ? counted(counts.vulnerabilities, 'vulnerability', 'vulnerabilities') : '',
    `${counts.opened} opened, ${counts.closed} closed`,
    counts.closed_items ? `${counts.closed_items} stated as closed` : '',
    counts.skipped ? `${counts.skipped} skipped (see import ${result!.import_no})` : '',
  ].filter(Boolean)
  return [`✓ ${file}: ${result!.title}, ${parts.join(', ')}`, ...counts.notes.map((note) => `  ${note}`)].join('\n')
}
