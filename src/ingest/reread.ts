import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { formatInstant, type Instant, NEVER } from '../model/time.ts'
import type { Engine } from '../store/engines/engine.ts'
import { checkInput, inputPath } from '../store/inputs.ts'
import { listOrgs } from '../store/orgs.ts'
import type { Store } from '../store/store.ts'
import { feeds, importers } from './importers.ts'
import { importFile, type ImportOptions } from './ingest.ts'
import { undoImport } from './undo.ts'

/** An import whose raw input a newer version of its importer can read again. */
export interface Rereadable {
  import_no: number
  file_name: string | null
  format: string
  from_version: number
  to_version: number
}

/** The imports that stand, were read by an older version of their importer than this program has, and whose input should be kept. */
export async function listRereadable(engine: Engine): Promise<Rereadable[]> {
  const rows = await engine.query<{ import_no: number; file_name: string | null; format: string; format_version: number }>(
    `select i.import_no, i.file_name, i.format, i.format_version from import i
     left join (select input_digest, max(removed_in) as removed_in from removed_input group by input_digest) r on r.input_digest = i.input_digest
     where i.kind in ('report', 'feed') and i.undone_in = ${NEVER} and i.import_no > coalesce(r.removed_in, 0)
       and (i.org_id is null or i.org_id in (select org_id from org))
     order by i.import_no`,
  )
  const versions = new Map([...importers, ...feeds].map(({ id, version }) => [id, version]))
  return rows.flatMap(({ format_version, ...row }) => {
    const to_version = versions.get(row.format) ?? 0
    return format_version < to_version ? [{ ...row, from_version: format_version, to_version }] : []
  })
}

/**
 * Restates one import by reading its kept input with this program's importer: in one transaction it is undone and imported anew, so that
 * the past as it was known stays. Null, with nothing changed, when the input is missing or not what it was. Throws as undoImport and
 * importFile do.
 */
export async function reread(store: Store, import_no: number, actor: string): Promise<{ import_no: number } | null> {
  const [row] = await store.engine.query<{
    org_id: number | null
    format: string
    file_name: string | null
    input_digest: string
    options: string
  }>('select org_id, format, file_name, input_digest, options from import where import_no = $import_no', { import_no })
  if (!row || (await checkInput(store.data, row.input_digest, true)) !== 'good') return null
  const folder = join(store.data, 'uploads')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, randomUUID())
  try {
    await pipeline(createReadStream(inputPath(store.data, row.input_digest)), createGunzip(), createWriteStream(path, { mode: 0o600 }))
    const org = (await listOrgs(store.engine)).find(({ org_id }) => org_id === row.org_id)
    const { observed_at, ...said } = Object.fromEntries(
      Object.entries(JSON.parse(row.options) as Record<string, unknown>).filter(([, value]) => value !== null),
    ) as Omit<Partial<ImportOptions>, 'observed_at'> & { observed_at?: Instant }
    return await store.engine.transaction(async (transaction) => {
      const inside: Store = { ...store, engine: transaction }
      await undoImport(inside, import_no, actor)
      return importFile(inside, path, {
        ...said,
        ...(observed_at === undefined ? {} : { observed_at: formatInstant(observed_at) }),
        actor,
        format: row.format,
        name: row.file_name ?? row.format,
        ...(org ? { org: org.slug } : {}),
      })
    })
  } finally {
    await rm(path, { force: true })
  }
}
