import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Importer } from '../../src/ingest/importer.ts'
import { openFile } from '../../src/ingest/readers/file.ts'
import type { FileRecord } from '../../src/model/record.ts'

/** One file of the real data, as its manifest describes it. */
export interface ManifestEntry {
  /** Relative to the root of the data, `reports/trivy/x.json`. */
  path: string
  /** Where it lies on this machine. */
  file: string
  tool: string
  format: string
  notes: string
  /** Findings that the tool or a peer's own test states for this file; null when the manifest gives none (see its notes for the rule). */
  expected_findings: number | null
  /** Raw counts of a generic counter, such as `sarif_results`; what each counts is told in MANIFEST.md. */
  counts: Record<string, number>
  bytes: number
}

export interface RealData {
  root: string
  /** Every file below a folder (`reports/trivy`), in the manifest's order. Throws when the manifest lists none: a test over nothing proves nothing. */
  files(folder: string): ManifestEntry[]
  /** The folders directly below one (`reports`), for tests that look at every other tool's files. */
  folders(folder: string): string[]
}

/**
 * Real reports and feeds to test against; they are not part of the project. Where they are is `PLIMSOLL_REAL_DATA`, or `../shared/data`
 * beside the project. Null when there are none: tests then skip with `withoutRealData` as the reason.
 */
export function realData(): RealData | null {
  const root = resolve(process.env.PLIMSOLL_REAL_DATA ?? join(import.meta.dirname, '../../../shared/data'))
  const manifest = join(root, 'manifest.json')
  if (!existsSync(manifest)) return null
  const entries = (JSON.parse(readFileSync(manifest, 'utf8')) as Partial<ManifestEntry>[]).map((entry) => ({
    path: entry.path ?? '',
    file: join(root, entry.path ?? ''),
    tool: entry.tool ?? '',
    format: entry.format ?? '',
    notes: entry.notes ?? '',
    expected_findings: typeof entry.expected_findings === 'number' ? entry.expected_findings : null,
    counts: Object.fromEntries(Object.entries(entry.counts ?? {}).filter(([, count]) => typeof count === 'number')),
    bytes: entry.bytes ?? 0,
  }))
  const below = (folder: string) => entries.filter((entry) => entry.path.startsWith(`${folder}/`))
  return {
    root,
    files(folder) {
      const found = below(folder)
      if (found.length === 0) throw new Error(`The real data has no files below ${folder}`)
      return found
    },
    folders(folder) {
      const depth = folder.split('/').length
      return [
        ...new Set(
          below(folder).map((entry) =>
            entry.path
              .split('/')
              .slice(0, depth + 1)
              .join('/'),
          ),
        ),
      ]
    },
  }
}

/** Why a test over real data was left out. */
export const withoutRealData = 'no real data: set PLIMSOLL_REAL_DATA to the folder that holds manifest.json'

/** All records that an importer makes of a file. */
export async function recordsOf(importer: Importer, file: string): Promise<FileRecord[]> {
  const { source } = await openFile(file)
  const records: FileRecord[] = []
  for await (const record of importer.parse(source, {})) records.push(record)
  return records
}

/** Whether the importer takes the file; false also when its beginning cannot be unpacked. */
export async function takes(importer: Importer, file: string): Promise<boolean> {
  try {
    return importer.detect((await openFile(file)).head)
  } catch {
    return false
  }
}
