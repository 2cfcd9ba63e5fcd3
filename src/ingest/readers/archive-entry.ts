import { UserError } from '../../errors.ts'

/** A member of an archive. Nothing is ever written under its name. */
export interface ArchiveEntry {
  /** Path inside the archive, with forward slashes. */
  name: string
  /** Bytes when unpacked, as the archive states it. */
  size: number
  /** Why it cannot be taken (a link, a path that leads outside, encrypted, a bomb), or null. */
  refused: UserError | null
  /**
   * Its bytes, unpacked; once, and before the next member is asked for. Throws `refused` when there is one, and
   * UserError('damaged_file') where they are damaged, cut off or not as many as stated.
   */
  bytes(): AsyncIterable<Uint8Array>
}

/** How many members an archive may have. */
export const MAX_ENTRIES = 20_000
/** How much an archive may unpack to, in bytes: 8 GiB. */
export const MAX_UNPACKED = 8 * 1024 ** 3
/** Reports compress 5 to 100 times; far beyond that it is a bomb. Small members are let be. */
export const MAX_RATIO = 400
/** Up to this many bytes a member may compress as well as it likes. */
export const SMALL = 1024 * 1024

const damaged = (message: string) => new UserError('damaged_file', message)

/** What is wrong with a member's path; null when nothing is. */
export function wrongPath(name: string): UserError | null {
  const shown = JSON.stringify(name.slice(0, 200))
  if (name === '' || name.includes('\0')) return damaged(`a member of the archive has no proper name: ${shown}`)
  if (name.startsWith('/') || /^[a-z]:/i.test(name))
    return damaged(`the path ${shown} in the archive is absolute; expected one inside of it`)
  if (name.split('/').includes('..')) return damaged(`the path ${shown} in the archive leads outside of it`)
  return null
}

/** UserError('file_too_large') for an archive with more than MAX_ENTRIES members. */
export const tooManyEntries = () =>
  new UserError('file_too_large', `the archive has more than ${MAX_ENTRIES} members: split it, or import the folder that it was made of`)

/** UserError('file_too_large') for an archive that unpacks to more than MAX_UNPACKED. */
export const tooMuch = () =>
  new UserError(
    'file_too_large',
    `the archive unpacks to more than ${MAX_UNPACKED} bytes: split it, or import the folder that it was made of`,
  )
