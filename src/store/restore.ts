import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { UserError } from '../errors.ts'
import { readTar, type TarFile } from './archive.ts'
import { BACKUP_FORMAT, type BackupHead, type BackupManifest, HEAD, MANIFEST } from './backup.ts'
import { touchAll } from './derive/touched.ts'
import type { Engine, Value } from './engines/engine.ts'
import { inputPath } from './inputs.ts'
import { applySchema, newestStep } from './schema.ts'
import type { Store } from './store.ts'
import { isKept, listTables } from './tables.ts'
import { verifyFacts } from './verify.ts'

/** The largest file of rows inside, compressed and unpacked, in bytes: ours are far smaller. */
const MOST_COMPRESSED = 200_000_000
const MOST_UNPACKED = 400_000_000

const unpack = promisify(gunzip)

/** What a backup holds. */
export interface Restored {
  /** Number of the last import inside; 0: none. */
  last_import: number
  made_at: number
  rows: number
  inputs: number
  /** Inputs that were missing already when the backup was made. */
  missing_inputs: number
}

const damaged = (what: string, cause?: unknown): UserError =>
  new UserError('damaged_backup', `the backup cannot be read: ${what}. Take another copy of it`, { cause })

/** Reads a backup to its end and compares every file in it with its digest. Throws UserError('damaged_backup'). */
export async function checkBackup(file: string): Promise<Restored> {
  return read(file, {
    begin: async () => {},
    rows: async () => {},
    input: async (_, body) => {
      for await (const _chunk of body); // only read
    },
  })
}

/**
 * Puts a backup into an empty database and the data folder: all of it or nothing. Afterwards the schema is the newest, and everything
 * derived waits to be computed. Throws UserError('store_not_empty'), UserError('damaged_backup'), UserError('newer_schema').
 */
export async function restore(store: Store, file: string): Promise<Restored> {
  const { engine, data } = store
  const head = await readHead(file)
  if (head.schema_step > newestStep())
    throw new UserError(
      'newer_schema',
      `the backup has schema step ${head.schema_step}, this program knows ${newestStep()}: install a newer Plimsoll`,
    )
  await refuseUnlessEmpty(engine, head.schema_step)
  await applySchema(engine, store.now(), head.schema_step)
  const written: string[] = []
  try {
    const restored = await engine.transaction(async (transaction) => {
      const tables = new Map((await listTables(transaction)).filter(isKept).map((table) => [table.table, table]))
      for (const table of tables.keys()) await transaction.run(`delete from ${table}`) // what steps put there: counters
      const result = await read(file, {
        begin: async () => {},
        rows: async (table, columns, rows) => {
          const known = tables.get(table)
          if (!known) throw damaged(`it holds a table ${table.slice(0, 60)} that this schema does not have`)
          const names = known.columns.map(({ name }) => name)
          if (names.join() !== columns.toSorted().join()) throw damaged(`its table ${table} has other columns than this schema`)
          await transaction.append(table, columns, rows)
        },
        input: async (digest, body) => {
          const path = inputPath(data, digest)
          const part = `${path}.${randomUUID()}.part`
          await mkdir(dirname(path), { recursive: true })
          written.push(part)
          await writeFile(part, Readable.from(body), { mode: 0o600 })
          await rename(part, path)
          written.push(path)
        },
      })
      const facts = await verifyFacts(transaction)
      if (facts.broken.length)
        throw damaged(`facts of import ${facts.broken[0]!.import_no} in ${facts.broken[0]!.fact_table} are not what the import said`)
      await touchAll(transaction)
      return result
    })
    await applySchema(engine, store.now())
    return restored
  } catch (error) {
    for (const path of written) await rm(path, { force: true })
    throw error
  }
}

/** Throws UserError('store_not_empty') unless the database has no tables of ours, or empty ones of this schema step. */
async function refuseUnlessEmpty(engine: Engine, step: number): Promise<void> {
  const tables = await listTables(engine)
  if (!tables.some(({ table }) => table === 'schema_step')) return
  const [has] = await engine.query<{ step: number | null }>('select max(step) as step from schema_step')
  if (has!.step !== null && tables.some(({ table }) => table === 'import')) {
    const [count] = await engine.query<{ rows: number }>('select (select count(*) from import) + (select count(*) from org) as rows')
    if (count!.rows === 0 && has!.step === step) return
    throw new UserError(
      'store_not_empty',
      count!.rows === 0
        ? `the database is empty but has schema step ${has!.step}, and the backup ${step}: restore into a new data folder or database`
        : 'there is something in this store already: a backup is restored into an empty one. Name another data folder with --data, or an empty database',
      { status: 409 },
    )
  }
}

