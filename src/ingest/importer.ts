import type { FileRecord } from '../model/record.ts'
import { InBatches } from './readers/in-batches.ts'

/** The beginning of a file, all that `detect` sees: at most 64 KiB after unpacking gzip and decoding to UTF-8 (BOM removed). */
export interface Head {
  /** File name without folders; a hint only, content decides. */
  name: string
  text: string
}

export interface Source {
  name: string
  /** The whole file, gunzipped and as UTF-8 without BOM, in chunks. May be called once. Throws UserError('damaged_file') when gzip or encoding break. */
  bytes(): AsyncIterable<Uint8Array>
}

export interface ParseOptions {
  /** Column mapping for formats that take one: our field → the file's column. */
  columns?: Record<string, string>
}

/** What importers yield: a record, or any number of them at once. */
export type Told = FileRecord | Iterable<FileRecord>

/** What an importer is written as; `reads` makes an importer of it. */
export type Parse = (file: Source, options: ParseOptions) => AsyncIterable<Told>

/**
 * One report format. `detect` must say yes to its own samples and no to every other format's. `parse` streams: it holds one item at
 * a time. A bad item becomes a `skipped` record; a file that cannot be read at all throws UserError('unreadable_report') that says what
 * was expected and where it broke.
 */
export interface Importer {
  /** Folder name, and `--format` on the command line. */
  id: string
  title: string
  /** Raised whenever the same bytes would give other records (law 3). */
  version: number
  detect(head: Head): boolean
  parse(file: Source, options: ParseOptions): InBatches<FileRecord>
}

/** An importer of public intelligence: facts about the world, without an organisation. */
export interface Feed extends Importer {
  /**
   * Where `plimsoll feeds update` fetches it; null where there is no single address. `{day}` in it stands for a day, 2026-08-12: every day that was
   * not fetched yet is one file.
   */
  url: string | null
  /** How often it changes: a server that keeps its feeds fresh asks that often. */
  every: `${number} hours` | '1 day'
}

/** What an importer yields, in batches of one where it yields one. */
export async function* batchesOf(told: AsyncIterable<Told>): AsyncGenerator<Iterable<FileRecord>> {
  for await (const each of told) yield Symbol.iterator in each ? each : [each]
}

/** An importer whose `parse` may yield many records at once, as one whose records come one by one or in batches. */
export const reads = <T extends Importer>({ parse, ...importer }: Omit<T, 'parse'> & { parse: Parse }): T =>
  ({ ...importer, parse: (file, options) => new InBatches(batchesOf(parse(file, options))) }) as T
