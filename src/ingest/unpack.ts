import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../errors.ts'
import { claimants, formatOf, isContainerImage } from './detect.ts'
import { type ArchiveEntry, MAX_ENTRIES, MAX_RATIO, MAX_UNPACKED, SMALL, tooManyEntries, tooMuch } from './readers/archive-entry.ts'
import { openFile, type OpenFile } from './readers/file.ts'
import { readTar } from './readers/tar.ts'
import { readZip, readZipFile } from './readers/zip.ts'
import { recognise } from './recognised.ts'

/** One file to import: on disk until the next one is asked for; or why there is none. */
export type Unpacked = { place: string; name: string; path: string } | { place: string; error: { code: string; message: string } }

export interface Bundle {
  /** What kind of archive the file is; null when it is one report itself (or nobody's). */
  archive: 'zip' | 'tar' | null
  files: AsyncGenerator<Unpacked>
}

export interface UnpackOptions {
  /** The file's own name, when the path is a temporary one. */
  name?: string
  /** What the file is called where its members are told; default: its path. */
  place?: string
  /** Id of an importer: an archive that it takes itself is not opened. */
  format?: string
  /** Folder in which members are laid down for a while; default: that of the system. */
  scratch?: string
}

/** An archive may lie in an archive, not deeper. */
const MAX_DEPTH = 2

/** How much is left of what one archive, with those inside of it, may hold. */
interface Budget {
  entries: number
  bytes: number
}

/**
 * The files to import of one path. An archive (zip, tar, tar.gz) that an importer takes as its own report, or that is of no archive kind,
 * is itself the file; any other is opened, and each member comes by itself, laid down in a temporary folder. Members that are hidden or
 * belong to the packing system (`__MACOSX/`) are left out. A member that cannot be taken comes with its error, and so does an archive that
 * breaks off, behind the members that could be read. Throws UserError('file_not_readable'), UserError('damaged_file') when not even the
 * beginning can be read, UserError('unknown_format') when `format` is none.
 */
export async function unpack(path: string, options: UnpackOptions = {}): Promise<Bundle> {
  const place = options.place ?? options.name ?? path
  const name = basename(options.name ?? path)
  const opened = await openFile(path, { name })
  const archive = toOpen(opened, options.format) ? opened.archive : null
  if (archive === null) {
    return {
      archive,
      files: (async function* () {
        yield { place, name, path }
      })(),
    }
  }
  return {
    archive,
    files: membersOf(path, opened, {
      place,
      format: options.format,
      scratch: options.scratch ?? tmpdir(),
      depth: 1,
      budget: { entries: MAX_ENTRIES, bytes: MAX_UNPACKED },
    }),
  }
}

/** Whether a file is an archive of reports, not a report of its own. */
function toOpen({ archive, head }: OpenFile, format: string | undefined): boolean {
  if (archive === null) return false
  if (format !== undefined && formatOf(format).detect(head)) return false
  return claimants(head).length === 0 && recognise(head) === null && !isOffice(head.text) && !isContainerImage(head.text)
}

/** Documents that are zip archives inside: https://learn.microsoft.com/en-us/openspecs/office_standards/ms-offcrypto, ODF 1.2 part 3. */
const isOffice = (text: string): boolean =>
  /^PK\u0003\u0004[\s\S]{22,26}(?:\[Content_Types\]\.xml|_rels\/|docProps\/|xl\/|word\/|mimetypeapplication\/vnd\.oasis)/.test(
    text.slice(0, 200),
  ) ||
  (text.startsWith('PK\u0003\u0004') && text.slice(0, 65_536).includes('[Content_Types].xml'))

const HIDDEN = /(?:^|\/)(?:\.(?!\.?(?:\/|$))[^/]*|__MACOSX|Thumbs\.db|desktop\.ini)(?:\/|$)/

async function* membersOf(
  path: string,
  opened: OpenFile,
  { place, format, scratch, depth, budget }: { place: string; format: string | undefined; scratch: string; depth: number; budget: Budget },
): AsyncGenerator<Unpacked> {
  const folder = await mkdtemp(join(scratch, 'plimsoll-unpack-'))
  let members = 0
  try {
    for await (const entry of await entriesOf(path, opened, folder)) {
      if (HIDDEN.test(entry.name)) continue
      members++
      if (--budget.entries < 0) throw tooManyEntries()
      if ((budget.bytes -= entry.size) < 0) throw tooMuch()
      const inside = `${place}/${entry.name}`
      const laid = join(folder, 'member')
      try {
        await layDown(entry, laid)
        const found = await openFile(laid, { name: basename(entry.name) })
        if (toOpen(found, format)) {
          if (depth >= MAX_DEPTH)
            throw new UserError(
              'nested_archive',
              'it is an archive in an archive in an archive, which is not opened: unpack it and import it by itself',
            )
          yield* membersOf(laid, found, { place: inside, format, scratch, depth: depth + 1, budget })
        } else yield { place: inside, name: basename(entry.name), path: laid }
      } catch (error) {
        yield refusal(inside, error)
      }
      await rm(laid, { force: true })
    }
    if (members === 0) yield refusal(place, new UserError('empty_file', 'the archive holds no files'))
  } catch (error) {
    yield refusal(place, error)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What cannot be mended is thrown on: it is a bug or a full disk. */
function refusal(place: string, error: unknown): Unpacked {
  if (!(error instanceof UserError)) throw error
  return { place, error: { code: error.code, message: error.message } }
}

async function entriesOf(path: string, { archive, source }: OpenFile, scratch: string): Promise<AsyncGenerator<ArchiveEntry>> {
  if (archive === 'zip') return (await isPlain(path)) ? readZipFile(path) : readZip(source.bytes(), { scratch })
  return readTar(notABomb(source.bytes(), (await stat(path)).size))
}

/** Whether the file is the zip archive itself, not one in gzip. */
async function isPlain(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
    return buffer.toString('latin1') === 'PK'
  } finally {
    await file.close()
  }
}

/** Passes the bytes of a tar on while they are not absurdly more than the file that they come from. */
async function* notABomb(bytes: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let read = 0
  for await (const chunk of bytes) {
    read += chunk.length
    if (read > 16 * SMALL && read > size * MAX_RATIO)
      throw new UserError('file_too_large', `the archive unpacks to more than ${MAX_RATIO} times its size, which no reports do`)
    yield chunk
  }
}

async function layDown(entry: ArchiveEntry, path: string): Promise<void> {
  if (entry.refused) throw entry.refused
  await pipeline(Readable.from(entry.bytes()), createWriteStream(path, { mode: 0o600 }))
}
