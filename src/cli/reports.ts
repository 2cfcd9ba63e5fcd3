import { createWriteStream } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../errors.ts'
import { unpack, type Unpacked } from '../ingest/unpack.ts'
import { expandGlob, isGlob } from './glob.ts'

export interface ReportsOptions {
  /** Id of an importer: an archive that it takes itself is not opened. */
  format?: string | undefined
  /** File name of what comes on standard input. */
  name?: string | undefined
  /** What `-` reads; default: standard input. */
  stdin?: Readable
}

/** What a path on the command line names: a file, or why there is none. */
type Named = { path: string; name?: string; place: string } | { place: string; error: { code: string; message: string } }

/**
 * Every file to import of the paths on a command line, in order: files, the files of folders and of what lies in them, patterns that the
 * shell left as they are, `-` for standard input, and the members of archives. A file is there until the next one is asked for. Hidden
 * files of folders are left out; links in folders are not followed and told. What is not there comes with its error, too.
 */
export async function* reportsOf(words: string[], options: ReportsOptions = {}): AsyncGenerator<Unpacked> {
  for await (const named of pathsOf(words, options)) {
    if ('error' in named) {
      yield named
      continue
    }
    try {
      const { files } = await unpack(named.path, {
        place: named.place,
        ...(named.name === undefined ? {} : { name: named.name }),
        ...(options.format === undefined ? {} : { format: options.format }),
      })
      yield* files
    } catch (error) {
      yield refusal(named.place, error)
    }
  }
}

/** What cannot be mended is thrown on. */
function refusal(place: string, error: unknown): { place: string; error: { code: string; message: string } } {
  if (!(error instanceof UserError)) throw error
  return { place, error: { code: error.code, message: error.message } }
}

async function* pathsOf(words: string[], options: ReportsOptions): AsyncGenerator<Named> {
  for (const word of words) {
    if (word === '-') yield* standardInput(options)
    else if (isGlob(word) && !(await stat(word).catch(() => null))) {
      const found = await expandGlob(word)
      for (const path of found) yield* belowOf(path)
      if (found.length === 0) yield refusal(word, new UserError('no_such_file', `${word}: no file matches`))
    } else yield* belowOf(word)
  }
}

async function* belowOf(path: string): AsyncGenerator<Named> {
  const found = await stat(path).catch(() => null)
  if (!found) yield refusal(path, new UserError('no_such_file', `${path}: there is no such file`))
  else if (found.isDirectory()) {
    let count = 0
    for await (const named of folderOf(path)) {
      count++
      yield named
    }
    if (count === 0) yield refusal(path, new UserError('empty_folder', `${path}: there are no files in this folder`))
  } else if (found.isFile()) yield { path, place: path }
  else yield refusal(path, new UserError('not_a_file', `${path} is not a file: send what comes through a pipe to plimsoll import -`))
}

async function* folderOf(folder: string): AsyncGenerator<Named> {
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory()) yield* folderOf(path)
    else if (entry.isFile()) yield { path, place: path }
    else
      yield refusal(
        path,
        new UserError('not_a_file', `${path} is a link or a device: those are not followed in folders; name the file itself`),
      )
  }
}

async function* standardInput({ name, stdin = process.stdin }: ReportsOptions): AsyncGenerator<Named> {
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-stdin-'))
  try {
    const path = join(folder, 'input')
    await pipeline(stdin, createWriteStream(path, { mode: 0o600 }))
    yield { path, name: name === undefined ? 'standard-input' : basename(name), place: name ?? '-' }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The line for a file that was refused; a message that begins with the path already says it once. */
export const refusalLine = (file: string, message: string): string => `✗ ${message.startsWith(`${file}: `) ? '' : `${file}: `}${message}`
