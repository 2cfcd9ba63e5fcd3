import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mendable } from '../../src/errors.ts'
import { importFile, inspectFile } from '../../src/ingest/ingest.ts'
import { isTar } from '../../src/ingest/readers/tar.ts'
import { isZip } from '../../src/ingest/readers/zip.ts'
import { unpack } from '../../src/ingest/unpack.ts'
import { openStore, type Store } from '../../src/store/store.ts'

/** An input: what is read, and how. */
export interface Input {
  name: string
  bytes: Buffer
  /** The format as which it is read when it is not taken for that by itself; null: only by its content. */
  format: string | null
  /** Also import it into a database. */
  store: boolean
}

export interface Problem {
  kind: 'crash' | 'hang' | 'slow' | 'unclear' | 'half written' | 'polluted'
  /** The same for what is probably the same mistake. */
  signature: string
  /** What a person needs to find it. */
  detail: string
}

export interface Verdict {
  /** The importer that took it; null: it was refused. */
  format: string | null
  /** The code with which it was refused. */
  code: string | null
  problem: Problem | null
}

/** Five seconds, as for hangs. */
const SLOW = 5000

/** A name in an error that no person can mean. */
const GIBBERISH =
  /\[object |\bundefined\b(?!")|\bNaN\b|is not a function|is not iterable|Cannot (?:read|convert|destructure)|Unexpected (?:token|end)|ECONNREFUSED|ENOENT|EACCES/
/** What an error that a file cannot be read must have one of: where, or what was expected. */
const CLEAR =
  /expected|line \d|byte \d|larger|deeper|longer|more than|cut off|ends|nested|declares|not valid|never closed|well-formed|(?:holds|has) no|says nothing|too (?:many|large)|empty/i

const inQuotes = /"(?:[^"\\]|\\.)*"|“[^”]*”|'[^']*'/g

/** Why an error message is not clear; null when it is. Parts in quotes are the file's own words. */
export function unclear(code: string, message: string, name: string): string | null {
  const own = message.replaceAll(name, '…').replace(inQuotes, '…')
  if (own.trim().length < 15) return 'it is too short to say what is wrong'
  if (GIBBERISH.test(own)) return 'it speaks of the program, not of the file'
  if (message.length > 2002) return 'it is longer than anybody reads'
  // oxlint-disable-next-line no-control-regex -- what a terminal would obey
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(message)) return 'it has control characters of the file in it'
  if (code === 'unreadable_report' && !CLEAR.test(own)) return 'it says neither where nor what was expected'
  return null
}

/** The first line of our own code in a stack, without line numbers. */
const whereIn = (stack: string): string => /(src\/[\w./-]+\.ts)/.exec(stack)?.[1] ?? 'elsewhere'
const withoutNumbers = (text: string): string => text.replace(inQuotes, '…').replace(/\d+/g, 'N').slice(0, 160)

function crashOf(error: unknown): Problem {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  const message = error instanceof Error ? error.message : String(error)
  return { kind: 'crash', signature: `crash in ${whereIn(stack)}: ${withoutNumbers(message.split('\n')[0]!)}`, detail: stack }
}

function unclearOf(format: string | null, error: { code: string; message: string }, name: string): Problem | null {
  const why = unclear(error.code, error.message, name)
  return why === null
    ? null
    : {
        kind: 'unclear',
        signature: `unclear (${format ?? 'no format'}): ${why}: ${withoutNumbers(error.message)}`,
        detail: `[${error.code}] ${error.message}`,
      }
}

/** Reads inputs, one after another; holds a database for those that are imported. */
export class Judge {
  private store: Store | null = null
  private imported = 0
  private readonly folder = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-judge-'))
  private readonly inspect: typeof inspectFile
  private readonly slow: number

  /** `slow`: milliseconds of processor time that no input may take. */
  constructor(inspect = inspectFile, slow = SLOW) {
    this.inspect = inspect
    this.slow = slow
  }

