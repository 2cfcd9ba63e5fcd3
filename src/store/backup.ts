import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { tarEnd, tarHeader, tarPadding } from './archive.ts'
import type { Engine, Row } from './engines/engine.ts'
import { inputPath, keptInputs } from './inputs.ts'
import type { Store } from './store.ts'
import { isKept, listTables } from './tables.ts'

/** The form of the archive, as its first file says. Raised when an older program could not read it. */
export const BACKUP_FORMAT = 'plimsoll-backup/1'

/** First file of a backup. */
export interface BackupHead {
  format: string
  /** Schema step of the tables. */
  schema_step: number
  /** Microseconds since 1970. */
  made_at: number
  /** Number of the last import inside; 0: none. */
  last_import: number
}

/** Last file of a backup: without it the backup is not whole. */
export interface BackupManifest {
  /** Rows by table. */
  rows: Record<string, number>
  /** sha256 by file. */
  files: Record<string, string>
  /** Digests of kept inputs that were not there. */
  missing_inputs: string[]
}

/** Names of the files inside. */
export const HEAD = 'plimsoll.json'
export const MANIFEST = 'manifest.json'

/** Characters of rows that go into one file, before compression. */
const PIECE = 4_000_000

const compress = promisify(gzip)

/**
 * Writes everything that cannot be made again, as a tar archive: facts, imports, organisations, published numbers, and the raw inputs. All
 * of one moment, while others may go on writing; memory stays bounded. `to` is ended, or destroyed when something fails.
 */
export async function writeBackup(store: Store, to: Writable): Promise<void> {
  await store.engine.snapshot(async (snapshot) => {
    const pieces = archive(store, snapshot)
    try {
      await pipeline(Readable.from(pieces, { objectMode: false }), to)
    } finally {
      // When `to` fails, a question may still be on its way: the snapshot must not end before its answer is in.
      await pieces.return(undefined)
    }
  }, 'long')
}

async function* archive(store: Store, snapshot: Engine): AsyncGenerator<Buffer> {
  const manifest: BackupManifest = { rows: {}, files: {}, missing_inputs: [] }
  const modified = Math.floor(store.now() / 1_000_000)
  const whole = (name: string, bytes: Buffer): Buffer => {
    manifest.files[name] = createHash('sha256').update(bytes).digest('hex')
    return Buffer.concat([tarHeader(name, bytes.length, modified), bytes, tarPadding(bytes.length)])
  }
  const [at] = await snapshot.query<{ schema_step: number; last_import: number }>(
    'select max(step) as schema_step, coalesce((select max(import_no) from import), 0) as last_import from schema_step',
  )
  const head: BackupHead = { format: BACKUP_FORMAT, ...at!, made_at: store.now() }
  yield whole(HEAD, Buffer.from(JSON.stringify(head, null, 1)))

  for (const table of (await listTables(snapshot)).filter(isKept)) {
    const columns = table.columns.map(({ name }) => name)
    const first = `${JSON.stringify(columns)}\n`
    const [rows, lines] = [{ count: 0, files: 0 }, { text: first }]
    const close = async (): Promise<Buffer> => {
      const name = `tables/${table.table}/${String(++rows.files).padStart(6, '0')}.ndjson.gz`
      const bytes = await compress(Buffer.from(lines.text), { level: 1 })
      lines.text = first
      return whole(name, bytes)
    }
    for await (const batch of snapshot.stream<Row>(`select ${columns.join(', ')} from ${table.table}`)) {
      rows.count += batch.length
      for (const row of batch) lines.text += `${JSON.stringify(columns.map((column) => row[column]))}\n`
      if (lines.text.length > PIECE) yield await close()
    }
    if (lines.text.length > first.length) yield await close()
    manifest.rows[table.table] = rows.count
  }

  for (const { input_digest } of await keptInputs(snapshot)) {
    const name = `inputs/${input_digest.slice(0, 2)}/${input_digest}.gz`
    const file = await open(inputPath(store.data, input_digest)).catch(() => null)
    if (!file) {
      manifest.missing_inputs.push(input_digest)
      continue
    }
    try {
      const { size } = await file.stat()
      const hash = createHash('sha256')
      yield tarHeader(name, size, modified)
      for await (const chunk of createReadStream('', { fd: file.fd, autoClose: false, start: 0, end: size - 1 })) {
        hash.update(chunk as Buffer)
        yield chunk as Buffer
      }
      yield tarPadding(size)
      manifest.files[name] = hash.digest('hex')
    } finally {
      await file.close()
    }
  }
  const bytes = Buffer.from(JSON.stringify(manifest))
  yield Buffer.concat([tarHeader(MANIFEST, bytes.length, modified), bytes, tarPadding(bytes.length), tarEnd()])
}
