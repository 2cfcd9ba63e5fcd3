import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import type { Engine } from './engines/engine.ts'

/** Where the raw input with this sha256 is kept, compressed: `<data>/inputs/ab/ab….gz`. */
export const inputPath = (data: string, digest: string): string => join(data, 'inputs', digest.slice(0, 2), `${digest}.gz`)

/** Digests of the inputs that should be kept: those of reports and feeds, but for what retention removed after their last import. */
export async function keptInputs(engine: Engine): Promise<{ input_digest: string; import_no: number }[]> {
  return engine.query(
    `select i.input_digest, max(i.import_no) as import_no from import i
     left join (select input_digest, max(removed_in) as removed_in from removed_input group by input_digest) r on r.input_digest = i.input_digest
     where i.kind in ('report', 'feed') and i.import_no > coalesce(r.removed_in, 0)
     group by i.input_digest order by i.input_digest`,
  )
}

/** Whether a kept input is there and, if its content is asked for too, unpacks to its digest. */
export async function checkInput(data: string, digest: string, content: boolean): Promise<'good' | 'missing' | 'changed'> {
  const path = inputPath(data, digest)
  if (!(await stat(path).catch(() => null))) return 'missing'
  if (!content) return 'good'
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), createGunzip(), hash)
  } catch {
    return 'changed' // it does not even unpack
  }
  return hash.digest('hex') === digest ? 'good' : 'changed'
}

/**
 * Deletes the files of inputs that retention removed and no later import brought again. In a transaction of its own, after the removal
 * was logged: whatever happens in between, the next call finishes. Returns how many files went.
 */
export async function deleteRemovedInputs(engine: Engine, data: string): Promise<number> {
  return engine.transaction(async (transaction) => {
    const gone = await transaction.query<{ input_digest: string }>(
      `select r.input_digest from (select input_digest, max(removed_in) as removed_in from removed_input group by input_digest) r
       where not exists (select 1 from import i where i.input_digest = r.input_digest and i.import_no > r.removed_in)`,
    )
    let files = 0
    for (const { input_digest } of gone) {
      const path = inputPath(data, input_digest)
      if (!(await stat(path).catch(() => null))) continue
      await rm(path)
      files++
    }
    return files
  })
}
