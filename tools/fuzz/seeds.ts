import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { claimants } from '../../src/ingest/detect.ts'
import { openBytes } from '../../src/ingest/readers/file.ts'
import { packageRoot } from '../../src/root.ts'

/** A file that inputs are made from. */
export interface Seed {
  /** Path from the project's folder, or of the real data. */
  path: string
  name: string
  /** Unpacked, when it was gzip. */
  bytes: Buffer
  /** The importer or feed that takes it; null when none does. */
  format: string | null
}

/** Files over this many bytes are left out: a change in them is as good in a small one, and takes longer to try. */
const LARGEST = 400_000

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

/** Every sample of every importer and feed; with `real` also the real files beside the project, where they are. */
export async function findSeeds(real: boolean): Promise<Seed[]> {
  const root = packageRoot()
  const samples = ['importers', 'feeds'].flatMap((room) =>
    filesBelow(join(root, 'src/ingest', room)).filter((path) => /[\\/]samples[\\/]/.test(path)),
  )
  const data = resolve(process.env['PLIMSOLL_REAL_DATA'] ?? join(root, '../shared/data'))
  const reals = real ? [...filesBelow(join(data, 'reports')), ...filesBelow(join(data, 'feeds'))] : []
  const seeds: Seed[] = []
  for (const path of [...samples, ...reals]) {
    if (statSync(path).size > LARGEST) continue
    let bytes: Buffer = readFileSync(path)
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
      try {
        bytes = gunzipSync(bytes, { maxOutputLength: LARGEST })
      } catch {
        continue
      }
    }
    if (bytes.length === 0) continue
    const name = basename(path).replace(/\.gz$/, '')
    const [taker] = claimants((await openBytes(name, bytes)).head)
    seeds.push({ path, name, bytes, format: taker?.id ?? null })
  }
  return seeds
}