  async judge(input: Input): Promise<Verdict> {
    const before = process.cpuUsage()
    const verdict = await this.read(input).catch((error: unknown): Verdict => ({ format: null, code: null, problem: crashOf(error) }))
    const { user, system } = process.cpuUsage(before)
    const ms = (user + system) / 1000
    if (!verdict.problem && ms > this.slow)
      verdict.problem = {
        kind: 'slow',
        signature: `slow: ${verdict.format ?? verdict.code}`,
        detail: `it took ${Math.round(ms)} ms of processor time`,
      }
    if (!verdict.problem && (Object.keys(Object.prototype).length > 0 || ({} as { polluted?: unknown }).polluted !== undefined))
      verdict.problem = { kind: 'polluted', signature: `polluted: ${verdict.format}`, detail: 'the prototype of all objects was changed' }
    return verdict
  }

  private async read(input: Input): Promise<Verdict> {
    const { name, bytes } = input
    const first = await this.inspect({ name, bytes })
    let verdict: Verdict = {
      format: first.error ? null : first.format,
      code: first.error?.code ?? null,
      problem: first.error && unclearOf(first.format, first.error, name),
    }
    if (verdict.problem) return verdict
    if (input.format !== null && first.format !== input.format) {
      const forced = await this.inspect({ name, bytes }, { format: input.format })
      if (forced.error) verdict.problem = unclearOf(input.format, forced.error, name)
      else verdict = { ...verdict, format: input.format }
    }
    if (!verdict.problem && (isZip(bytes) || isTar(bytes) || (bytes[0] === 0x1f && bytes[1] === 0x8b)))
      verdict.problem = await this.openArchive(input)
    if (!verdict.problem && input.store && first.format !== null) verdict.problem = await this.import(input, first.format)
    return verdict
  }

  private async openArchive({ name, bytes }: Input): Promise<Problem | null> {
    const path = join(this.folder, 'archive')
    writeFileSync(path, bytes)
    try {
      for await (const file of (await unpack(path, { name, scratch: this.folder })).files) {
        const error = 'error' in file ? file.error : (await inspectFile(file.path, { name: file.name })).error
        const problem = error && unclearOf('archive', error, 'name' in file ? file.name : name)
        if (problem) return problem
      }
    } catch (error) {
      const known = mendable(error)
      if (!known) throw error
      return unclearOf('archive', known, name)
    }
    return null
  }

  /** Imports the input; after a refusal nothing may be left of it. */
  private async import({ name, bytes }: Input, format: string): Promise<Problem | null> {
    if (this.imported++ % 200 === 0) {
      await this.store?.engine.close()
      this.store = await openStore({ database: ':memory:', data: join(this.folder, `data-${this.imported}`) })
    }
    const store = this.store!
    const before = await this.rows(store)
    try {
      await importFile(store, { name, bytes }, { actor: 'fuzz', observed_at: '2026-01-01', asset: 'fuzz/asset', format })
      return null
    } catch (error) {
      const known = mendable(error)
      if (!known) throw error
      const after = await this.rows(store)
      const left = [...after].filter(([table, count]) => before.get(table) !== count).map(([table]) => table)
      if (left.length > 0)
        return {
          kind: 'half written',
          signature: `half written: ${left.join(', ')}`,
          detail: `refused with [${known.code}] ${known.message}, but changed ${left.join(', ')}`,
        }
      return unclearOf(format, known, name)
    }
  }

  private async rows({ engine }: Store): Promise<Map<string, number>> {
    const tables = await engine.query<{ name: string }>(
      `select table_name as name from information_schema.tables where table_schema = 'main' and table_type = 'BASE TABLE' order by table_name`,
    )
    const [counts] = await engine.query<Record<string, number>>(
      `select ${tables.map(({ name }) => `(select count(*) from "${name}") as "${name}"`).join(', ')}`,
    )
    return new Map(tables.map(({ name }) => [name, Number(counts![name])]))
  }

  async close(): Promise<void> {
    await this.store?.engine.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
