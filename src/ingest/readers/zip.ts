import { createWriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import * as zlib from 'node:zlib'
import yauzl from 'yauzl'
import { UserError } from '../../errors.ts'
import { type ArchiveEntry, MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED, SMALL, tooManyEntries, tooMuch, wrongPath } from './archive-entry.ts'

/** Missing in the types of our oldest Node: https://nodejs.org/api/zlib.html#zlibcrc32data-value */
const { crc32 } = zlib as unknown as { crc32: (data: Uint8Array, value?: number) => number }
/** Missing in the types of 2.x: https://github.com/thejoshwolfe/yauzl#getfilenamelowlevelgeneralpurposebitflag-filenamebuffer-extrafields-strictfilenames */
const { getFileNameLowLevel } = yauzl as unknown as {
  getFileNameLowLevel: (flags: number, name: Buffer, extra: yauzl.Entry['extraFields'], strict: boolean) => string
}

const damaged = (message: string, cause?: unknown) => new UserError('damaged_file', message, { cause })
const said = (error: unknown) => (error instanceof Error ? error.message : String(error))

/** Whether the beginning of a file, as text or bytes, is that of a zip archive: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT 4.3.7 */
export function isZip(start: string | Uint8Array): boolean {
  const text = typeof start === 'string' ? start : Buffer.from(start.subarray(0, 4)).toString('latin1')
  return text.startsWith('PK\u0003\u0004') || text.startsWith('PK\u0005\u0006')
}

export interface ZipOptions {
  /** Order of the members by their names; default: by name. */
  order?: (a: string, b: string) => number
  /** Folder in which the archive is laid down for a while; default: that of the system. */
  scratch?: string
}

/**
 * The members of a zip archive but folders. Its table of contents is at its end, so it is laid down in a temporary folder first.
 * A member that cannot be taken comes with `refused` set. Throws UserError('damaged_file') for what is no whole zip archive, and
 * UserError('file_too_large') for one with more members or bytes than any collection of reports has.
 */
export async function* readZip(bytes: AsyncIterable<Uint8Array>, options: ZipOptions = {}): AsyncGenerator<ArchiveEntry> {
  const folder = await mkdtemp(join(options.scratch ?? tmpdir(), 'plimsoll-zip-'))
  try {
    const path = join(folder, 'archive.zip')
    await pipeline(Readable.from(bytes), createWriteStream(path, { mode: 0o600 }))
    yield* readZipFile(path, options)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The same for an archive that is a file already. */
export async function* readZipFile(path: string, options: ZipOptions = {}): AsyncGenerator<ArchiveEntry> {
  const order = options.order ?? ((a, b) => (a < b ? -1 : a > b ? 1 : 0))
  const { size } = await stat(path)
  const zip = await open(path)
  try {
    const entries = await listEntries(zip)
    let unpacked = 0
    let packed = 0
    for (const { entry } of entries) {
      unpacked += entry.uncompressedSize
      packed += entry.compressedSize
    }
    if (unpacked > MAX_UNPACKED) throw tooMuch()
    if (packed > size) throw damaged('the members of the zip archive overlap one another, as no tool writes them')
    for (const { name, entry } of entries.toSorted((a, b) => order(a.name, b.name))) {
      if (name.endsWith('/')) continue
      const refused = wrongPath(name) ?? wrongEntry(entry)
      yield { name, size: entry.uncompressedSize, refused, bytes: () => readEntry(zip, name, entry, refused) }
    }
  } finally {
    zip.close()
  }
}

/** Kind of file in the upper half of the external attributes, as Unix has it; 0 where another system wrote it. */
const FILE_TYPE = 0o170000
const REGULAR = 0o100000

function wrongEntry(entry: yauzl.Entry): UserError | null {
  const type = (entry.externalFileAttributes >>> 16) & FILE_TYPE
  if (type !== 0 && type !== REGULAR) return damaged('it is a link or a device, not a file: only files are read from archives')
  if (entry.isEncrypted()) return damaged('it is encrypted: unpack the archive with its password and import what is in it')
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    return damaged(`it is packed by a method that is not read (${entry.compressionMethod}); expected stored or deflate: pack it anew`)
  if (entry.uncompressedSize > SMALL && entry.uncompressedSize > entry.compressedSize * MAX_RATIO)
    return new UserError('file_too_large', `it unpacks to more than ${MAX_RATIO} times its size, which no report does`)
  return null
}

function open(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false, validateEntrySizes: true, decodeStrings: false }, (error, zip) => {
      if (error) reject(damaged(`Expected a complete zip archive: ${error.message}`, error))
      else resolve(zip)
    })
  })
}

function listEntries(zip: yauzl.ZipFile): Promise<{ name: string; entry: yauzl.Entry }[]> {
  return new Promise((resolve, reject) => {
    const entries: { name: string; entry: yauzl.Entry }[] = []
    zip.on('error', (error: Error) => reject(damaged(`The zip archive cannot be read: ${error.message}`, error)))
    zip.on('end', () => resolve(entries))
    zip.on('entry', (entry: yauzl.Entry) => {
      const raw = entry.fileName as unknown as Buffer
      entries.push({ name: getFileNameLowLevel(entry.generalPurposeBitFlag, raw, entry.extraFields, false), entry })
      if (entries.length > MAX_ENTRIES) reject(tooManyEntries())
      else zip.readEntry()
    })
    zip.readEntry()
  })
}

async function* readEntry(zip: yauzl.ZipFile, name: string, entry: yauzl.Entry, refused: UserError | null): AsyncGenerator<Uint8Array> {
  if (refused) throw refused
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, found) => {
      if (error) reject(damaged(`${name} cannot be read from the archive: ${error.message}`, error))
      else resolve(found)
    })
  })
  let sum = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      sum = crc32(chunk, sum)
      yield chunk
    }
  } catch (error) {
    throw damaged(`${name} cannot be unpacked: ${said(error)}`, error)
  }
  if (sum !== entry.crc32) throw damaged(`${name} cannot be unpacked: its bytes are not those of which the archive keeps the checksum`)
}
