import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { importFile } from '../../src/ingest/ingest.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { withConnection } from '../../src/cli/connect.ts'
import { compute, rebuild } from '../../src/insights/compute.ts'
import { writeBackup } from '../../src/store/backup.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { digestTables } from '../../src/store/fact-digests.ts'
import { addOrg, removeOrg } from '../../src/store/orgs.ts'
import { checkBackup, restore } from '../../src/store/restore.ts'
import { applySchema } from '../../src/store/schema.ts'
import { openStore, type Store } from '../../src/store/store.ts'
import { derivedTables, isKept, listTables } from '../../src/store/tables.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const NOW = Date.UTC(2026, 7, 20) * 1000
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const storeOn = (engine: Engine): Store => {
  const data = mkdtempSync(join(folder, 'data-'))
  mkdirSync(join(data, 'inputs'))
  return { engine, data, now: () => NOW }
}
const bring = async (store: Store, text: string, org?: string) =>
  (await importFile(store, { name: 'report.json', bytes: Buffer.from(text) }, { actor: 'test', ...(org === undefined ? {} : { org }) }))
    .import_no
const keptDigests = async (engine: Engine) =>
  digestTables(
    engine,
    (await listTables(engine)).filter(isKept).map(({ table }) => table),
  )
const derivedDigests = (engine: Engine) => digestTables(engine, derivedTables)
const cve = (number: number) => `CVE-2024-${number}`
const feed = (name: string) => readFileSync(join(import.meta.dirname, '../../src/ingest/feeds', name), 'utf8')

/** Two organisations, late and undone reports, feeds, and texts that are hard to carry. */
async function fill(store: Store): Promise<void> {
  await addOrg(store, { name: 'North', zone: 'Pacific/Auckland' })
  await addOrg(store, { name: 'South', zone: 'UTC' })
  await bring(store, imageScan('2026-08-03T10:00:00Z', [1, 2, 3].map(cve)), 'north')
  await bring(store, imageScan('2026-08-10T10:00:00Z', [3, 4].map(cve)), 'north')
  await bring(store, imageScan('2026-08-06T10:00:00Z', [2].map(cve)), 'north')
  await bring(
    store,
    imageScan('2026-08-04T10:00:00Z', [1, 5].map(cve), 'registry.example/south:1', 'odd "name"\t\\N {a:1}\u0000\r\nünï🦆'),
    'south',
  )
  const wrong = await bring(store, imageScan('2026-08-12T10:00:00Z', []), 'north')
  await bring(store, feed('kev/samples/catalogue.json'))
  await undoImport(store, wrong, 'test')
  await compute(store, catalog)
}

