import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import { UserError } from '../../../errors.ts'

const MAX_ENTRIES = 10_000
const MAX_UNPACKED = 8 * 1024 ** 3
/** Rows of JSON compress 20 to 100 times; far beyond that it is a bomb. Small members are let be. */
const MAX_RATIO = 400
const SMALL = 1024 * 1024

/** A zip archive whose first member lies in one of the two folders, by the beginning of the file. */
export const isArchive = (text: string): boolean => /^PK\u0003\u0004[\s\S]{0,80}?(?:machines|vulnerabilities)\//.test(text)

export type Member = { name: string; bytes: AsyncIterable<Uint8Array> } | { name: string; skipped: string }

const damaged = (message: string, cause?: unknown) => new UserError('damaged_file', message, { cause })

/**
 * The members of `machines/`, then those of `vulnerabilities/`, each by name. The table of contents of a zip is at its end, so the file
 * is laid down in a temporary folder first. Throws UserError('damaged_file') for a broken or encrypted archive or one with paths
 * that lead outside, and UserError('file_too_large') beyond the caps.
 */
export async function* openArchive(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-zip-'))
  let zip: yauzl.ZipFile | null = null
  try {
    const path = join(folder, 'archive.zip')
    await pipeline(Readable.from(bytes), createWriteStream(path, { mode: 0o600 }))
    zip = await open(path)
    const entries = await listEntries(zip)
    const rank = ({ fileName }: yauzl.Entry) => (fileName.startsWith('machines/') ? 0 : fileName.startsWith('vulnerabilities/') ? 1 : 2)
    let unpacked = 0
    for (const entry of entries.toSorted((a, b) => rank(a) - rank(b) || (a.fileName < b.fileName ? -1 : 1))) {
      const name = entry.fileName
      if (name.endsWith('/')) continue
      if (rank(entry) === 2 || !name.toLowerCase().endsWith('.json')) {
        yield { name, skipped: 'only JSON files in machines/ and vulnerabilities/ are read' }
        continue
      }
      unpacked += entry.uncompressedSize
      if (unpacked > MAX_UNPACKED) throw new UserError('file_too_large', `${name}: the archive unpacks to more than ${MAX_UNPACKED} bytes`)
      if (entry.uncompressedSize > SMALL && entry.uncompressedSize > entry.compressedSize * MAX_RATIO) {
        throw new UserError('file_too_large', `${name} unpacks to more than ${MAX_RATIO} times its size, which no report does`)
      }
      yield { name, bytes: await openEntry(zip, entry) }
    }
  } finally {
    zip?.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function open(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true, strictFileNames: true }, (error, zip) => {
      if (error) reject(damaged(`Expected a complete zip archive: ${error.message}`, error))
      else resolve(zip)
    })
  })
}

function listEntries(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = []
    zip.on('error', (error: Error) => reject(damaged(`The zip archive cannot be read: ${error.message}`, error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry)
      if (entries.length > MAX_ENTRIES) reject(new UserError('file_too_large', `The archive has more than ${MAX_ENTRIES} members`))
      else zip.readEntry()
    })
    zip.readEntry()
  })
}

async function openEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<AsyncIterable<Uint8Array>> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, found) => {
      if (error) reject(damaged(`${entry.fileName} cannot be read: ${error.message}`, error))
      else resolve(found)
    })
  })
  return (async function* () {
    try {
      yield* stream as AsyncIterable<Uint8Array>
    } catch (error) {
      throw damaged(`${entry.fileName} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`, error)
    }
  })()
}
