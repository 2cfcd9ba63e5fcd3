import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { importFile } from '../../src/ingest/ingest.ts'
import { undoImport } from '../../src/ingest/undo.ts'
import { recordDefinitions } from '../../src/insights/definitions.ts'
import { NEVER } from '../../src/model/time.ts'
import { addException, changeException, endException } from '../../src/store/exceptions/change.ts'
import { mergeAssets } from '../../src/store/identity/change.ts'
import { inputPath } from '../../src/store/inputs.ts'
import { findOrg, removeOrg } from '../../src/store/orgs.ts'
import { setPolicy } from '../../src/store/retention.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify, verifyPublished } from '../../src/store/verify.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'

/** Digests of the chain by engine: the same imports give the same chain everywhere. */
const chains: Record<string, string[]> = {}

const NOW = Date.UTC(2026, 7, 20) * 1000

describe.each(engines)('verify on $name', ({ name, open }) => {
  let store: Store
  let report = 0

  beforeAll(async () => {
    const engine = await open()
    await applySchema(engine, 0)
    store = { engine, data: mkdtempSync(join(tmpdir(), 'plimsoll-verify-')), now: () => NOW }
    // What is set aside must lie where no fact is looked for.
    await engine.query('create schema elsewhere')
    const bring = async (name: string, text: string) =>
      (await importFile(store, { name, bytes: Buffer.from(text) }, { actor: 'test' })).import_no
    report = await bring('monday.json', imageScan('2026-08-03T10:00:00Z', ['CVE-2024-1', 'CVE-2024-2', 'CVE-2024-3']))
    await bring('friday.json', imageScan('2026-08-07T10:00:00Z', ['CVE-2024-2', 'CVE-2024-3', 'CVE-2024-4']))
    await bring('late.json', imageScan('2026-08-05T10:00:00Z', ['CVE-2024-3']))
    const kev = readFileSync(join(import.meta.dirname, '../../src/ingest/feeds/kev/samples/catalogue.json'), 'utf8')
    await bring('kev.json', kev)
    const wrong = await bring('wrong.json', imageScan('2026-08-09T10:00:00Z', []))
    await undoImport(store, wrong, 'test')
  })
  afterAll(async () => {
    await store.engine.close()
    rmSync(store.data, { recursive: true, force: true })
  })

  it('finds nothing where nobody changed anything', async () => {
    const found = await verify(store, { allInputs: true })
    expect(found).toMatchObject({ imports: 6, broken: [], facts: { broken: [], imports_without_digest: 0 } })
    expect(found.facts.checked).toBeGreaterThan(20)
    expect(found.inputs).toEqual({ kept: 5, checked: 5, broken: [] })
    expect(isWhole(found)).toBe(true)
  })

  it('makes the same chain on every engine', async () => {
    const rows = await store.engine.query<{ digest: string }>('select digest from import order by import_no')
    chains[name] = rows.map(({ digest }) => digest)
    for (const chain of Object.values(chains)) expect(chain).toEqual(chains[name])
  })

  /** Changes that somebody could make past Plimsoll, and what takes each back. */
  const tampering: [string, string, string][] = [
    [
      'an edited value',
      `update sighting_history set severity = severity - 1 where opened_in = 1`,
      `update sighting_history set severity = severity + 1 where opened_in = 1`,
    ],
    [
      'a moved beginning',
      'update attribute_history set valid_from = valid_from + 1 where opened_in = 1',
      'update attribute_history set valid_from = valid_from - 1 where opened_in = 1',
    ],
    [
      'an end that nobody stated',
      `update sighting_history set valid_to = valid_from + 5 where closed_in = ${NEVER} and retracted_in = ${NEVER}`,
      `update sighting_history set valid_to = ${NEVER} where closed_in = ${NEVER} and retracted_in = ${NEVER}`,
    ],
    [
      'a moved end',
      `update sighting_history set valid_to = valid_to + 5 where closed_in < ${NEVER}`,
      `update sighting_history set valid_to = valid_to - 5 where closed_in < ${NEVER}`,
    ],
    [
      'a fact that was taken away',
      'create table elsewhere.aside as select * from exploit_history; delete from exploit_history',
      'insert into exploit_history select * from elsewhere.aside; drop table elsewhere.aside',
    ],
    [
      'a fact that was added',
      `insert into attribute_history (org_id, asset_id, source, attribute, value, valid_from, valid_to, opened_in, closed_in, retracted_in)
       select org_id, asset_id, source, 'owner', 'added', valid_from, valid_to, opened_in, closed_in, retracted_in from attribute_history limit 1`,
      `delete from attribute_history where value = 'added'`,
    ],
    [
      'a correction that was taken back',
      `create table elsewhere.aside as select * from sighting_history where retracted_in < ${NEVER}; update sighting_history set retracted_in = ${NEVER} where retracted_in < ${NEVER}`,
      `delete from sighting_history where exists (select 1 from elsewhere.aside a where a.finding_id = sighting_history.finding_id and a.opened_in = sighting_history.opened_in and a.valid_from = sighting_history.valid_from and a.valid_to = sighting_history.valid_to); insert into sighting_history select * from elsewhere.aside; drop table elsewhere.aside`,
    ],
    [
      'a changed key',
      `update finding_key set subject = 'CVE-2024-9' where subject = 'CVE-2024-1'`,
      `update finding_key set subject = 'CVE-2024-1' where subject = 'CVE-2024-9'`,
    ],
    ['an edited import', `update import set actor = 'nobody' where import_no = 1`, `update import set actor = 'test' where import_no = 1`],
    [
      'an import marked as undone',
      `update import set undone_in = 3 where import_no = 1`,
      `update import set undone_in = ${NEVER} where import_no = 1`,
    ],
    [
      'a digest made to fit',
      'update fact_digest set low = low + 1 where import_no = 2',
      'update fact_digest set low = low - 1 where import_no = 2',
    ],
  ]

  it.each(tampering)('finds %s', async (_, change, back) => {
    const run = async (statements: string) => {
      for (const statement of statements.split('; ')) await store.engine.run(statement)
    }
    await run(change)
    const found = await verify(store)
    await run(back)
    expect(isWhole(found)).toBe(false)
    expect(isWhole(await verify(store))).toBe(true)
  })

  it('finds a kept input that is missing, and one that is another', async () => {
    const [row] = await store.engine.query<{ input_digest: string }>('select input_digest from import where import_no = $report', {
      report,
    })
    const path = inputPath(store.data, row!.input_digest)
    const bytes = readFileSync(path)
    rmSync(path)
    expect((await verify(store)).inputs.broken).toEqual([{ import_no: report, input_digest: row!.input_digest, state: 'missing' }])
    writeFileSync(path, gzipSync('something else'))
    expect((await verify(store, { allInputs: true })).inputs.broken).toMatchObject([{ import_no: report, state: 'changed' }])
    writeFileSync(path, 'not even gzip')
    expect((await verify(store, { allInputs: true })).inputs.broken).toMatchObject([{ import_no: report, state: 'changed' }])
    writeFileSync(path, bytes)
    expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
    expect(readdirSync(join(store.data, 'inputs')).length).toBeGreaterThan(0)
  })

  it('computes published numbers again', async () => {
    const number = {
      org_id: 1,
      score: 'exposure',
      id: '',
      day: 20_000,
      as_of: 1,
      known_at: 1,
      numerator: 10,
      denominator: 20,
      formula: 'exposure/1',
    }
    await store.engine.append('published_score', Object.keys(number), [
      Object.values(number),
      Object.values({ ...number, day: 20_001, numerator: 11 }),
    ])
    const found = await verifyPublished(store.engine, 10, async ({ day }) => (day === 20_000 ? { numerator: 10, denominator: 20 } : null))
    expect(found).toEqual({ checked: 1, skipped: 1, broken: [] })
    const moved = await verifyPublished(store.engine, 10, async () => ({ numerator: 10, denominator: 20 }))
    expect(moved).toMatchObject({ checked: 2, broken: [{ published: { day: 20_001, numerator: 11 }, numerator: 10 }] })
    await store.engine.run('delete from published_score')
  })

  it('holds for whatever people change', async () => {
    const whole = async () => expect((await verify(store)).facts.broken).toEqual([])
    const org = (await findOrg(store.engine))!
    const terms = {
      justification: 'third_party_control',
      reason: 'the proxy stops it',
      author: 'test',
      starts_at: NOW,
      ends_at: NOW + 5_000_000,
    } as const
    const everywhere = { asset_ids: null, asset_groups: null, kind: 'vulnerability', subject: 'CVE-2024-2', component: null } as const
    const added = await addException(store, org.org_id, { ...everywhere, ...terms }, 'test')
    await whole()
    await changeException(store, org.org_id, added.exception_id, { ends_at: NOW + 9_000_000 }, 'test')
    await whole()
    const ended = await endException(store, org.org_id, added.exception_id, NOW + 1_000_000, 'test')
    await whole()
    await undoImport(store, ended.import_no, 'test')
    await whole()
    await importFile(
      store,
      { name: 'other.json', bytes: Buffer.from(imageScan('2026-08-10T10:00:00Z', ['CVE-2024-7'], 'other:1')) },
      { actor: 'test' },
    )
    const assets = await store.engine.query<{ asset_id: number }>('select asset_id from asset_key where asset_id > 0 order by asset_id')
    const merged = await mergeAssets(store, org.org_id, [assets[0]!.asset_id, assets[1]!.asset_id], { reason: 'one image', actor: 'test' })
    await whole()
    await undoImport(store, merged.import_no, 'test')
    await whole()
    await setPolicy(store, org.org_id, { inputs_days: 100, facts_days: 100 }, 'test')
    await setPolicy(store, org.org_id, { inputs_days: 100, facts_days: null }, 'test')
    await whole()
    await recordDefinitions(store, shippedCatalog)
    await whole()
    await removeOrg(store, org.slug, 'test')
    expect(isWhole(await verify(store, { allInputs: true }))).toBe(true)
  })
})
