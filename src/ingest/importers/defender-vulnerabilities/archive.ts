import type { ArchiveEntry } from '../../readers/archive-entry.ts'
import { readZip } from '../../readers/zip.ts'

/** A zip archive whose first member lies in one of the two folders, by the beginning of the file. */
export const isArchive = (text: string): boolean => /^PK\u0003\u0004[\s\S]{0,80}?(?:machines|vulnerabilities)\//.test(text)

export type Member = { name: string; bytes: AsyncIterable<Uint8Array> } | { name: string; skipped: string }

const rank = (name: string) => (name.startsWith('machines/') ? 0 : name.startsWith('vulnerabilities/') ? 1 : 2)

/**
 * The members of `machines/`, then those of `vulnerabilities/`, each by name. Throws UserError('damaged_file') for a broken archive or
 * one whose members are encrypted or lead outside, and UserError('file_too_large') beyond the caps.
 */
export async function* openArchive(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Member> {
  const entries: AsyncGenerator<ArchiveEntry> = readZip(bytes, { order: (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1) })
  for await (const entry of entries) {
    const { name } = entry
    if (rank(name) === 2 || !name.toLowerCase().endsWith('.json')) {
      yield { name, skipped: 'only JSON files in machines/ and vulnerabilities/ are read' }
      continue
    }
    if (entry.refused) throw entry.refused
    yield { name, bytes: entry.bytes() }
  }
}