describe.each(engines)('backup of $name', ({ open }) => {
  it('holds one moment while imports go on, and is the same store again on every engine', async () => {
    const store = storeOn(await open())
    await applySchema(store.engine, 0)
    await fill(store)
    const before = { kept: await keptDigests(store.engine), derived: await derivedDigests(store.engine) }
    const file = join(folder, `${store.engine.name}.tar`)
    const to = createWriteStream(file)
    const going = writeBackup(store, to)
    // These come while it is written, or right after: either way they are not inside.
    const meanwhile = (async () => {
      for (let day = 13; day < 18; day++) await bring(store, imageScan(`2026-08-${day}T10:00:00Z`, [day].map(cve)), 'north')
    })()
    await Promise.all([going, meanwhile])
    const inside = await checkBackup(file)
    expect(inside).toMatchObject({ inputs: 6, missing_inputs: 0 })
    for (const other of engines) {
      const again = storeOn(await other.open())
      expect(await restore(again, file)).toEqual(inside)
      const kept = await keptDigests(again.engine)
      // The snapshot begins with its first question: what was imported before that is inside, whole.
      if (inside.last_import === 7) expect({ ...kept, counter: '' }).toEqual({ ...before.kept, counter: '' })
      expect(isWhole(await verify(again, { allInputs: true }))).toBe(true)
      await compute(again, catalog)
      if (inside.last_import === 7) expect(await derivedDigests(again.engine)).toEqual(before.derived)
      await expect(restore(again, file)).rejects.toMatchObject({ code: 'store_not_empty' })
      // It goes on where it was: the next import fits the chain.
      await bring(again, imageScan('2026-08-19T10:00:00Z', []), 'north')
      expect(isWhole(await verify(again))).toBe(true)
      await again.engine.close()
    }
    expect(inside.last_import).toBe(7)
    await store.engine.close()
  })

  it('is restored whole or not at all', async () => {
    const store = storeOn(await open())
    await applySchema(store.engine, 0)
    await fill(store)
    const file = join(folder, `whole-${store.engine.name}.tar`)
    await writeBackup(store, createWriteStream(file))
    const bytes = readFileSync(file)
    const damaged = join(folder, `damaged-${store.engine.name}.tar`)
    const again = storeOn(await open())
    const empty = async () => {
      const tables = (await listTables(again.engine)).filter((each) => isKept(each) && each.table !== 'counter').map(({ table }) => table)
      for (const [table, digest] of Object.entries(await digestTables(again.engine, tables))) expect(digest, table).toMatch(/^0 /)
      expect(readdirSync(join(again.data, 'inputs'), { recursive: true }).filter((name) => String(name).endsWith('.gz'))).toEqual([])
    }
    // Cut off, or with one byte changed, anywhere after the head.
    for (const [length, changed] of [
      [0.5, null],
      [0.99, null],
      [1, 0.3],
      [1, 0.6],
      [1, 0.9],
    ] as const) {
      const copy = Buffer.from(bytes.subarray(0, Math.floor(bytes.length * length)))
      if (changed !== null) {
        let at = Math.floor(bytes.length * changed)
        while (copy[at] === 0) at++ // padding says nothing
        copy[at]! ^= 0x55
      }
      writeFileSync(damaged, copy)
      await expect(checkBackup(damaged)).rejects.toMatchObject({ code: 'damaged_backup' })
      await expect(restore(again, damaged)).rejects.toMatchObject({ code: 'damaged_backup' })
      await empty()
    }
    writeFileSync(damaged, 'no archive at all, but long enough to be one block of it. '.repeat(20))
    await expect(restore(again, damaged)).rejects.toMatchObject({ code: 'damaged_backup' })
    await restore(again, file)
    expect(await keptDigests(again.engine)).toEqual(await keptDigests(store.engine))
    await again.engine.close()
    await store.engine.close()
  })

  it('rebuilds to the identical digest whatever was imported, and however often it was computed in between', async () => {
    const numRuns = Number(process.env['PLIMSOLL_CASES'] ?? 6)
    const reports = fc.array(
      fc.record({
        day: fc.integer({ min: 1, max: 18 }),
        image: fc.constantFrom('a:1', 'a:1', 'b:1'),
        found: fc.uniqueArray(fc.integer({ min: 1, max: 4 }).map(cve)),
        compute: fc.boolean(),
        undo: fc.boolean(),
        feed: fc.boolean(),
      }),
      { minLength: 4, maxLength: 7 },
    )
    const engine = await open()
    const store = storeOn(engine)
    await applySchema(engine, 0)
    await fc.assert(
      fc.asyncProperty(reports, async (steps) => {
        await addOrg(store, { name: 'Rebuilt', zone: 'Europe/Berlin' })
        for (const [number, { day, image, found, undo, feed: world, compute: now }] of steps.entries()) {
          const import_no = await bring(
            store,
            imageScan(`2026-08-${String(day).padStart(2, '0')}T0${number}:00:00Z`, found, image),
            'rebuilt',
          )
          if (world) await bring(store, feed('kev/samples/catalogue.json'))
          if (undo) await undoImport(store, import_no, 'test')
          if (now) await compute(store, catalog)
        }
        await compute(store, catalog)
        const incremental = await derivedDigests(engine)
        await rebuild(store, catalog)
        expect(await derivedDigests(engine)).toEqual(incremental)
        await removeOrg(store, 'rebuilt', 'test')
        expect(isWhole(await verify(store))).toBe(true)
      }),
      { numRuns, endOnFailure: Boolean(process.env['PLIMSOLL_CASES']) },
    )
    await engine.close()
  })
})

it('ends when whoever asked for it stops reading, as when the disk is full', async () => {
  const data = mkdtempSync(join(folder, 'left-'))
  const store = await openStore({ data, database: join(data, 'left.duckdb'), now: () => NOW })
  const words = createHash('sha512')
  const unlike = Array.from({ length: 40_000 }, (_, index) => words.copy().update(String(index)).digest('base64')).join('')
  await bring(store, imageScan('2026-08-03T10:00:00Z', [cve(1)], 'registry.example/large:1', unlike))
  await store.engine.close()
  const options = { data, database: join(data, 'left.duckdb') }
  const context = { words: [], options, print: () => {}, tell: () => {}, terminal: false }
  // At another piece each time, with a question that is still on its way: the snapshot must wait for its answer.
  for (const pieces of [1, 1, 1, 2, 3, 4, 5, 6]) {
    const read = await withConnection(context, async (connection) => {
      let count = 0
      for await (const chunk of await connection.download('/backup')) if (chunk.length > 0 && ++count === pieces) return count
      return 0
    })
    expect(read).toBe(pieces)
  }
  expect(isWhole(await withConnection(context, ({ store: again }) => verify(again!)))).toBe(true)
})
