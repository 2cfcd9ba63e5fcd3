import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { importers } from '../../src/ingest/importers.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { listRereadable, reread } from '../../src/ingest/reread.ts'
import { NEVER } from '../../src/model/time.ts'
import { inputPath } from '../../src/store/inputs.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-reread-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(engines)('reread on $name', ({ open }) => {
  it('restates what an older importer read, as new knowledge, and nothing else', async () => {
    const engine = await open()
    await applySchema(engine, 0)
    const data = mkdtempSync(join(folder, 'data-'))
    mkdirSync(join(data, 'inputs'))
    const store: Store = { engine, data, now: () => Date.UTC(2026, 7, 20) * 1000 }
    const trivy = importers.find(({ id }) => id === 'trivy')!
    const { version } = trivy
    const bring = (bytes: Uint8Array) => importFile(store, { name: 'scan.json', bytes }, { actor: 'test', source: 'mine' })
    const older = Buffer.from(imageScan('2026-08-01T10:00:00Z', ['CVE-2024-1', 'CVE-2024-2']))
    Object.assign(trivy, { version: version - 1 })
    try {
      await bring(older)
      await bring(gzipSync(Buffer.from(imageScan('2026-08-02T10:00:00Z', ['CVE-2024-2']))))
    } finally {
      Object.assign(trivy, { version })
    }
    await bring(Buffer.from(imageScan('2026-08-03T10:00:00Z', ['CVE-2024-2', 'CVE-2024-3'])))
    const standing = async (known: number) =>
      engine.query(
        `select k.subject, s.source, s.valid_from, case when s.closed_in <= ${known} then s.valid_to else ${NEVER} end as valid_to
         from sighting_history s join finding_key k on k.finding_id = s.finding_id
         where s.opened_in <= ${known} and s.retracted_in > ${known} order by k.subject, s.valid_from`,
      )
    const before = await standing(3)
    expect((await listRereadable(engine)).map(({ import_no }) => import_no)).toEqual([1, 2])
    expect(await reread(store, 1, 'test')).toMatchObject({ unchanged: false, import_no: 5 })
    expect(await reread(store, 2, 'test')).toMatchObject({ unchanged: false, import_no: 7 })
    expect(await listRereadable(engine)).toEqual([])
    // The importer says the same in its newer version: so does the history, and what was known before is still known as that.
    expect(await standing(7)).toEqual(before)
    expect(await standing(3)).toEqual(before)
    expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
    // Where the input is gone nothing is touched.
    const [row] = await engine.query<{ input_digest: string }>('select input_digest from import where import_no = 5')
    rmSync(inputPath(data, row!.input_digest))
    expect(await reread(store, 5, 'test')).toBeNull()
    expect(await standing(7)).toEqual(before)
    await engine.close()
  })
})
