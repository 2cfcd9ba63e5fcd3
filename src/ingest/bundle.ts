import { UserError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { importFile, type ImportOptions, type ImportResult } from './ingest.ts'
import { unpack, type Unpacked } from './unpack.ts'

/** What became of one member of an archive. */
export interface MemberResult {
  /** Path inside the archive; of an archive in it, both joined by a slash. Empty: the archive itself, where it breaks off. */
  name: string
  result: ImportResult | null
  error: { code: string; message: string } | null
}

/** What became of an archive of reports: each member is an import of its own, whole or not at all. */
export interface ArchiveResult {
  kind: 'archive'
  title: string
  /** Every member was imported before: nothing changed. */
  unchanged: boolean
  taken: number
  /** How many members were imported before. */
  known: number
  refused: number
  members: MemberResult[]
}

export interface BundleOptions extends ImportOptions {
  /** Folder in which members are laid down for a while; default: that of the system. */
  scratch?: string
}

const titles = { zip: 'Archive of reports (zip)', tar: 'Archive of reports (tar)' } as const

/**
 * Imports a file, or each member of an archive of reports. Scores are not computed here. Throws as importFile does for a single file;
 * what is wrong with a member stands with it.
 */
export async function importBundle(store: Store, path: string, options: BundleOptions): Promise<ImportResult | ArchiveResult> {
  const { scratch, ...importOptions } = options
  const { archive, files } = await unpack(path, {
    place: '',
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.format === undefined ? {} : { format: options.format }),
    ...(scratch === undefined ? {} : { scratch }),
  })
  if (archive === null) {
    await files.return(undefined)
    return importFile(store, path, importOptions)
  }
  const members: MemberResult[] = []
  for await (const file of files) members.push(await importMember(store, file, importOptions))
  const taken = members.filter(({ result }) => result && !result.unchanged).length
  const known = members.filter(({ result }) => result?.unchanged).length
  const refused = members.length - taken - known
  return { kind: 'archive', title: titles[archive], unchanged: taken === 0 && refused === 0, taken, known, refused, members }
}

async function importMember(store: Store, file: Unpacked, options: ImportOptions): Promise<MemberResult> {
  const name = file.place.replace(/^\//, '')
  if ('error' in file) return { name, result: null, error: file.error }
  try {
    return { name, result: await importFile(store, file.path, { ...options, name: file.name }), error: null }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return { name, result: null, error: { code: error.code, message: error.message } }
  }
}
