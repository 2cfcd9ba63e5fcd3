import { constants, type Stats } from 'node:fs'
import { lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { keepUpload } from '../api/uploads.ts'
import type { Jobs } from '../api/jobs.ts'
import { mendable, UserError } from '../errors.ts'
import { importBundle } from '../ingest/bundle.ts'
import type { Catalog } from '../insights/catalog.ts'
import { compute } from '../insights/compute.ts'
import type { Store } from '../store/store.ts'

export interface WatchOptions {
  folder: string
  store: Store
  catalog: Catalog
  /** The queue in which the server imports: one file at a time. */
  jobs: Jobs
  /** Tells the person who runs the server, a line for each file. */
  tell: (line: string) => void
  /** Milliseconds between two looks; default 500. */
  every?: number
  /** Milliseconds for which a file's size and time must rest before it counts as whole; default 2000. */
  rest?: number
}

export interface Watching {
  /** Ends with the file that is being imported; what waits stays where it is. */
  close(): Promise<void>
}

/** How long a file waits that could not be taken for want of room, in milliseconds. */
const PATIENCE = 60_000

/** Names under which programs write what is not whole yet. */
const UNFINISHED = /^\.|\.(?:part|filepart|crdownload)$/i

/** What became of a file; or that it stays and is looked at again, at once or when there may be room. */
type Verdict = { taken: boolean; reason: string } | 'again' | 'later'

interface Seen {
  mark: string
  since: number
}

/** What tells a file from one that has its name later, or that was written again. */
export const markOf = ({ size, mtimeMs, ino }: Stats): string => `${ino}/${size}/${mtimeMs}`

/**
 * Imports what appears in a folder and moves it to `done/` in it, or to `refused/` with the reason beside it in `NAME.reason.txt`. Only files
 * directly in the folder are looked at; hidden ones and `.part` are left alone, links are refused, never followed. A file is read once into
 * the data folder and imported from there, so that a writer who comes back cannot change what is imported. What lies there when it starts,
 * also after a kill, is imported; what was imported already changes nothing and goes to `done/`.
 * Throws UserError('watch_folder') when the folder or one of its two sub-folders cannot be used.
 */
export async function watchFolder({ every = 500, rest = 2000, ...options }: WatchOptions): Promise<Watching> {
  const folder = await usable(options.folder)
  const places = { done: await subfolder(folder, 'done'), refused: await subfolder(folder, 'refused') }
  const seen = new Map<string, Seen>()
  let closing = false

  /** The names that are whole by now. */
  async function ready(): Promise<string[]> {
    const now = performance.now()
    const names = (await readdir(folder, { withFileTypes: true }))
      .filter((entry) => !entry.isDirectory() && !UNFINISHED.test(entry.name))
      .map((entry) => entry.name)
      .toSorted()
    for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name)
    const whole: string[] = []
    for (const name of names) {
      const found = await lstat(join(folder, name)).catch(() => null)
      if (!found) continue
      const before = seen.get(name)
      if (before?.mark !== markOf(found)) seen.set(name, { mark: markOf(found), since: now })
      else if (now - before.since >= rest) whole.push(name)
    }
    return whole
  }

  async function take(name: string): Promise<boolean> {
    const mark = seen.get(name)!.mark
    const verdict = await importOne(join(folder, name), name, mark, options)
    if (verdict === 'later') seen.set(name, { mark, since: performance.now() + PATIENCE })
    if (verdict === 'again') seen.delete(name)
    if (typeof verdict === 'string') return false
    const now = await lstat(join(folder, name)).catch(() => null)
    if (!now || markOf(now) !== mark) return verdict.taken // gone, or a new file has its name already
    try {
      const moved = await moveAway(
        join(folder, name),
        verdict.taken ? places.done : places.refused,
        name,
        verdict.taken ? null : verdict.reason,
        mark,
      )
      if (moved === null) options.tell(`${name} was written again while it was moved away: it is looked at once more`)
      else
        options.tell(
          verdict.taken ? `✓ ${name}: ${verdict.reason.split('\n')[0]}` : `✗ ${name}: ${verdict.reason.split('\n')[0]} (refused/${moved})`,
        )
    } catch (error) {
      options.tell(`✗ ${name}: cannot be moved away: ${(error as Error).message}`)
      seen.set(name, { mark, since: performance.now() + PATIENCE })
    }
    return verdict.taken
  }

  async function look(): Promise<void> {
    let taken = 0
    for (const name of await ready()) {
      if (closing) break
      if (await take(name)) taken++
    }
    if (taken === 0) return
    await compute(options.store, options.catalog).catch((error: unknown) =>
      options.tell(`a bug while computing scores: ${error instanceof Error ? error.stack : String(error)}`),
    )
  }

  let trouble = ''
  const loop = (async () => {
    while (!closing) {
      try {
        await look()
        trouble = ''
      } catch (error) {
        // The folder may be away for a while, such as on a share: it is told once, and looked for again.
        const told = `the watched folder cannot be read: ${(error as Error).message}`
        if (told !== trouble) options.tell(told)
        trouble = told
      }
      await new Promise((resolve) => setTimeout(resolve, every))
    }
  })()
  return {
    async close() {
      closing = true
      await loop
    },
  }
}

async function usable(path: string): Promise<string> {
  try {
    const folder = await realpath(path)
    if ((await stat(folder)).isDirectory()) return folder
  } catch (cause) {
    throw new UserError('watch_folder', `${path} cannot be watched: there is no such folder, or it cannot be read`, { cause })
  }
  throw new UserError('watch_folder', `${path} cannot be watched: it is not a folder`)
}

