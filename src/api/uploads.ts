import { randomUUID } from 'node:crypto'
import { createWriteStream, mkdirSync } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../errors.ts'

/** The largest file that is taken, in bytes: 2 GiB. */
export const MOST_UPLOAD = 2_147_483_648

/**
 * Writes an upload to a temporary file of the data folder; the caller removes it. Throws UserError('too_large') at `most` bytes, and
 * UserError('upload_broken') when the sender went away.
 */
export async function keepUpload(data: string, body: Readable, most = MOST_UPLOAD): Promise<{ path: string; bytes: number }> {
  const folder = join(data, 'uploads')
  mkdirSync(folder, { recursive: true }) // nothing is awaited before the body is listened to: it may break at any time
  const path = join(folder, randomUUID())
  let bytes = 0
  const cap = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > most)
        done(
          new UserError('too_large', `the file is larger than ${most} bytes: import it on the server with plimsoll import`, {
            status: 413,
          }),
        )
      else done(null, chunk)
    },
  })
  try {
    await pipeline(body, cap, createWriteStream(path, { mode: 0o600 }))
  } catch (error) {
    await rm(path, { force: true })
    if (error instanceof UserError || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error
    throw new UserError('upload_broken', 'the upload ended before the file was whole: send it again', { cause: error })
  }
  return { path, bytes }
}

const DAY = 86_400_000

/** Removes what a killed server left of uploads: everything older than a day. */
export async function dropOldUploads(data: string): Promise<void> {
  const folder = join(data, 'uploads')
  for (const name of await readdir(folder).catch(() => [])) {
    const found = await stat(join(folder, name)).catch(() => null)
    if (found && Date.now() - found.mtimeMs > DAY) await rm(join(folder, name), { recursive: true, force: true })
  }
}