/** What becomes of the parts of a backup. */
interface Taker {
  begin(head: BackupHead): Promise<void>
  rows(table: string, columns: string[], rows: Value[][]): Promise<void>
  /** `body` must be read to its end. */
  input(digest: string, body: AsyncGenerator<Buffer>): Promise<void>
}

async function readHead(path: string): Promise<BackupHead> {
  for await (const file of readTar(bytesOf(path))) {
    if (file.name !== HEAD) break
    return parseHead(await small(file))
  }
  throw damaged('it is no backup of Plimsoll')
}

/** Reads a backup in order. Throws UserError('damaged_backup') when it is not whole or a file of it is not what the manifest says. */
async function read(path: string, taker: Taker): Promise<Restored> {
  const found: Record<string, string> = {}
  const rows: Record<string, number> = {}
  let head: BackupHead | null = null
  let inputs = 0
  for await (const file of readTar(bytesOf(path))) {
    if (file.name === MANIFEST) {
      const manifest = parseManifest(await small(file))
      for (const name of new Set([...Object.keys(manifest.files), ...Object.keys(found)]))
        if (manifest.files[name] !== found[name]) throw damaged(`${name} is not what it was when the backup was made`)
      for (const [table, count] of Object.entries(manifest.rows))
        if (count !== (rows[table] ?? 0)) throw damaged(`table ${table} has ${rows[table] ?? 0} rows, ${count} were written`)
      if (!head) break
      const all = Object.values(rows).reduce((sum, count) => sum + count, 0)
      return { last_import: head.last_import, made_at: head.made_at, rows: all, inputs, missing_inputs: manifest.missing_inputs.length }
    }
    const [, table] = /^tables\/([a-z_]+)\/\d+\.ndjson\.gz$/.exec(file.name) ?? []
    const [, digest] = /^inputs\/[0-9a-f]{2}\/([0-9a-f]{64})\.gz$/.exec(file.name) ?? []
    if (head && digest !== undefined) {
      const hash = createHash('sha256')
      await taker.input(digest, hashed(file, hash))
      found[file.name] = hash.digest('hex')
      inputs++
      continue
    }
    const bytes = await small(file)
    found[file.name] = createHash('sha256').update(bytes).digest('hex')
    if (file.name === HEAD && !head) await taker.begin((head = parseHead(bytes)))
    else if (head && table !== undefined) {
      const lines = await linesOf(bytes, file.name)
      const columns = lines.shift() as string[]
      rows[table] = (rows[table] ?? 0) + lines.length
      await taker.rows(table, columns, lines)
    } else throw damaged(`nobody knows what ${file.name.slice(0, 100)} in it is`)
  }
  throw damaged('it is not whole')
}

async function* bytesOf(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>
  } catch (error) {
    throw new UserError('file_not_readable', `${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

async function* hashed(file: TarFile, hash: ReturnType<typeof createHash>): AsyncGenerator<Buffer> {
  for await (const chunk of file.body()) {
    hash.update(chunk)
    yield chunk
  }
}

async function small(file: TarFile): Promise<Buffer> {
  if (file.size > MOST_COMPRESSED) throw damaged(`${file.name} is larger than any that Plimsoll writes`)
  const pieces: Buffer[] = []
  for await (const piece of file.body()) pieces.push(piece)
  return Buffer.concat(pieces)
}

async function linesOf(bytes: Buffer, name: string): Promise<Value[][]> {
  try {
    const text = (await unpack(bytes, { maxOutputLength: MOST_UNPACKED })).toString('utf8')
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown)
    if (lines.every((line) => Array.isArray(line))) return lines as Value[][]
  } catch (error) {
    throw damaged(`${name} does not unpack to rows`, error)
  }
  throw damaged(`${name} holds something else than rows`)
}

function parseHead(bytes: Buffer): BackupHead {
  const head = parse(bytes) as Partial<BackupHead>
  if (head.format !== BACKUP_FORMAT)
    throw damaged(`it is of the form ${String(head.format).slice(0, 40)}, this program reads ${BACKUP_FORMAT}`)
  for (const field of ['schema_step', 'made_at', 'last_import'] as const)
    if (!Number.isSafeInteger(head[field])) throw damaged(`${HEAD} has no ${field}`)
  return head as BackupHead
}

function parseManifest(bytes: Buffer): BackupManifest {
  const manifest = parse(bytes) as Partial<BackupManifest>
  if (typeof manifest.rows !== 'object' || typeof manifest.files !== 'object' || !Array.isArray(manifest.missing_inputs))
    throw damaged(`${MANIFEST} is not what Plimsoll writes`)
  return manifest as BackupManifest
}

function parse(bytes: Buffer): object {
  try {
    const read: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof read === 'object' && read !== null) return read
  } catch (error) {
    throw damaged('it holds no JSON where it should', error)
  }
  throw damaged('it holds no JSON object where it should')
}
