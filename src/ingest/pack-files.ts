import { open, readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { UserError } from '../errors.ts'
import { openFile } from './readers/file.ts'
import { readTar } from './readers/tar.ts'
import { readZipFile } from './readers/zip.ts'

/** A text file of a content pack, with its path inside the archive or folder ("/" between). */
export interface PackText {
  path: string
  text: string
}

/** A pack is text that people write; larger ones are a mistake. */
const MOST_FILES = 1000
const MOST_BYTES = 5_000_000

const tooLarge = () => new UserError('file_too_large', `a content pack holds at most ${MOST_FILES} files and ${MOST_BYTES} bytes`)

/** What packing systems leave: hidden files, `__MACOSX/`. */
const HIDDEN = /(?:^|\/)(?:\.[^/]*|__MACOSX)(?:\/|$)/

/**
 * The files of a content pack in a zip, tar or tar.gz archive. Throws UserError('not_a_pack') for what is no archive, UserError('file_too_large'),
 * UserError('damaged_file').
 */
export async function readPackArchive(path: string): Promise<PackText[]> {
  const file = await openFile(path)
  if (file.archive === null)
    throw new UserError('not_a_pack', 'a content pack is a folder, or a zip, tar or tar.gz archive of one; this file is neither')
  const files: PackText[] = []
  let bytes = 0
  const plainZip = file.archive === 'zip' && (await startsAsZip(path))
  if (file.archive === 'zip' && !plainZip)
    throw new UserError('not_a_pack', 'a zip archive in gzip is no content pack: send the zip itself')
  for await (const entry of plainZip ? readZipFile(path) : readTar(file.source.bytes())) {
    if (entry.refused) throw entry.refused
    if (HIDDEN.test(entry.name)) continue
    if (files.length >= MOST_FILES || (bytes += entry.size) > MOST_BYTES) throw tooLarge()
    const chunks: Uint8Array[] = []
    for await (const chunk of entry.bytes()) chunks.push(chunk)
    files.push({ path: entry.name.replace(/^\.\//, ''), text: Buffer.concat(chunks).toString('utf8') })
  }
  return files
}

async function startsAsZip(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    return (await file.read(Buffer.alloc(2), 0, 2, 0)).buffer.toString('latin1') === 'PK'
  } finally {
    await file.close()
  }
}

/** The files of a content pack in a folder. Links are not followed. Throws UserError('file_too_large'). */
export async function readPackFolder(folder: string): Promise<PackText[]> {
  const files: PackText[] = []
  let bytes = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/')
    if (!entry.isFile() || HIDDEN.test(path)) continue
    const text = await readFile(join(folder, path), 'utf8')
    if (files.length >= MOST_FILES || (bytes += Buffer.byteLength(text)) > MOST_BYTES) throw tooLarge()
    files.push({ path, text })
  }
  return files.toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