async function subfolder(folder: string, name: string): Promise<string> {
  const path = join(folder, name)
  try {
    await mkdir(path, { recursive: true })
  } catch (cause) {
    throw new UserError('watch_folder', `${path} cannot be made: files are moved there, so the folder must be writable`, { cause })
  }
  const found = await lstat(path)
  if (!found.isDirectory())
    throw new UserError('watch_folder', `${path} is a link or a file: expected a folder of its own, to move files to`)
  if (found.dev !== (await stat(folder)).dev)
    throw new UserError('watch_folder', `${path} is on another file system than ${folder}: files are moved, not copied`)
  return path
}

/** Reads the file into the data folder and imports it from there. */
async function importOne(path: string, name: string, mark: string, { store, jobs, tell }: WatchOptions): Promise<Verdict> {
  let upload: { path: string; bytes: number } | null = null
  try {
    upload = await readOnce(path, mark, store.data)
    if (!upload) return 'again'
    const kept = upload
    const { done } = jobs.add(name, kept.bytes, (progress) =>
      importBundle(store, kept.path, { name, actor: 'watched folder', scratch: dirname(kept.path), onProgress: progress }),
    )
    const result = await done
    if (result.kind !== 'archive')
      return {
        taken: true,
        reason: result.unchanged
          ? `nothing changed, it is import ${result.import_no} already`
          : `${result.title}, import ${result.import_no}`,
      }
    const { taken, known, refused, members } = result
    const told = `${result.title}: ${taken} taken, ${known} unchanged, ${refused} refused`
    return { taken: refused === 0, reason: [told, ...members.map((member) => memberLine(member))].join('\n') }
  } catch (error) {
    const known = mendable(error)
    if (!known) {
      tell(`a bug while importing ${name}: ${error instanceof Error ? error.stack : String(error)}`)
      return { taken: false, reason: 'Something went wrong inside; the log of the server says what. [internal]' }
    }
    // The server is closing, or has much to do, or there is no room: none of it is the file's.
    if (known.status === 503 || known.status === 429 || known.status === 507) {
      tell(`${name} waits: ${known.message}`)
      return 'later'
    }
    return { taken: false, reason: `${known.message} [${known.code}]` }
  } finally {
    if (upload) await rm(upload.path, { force: true })
  }
}

const memberLine = ({
  name,
  result,
  error,
}: {
  name: string
  result: { import_no: number } | null
  error: { code: string; message: string } | null
}) => (error ? `✗ ${name}: ${error.message} [${error.code}]` : `✓ ${name}: import ${result?.import_no}`)

/** A copy of the file as it is now; null when it changes meanwhile or is gone. A link is not followed. */
async function readOnce(path: string, mark: string, data: string): Promise<{ path: string; bytes: number } | null> {
  const found = await lstat(path).catch(() => null)
  if (!found) return null
  if (!found.isFile()) throw new UserError('not_a_file', 'It is a link or a device, not a file: put the file itself here')
  // Missing on Windows, where making a link needs rights of its own.
  const flags =
    constants.O_RDONLY | ((constants.O_NOFOLLOW as number | undefined) ?? 0) | ((constants.O_NONBLOCK as number | undefined) ?? 0)
  const file = await open(path, flags).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw new UserError('file_not_readable', `It cannot be read: ${cause.code === 'EACCES' ? 'permission denied' : cause.message}`, {
      cause,
    })
  })
  if (!file) return null
  let kept: { path: string; bytes: number } | null = null
  try {
    const before = await file.stat()
    if (!before.isFile() || markOf(before) !== mark) return null
    kept = await keepUpload(data, file.createReadStream({ autoClose: false }))
    if (markOf(await file.stat()) === mark) return kept
  } finally {
    await file.close()
  }
  await rm(kept.path, { force: true })
  return null
}

/**
 * Moves a file under its name, or the next that is free, and gives that; a reason lies beside it before it comes. Nothing is replaced. Null: the file no longer
 * has the mark, since somebody wrote it again meanwhile; it lies where it was, or under the next name that is free there.
 */
export async function moveAway(path: string, into: string, name: string, reason: string | null, mark: string): Promise<string | null> {
  if (!(await lstat(into)).isDirectory()) throw new Error(`${into} is no folder any more`)
  const said = reason === null ? null : `${name}\n${new Date().toISOString()}\n\n${reason}\n`
  const free = await reserveFree(into, name, said)
  await rename(path, join(into, free))
  if (markOf(await lstat(join(into, free))) === mark) return free
  await rename(join(into, free), join(dirname(path), await reserveFree(dirname(path), name, null)))
  if (reason !== null) await rm(reasonOf(into, free))
  return null
}

const reasonOf = (folder: string, name: string): string => join(folder, `${name}.reason.txt`)

/** Reserves a name in a folder, and that of its reason beside it, with the reason in it: the given one or the next that is free. */
async function reserveFree(folder: string, name: string, reason: string | null): Promise<string> {
  const [, stem, ending] = /^(.*?)((?:\.tar)?\.[^.]+)?$/s.exec(name)!
  for (let number = 1; ; number++) {
    const free = number === 1 ? name : `${stem}-${number}${ending ?? ''}`
    if (!(await reserve(join(folder, free), ''))) continue
    if (reason === null || (await reserve(reasonOf(folder, free), reason))) return free
    await rm(join(folder, free))
  }
}

/** Makes a file that was not there; false when it was. */
async function reserve(path: string, content: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(content)
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
