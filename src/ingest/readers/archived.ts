import { parse as parseYaml } from 'yaml'
import type { ArchiveEntry } from './archive-entry.ts'
import { isTar, readTar } from './tar.ts'
import { isZip, readZip } from './zip.ts'

/** Largest document of an archive, in bytes. */
const MAX_DOCUMENT = 16 * 1024 * 1024

/** A document of an archive: its value, or why it could not be read. */
export type Archived = { name: string; value: unknown } | { name: string; problem: string }

/** Whether the beginning of a file, as `detect` sees it, is that of a zip or tar archive with a member whose name ends so. */
export const isArchiveOf = (head: string, member: RegExp): boolean => (isZip(head) || head.slice(257, 262) === 'ustar') && member.test(head)

/**
 * The documents (JSON, YAML) of a zip or tar archive whose names match, in its order; other members are passed over. One that is damaged, too large or no
 * JSON comes with its problem. Throws UserError as readZip and readTar do for a damaged archive.
 */
export async function* readArchived(bytes: AsyncIterable<Uint8Array>, start: Uint8Array, member: RegExp): AsyncGenerator<Archived> {
  const entries: AsyncGenerator<ArchiveEntry> = isTar(start) ? readTar(bytes) : readZip(bytes)
  for await (const entry of entries) {
    const { name } = entry
    if (!member.test(name)) continue
    if (entry.refused) {
      yield { name, problem: entry.refused.message }
      continue
    }
    const text = await textOf(entry)
    if (text === null) {
      yield { name, problem: `it is over ${MAX_DOCUMENT} bytes` }
      continue
    }
    try {
      yield { name, value: /\.ya?ml$/.test(name) ? (parseYaml(text, { maxAliasCount: 100 }) as unknown) : (JSON.parse(text) as unknown) }
    } catch (error) {
      yield { name, problem: `it cannot be read: ${(error as Error).message.slice(0, 200)}` }
    }
  }
}

async function textOf(entry: ArchiveEntry): Promise<string | null> {
  if (entry.size > MAX_DOCUMENT) return null
  const pieces: Uint8Array[] = []
  for await (const piece of entry.bytes()) pieces.push(piece)
  return new TextDecoder().decode(Buffer.concat(pieces))
}
