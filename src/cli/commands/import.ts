import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { UserError } from '../../errors.ts'
import { type ImportResult, importFile } from '../../ingest/ingest.ts'
import { compute } from '../../insights/compute.ts'
import { type CliCommand, type Context, jsonOption, orgOption, textOption } from '../command.ts'
import { type Connection, withConnection } from '../connect.ts'
import { bar, progressLine } from '../progress.ts'

/** What one file came to. */
interface Outcome {
  file: string
  result: ImportResult | null
  error: { code: string; message: string } | null
}

export const command: CliCommand = {
  summary: 'import reports: Plimsoll finds out what each file is',
  usage: '<file...>',
  options: [
    orgOption,
    { flags: '--format <id>', summary: 'do not guess the format' },
    { flags: '--observed-at <time>', summary: 'when the tool looked, for reports that do not say' },
    { flags: '--asset <name>', summary: 'what it looked at, for reports that do not say' },
    { flags: '--source <name>', summary: 'who says so, when two installations of a tool must not replace each other' },
    { flags: '--column <field=header...>', summary: 'column of a CSV for a field, as in owner=Responsible' },
    jsonOption,
  ],
  examples: ['plimsoll import trivy.json scan.nessus', 'plimsoll import scan.nessus --observed-at 2026-08-12T10:00:00Z'],
  run: (context) => importFiles(context, 'report'),
}

/** Imports the files of the context one after another, then computes once. Exit code 2 when any was refused. */
export async function importFiles(context: Context, kind: 'report' | 'feed'): Promise<number> {
  const outcomes = await withConnection(context, async (connection) => {
    const outcomes: Outcome[] = []
    const line = progressLine(context)
    for (const file of context.words) {
      const outcome = await importOne(context, connection, file, (text) => line.show(text))
      outcomes.push(outcome)
      if (!context.options['json']) line.done(sentence(outcome))
    }
    if (connection.store && outcomes.some(({ result }) => result && !result.unchanged)) {
      await compute(connection.store, connection.catalog, (step) => line.show(`computing ${step} …`))
      if (!context.options['json'])
        line.done(kind === 'feed' ? 'Scores and events are up to date.' : 'Scores are up to date: plimsoll score')
    }
    return outcomes
  })
  if (context.options['json']) context.print(JSON.stringify(outcomes, null, 2))
  return outcomes.some(({ error }) => error) ? 2 : 0
}

async function importOne(context: Context, connection: Connection, file: string, show: (text: string) => void): Promise<Outcome> {
  const options = {
    org: textOption(context, 'org'),
    format: textOption(context, 'format'),
    observed_at: textOption(context, 'observedAt'),
    asset: textOption(context, 'asset'),
    source: textOption(context, 'source'),
    columns: columnsOf(context),
  }
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  try {
    if (connection.store) {
      const result = await importFile(connection.store, file, {
        ...given,
        actor: actor(),
        onProgress: ({ bytes, total_bytes, records, state }) =>
          show(
            state === 'storing'
              ? `${basename(file)}: storing ${records} records …`
              : `${basename(file)} ${bar(total_bytes ? Math.min(1, bytes / total_bytes) : 0)} ${records} records`,
          ),
      })
      return { file, result, error: null }
    }
    return {
      file,
      result: await upload(connection, file, { ...given, columns: options.columns ? JSON.stringify(options.columns) : undefined }),
      error: null,
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { file, result: null, error: { code: error.code, message: error.message } }
  }
}

/** Sends a file to the running server and waits until it is in. */
async function upload(connection: Connection, file: string, query: Record<string, string | undefined>): Promise<ImportResult> {
  const found = await stat(file).catch((cause: unknown) => {
    throw new UserError('no_such_file', `${file}: there is no such file`, { cause })
  })
  if (!found.isFile()) throw new UserError('not_a_file', `${file} is not a file`)
  return connection.send<ImportResult>('POST', '/imports', {
    query: { ...query, name: basename(file), wait: 'true' },
    body: createReadStream(file),
  })
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
  if (error) return `✗ ${file}: ${error.message}`
  const { counts } = result!
  if (result!.unchanged) return `= ${file}: nothing changed, it is import ${result!.import_no} already`
  const parts = [
    `${counts.assets} assets`,
    counts.findings ? `${counts.findings} findings` : '',
    counts.results ? `${counts.results} check results` : '',
    counts.software ? `${counts.software} software` : '',
    counts.statements ? `${counts.statements} statements` : '',
    counts.vulnerabilities ? `${counts.vulnerabilities} vulnerabilities` : '',
    `${counts.opened} opened, ${counts.closed} closed`,
    counts.skipped ? `${counts.skipped} skipped (see import ${result!.import_no})` : '',
  ].filter(Boolean)
  return [`✓ ${file}: ${result!.title}, ${parts.join(', ')}`, ...counts.notes.map((note) => `  ${note}`)].join('\n')
}
