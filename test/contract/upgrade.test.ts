import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../src/api/app.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { NEVER } from '../../src/model/time.ts'
import { packageRoot } from '../../src/root.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema, newestStep } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { isWhole, verify } from '../../src/store/verify.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const NOW = Date.UTC(2026, 7, 20) * 1000
const AT = Date.UTC(2026, 7, 10) * 1000
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-upgrade-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The first step after which a store has all tables of facts; the first release ended with it on DuckDB, and with step 7 on PostgreSQL. */
const FIRST = 6
/** The last step with tables of facts in that first form: what is filled in here goes through every later step. */
const LAST = 10
const stepNumbers = [
  ...new Set(
    readdirSync(join(packageRoot(), 'src/store/schema')).flatMap((file) => (file.endsWith('.sql') ? [Number(file.slice(0, 4))] : [])),
  ),
]

/** Facts as the first release wrote them, by plain SQL: one asset, seen by one source, with two findings of which one is closed. */
async function fillOld(engine: Engine): Promise<number> {
  const { org_id } = await engine.transaction((transaction) => addOrgIn(transaction, { name: 'Old', zone: 'UTC', now: AT }))
  const put = (table: string, row: Record<string, string | number | null>) => engine.append(table, Object.keys(row), [Object.values(row)])
  const of = { org_id, source: 'trivy', asset_id: 1 }
  const interval = { valid_from: AT, valid_to: NEVER, opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
  await engine.query(`insert into counter values ('import_no', 1), ('asset_id', 1), ('finding_id', 2)`)
  await engine.query(
    `insert into import (import_no, org_id, kind, format, format_version, source, tool, tool_version, file_name, observed_at, recorded_at, actor,
       input_digest, input_bytes, options, counts, undoes_import_no, undone_in, previous_digest, digest)
     values (1, ${org_id}, 'report', 'trivy', 1, 'trivy', 'Trivy', null, 'old.json', ${AT}, ${AT}, 'cli', 'none', 1, '{}',
       '{"assets":1,"findings":2,"vulnerabilities":2,"controls":0,"results":0,"software":0,"skipped":0,"opened":2,"closed":0,"notes":[]}', null, ${NEVER}, '', 'old')`,
  )
  await put('asset_key', { asset_id: 1, org_id, created_in: 1 })
  await put('name_history', { ...of, name_type: 'image', name: 'registry.example/web:1', ...interval })
  await put('attribute_history', { ...of, attribute: 'type', value: 'image', ...interval })
  await put('attribute_history', { ...of, attribute: 'name', value: 'registry.example/web:1', ...interval })
  await put('presence_history', { ...of, ...interval })
  for (const subject of ['asset', 'vulnerability'])
    await put('coverage_history', {
      ...of,
      subject,
      access: 2,
      min_severity: 0,
      checks: '',
      observed_at: AT,
      opened_in: 1,
      retracted_in: NEVER,
    })
  for (const finding_id of [1, 2]) {
    await put('finding_key', {
      finding_id,
      org_id,
      asset_id: 1,
      kind: 'vulnerability',
      subject: `CVE-2024-${finding_id}`,
      component: `package-${finding_id}`,
      created_in: 1,
    })
    await put('sighting_history', {
      ...of,
      finding_id,
      kind: 'vulnerability',
      severity: 3,
      cvss_tenths: 75,
      stage: 0,
      version: '1.0',
      fixed_version: '1.1',
      place: null,
      title: null,
      access: 2,
      checks: '',
      ...interval,
      ...(finding_id === 2 ? { valid_to: AT + 1, closed_in: 1 } : {}),
    })
  }
  await engine.query('insert into touched_asset values ($org_id, 1)', { org_id })
  return org_id
}

const addresses = [
  '/overview',
  '/scores',
  '/metrics',
  '/initiatives',
  '/recommendations',
  '/assets',
  '/assets/1',
  '/findings',
  '/vulnerabilities',
  '/imports',
  '/sources',
  '/events',
]

describe.each(engines)('schema steps on $name', ({ open }) => {
  it.each(stepNumbers.filter((step) => step >= FIRST && step <= LAST))(
    'upgrade a store of step %i, one after the other, and everything answers',
    async (first) => {
      const engine = await open()
      await applySchema(engine, AT, first)
      await fillOld(engine)
      for (const step of stepNumbers.filter((later) => later >= first)) {
        await applySchema(engine, NOW, step)
        expect(await engine.query('select max(step) as step from schema_step')).toEqual([{ step }])
      }
      await applySchema(engine, NOW) // there is nothing left to do
      expect(await engine.query('select max(step) as step from schema_step')).toEqual([{ step: newestStep() }])
      const data = mkdtempSync(join(folder, 'data-'))
      mkdirSync(join(data, 'inputs'))
      const store: Store = { engine, data, now: () => NOW }
      await compute(store, catalog)
      const app = buildApp({ store, catalog, version: '1' })
      for (const address of addresses) {
        const answer = await app.inject({ url: `/api/v1${address}`, headers: { host: 'localhost' } })
        expect(answer.statusCode, `${address}: ${answer.body.slice(0, 300)}`).toBe(200)
      }
      const exposure = async () =>
        (await app.inject({ url: '/api/v1/scores', headers: { host: 'localhost' } })).json<{ exposure: { value: number } }>().exposure.value
      expect(await exposure()).toBeGreaterThan(0)
      // What was learned before cannot be checked, which is said; what comes afterwards can.
      await importFile(
        store,
        { name: 'new.json', bytes: Buffer.from(imageScan('2026-08-15T10:00:00Z', [])) },
        { actor: 'test', source: 'trivy' },
      )
      await compute(store, catalog)
      expect(await exposure()).toBe(0)
      const found = await verify(store)
      expect(found.facts).toMatchObject({ broken: [], imports_without_digest: 1 })
      expect(found.broken).toEqual([1]) // its digest was made up here
      expect(isWhole({ ...found, broken: [], inputs: { kept: 0, checked: 0, broken: [] } })).toBe(true)
      await app.close()
      await engine.close()
    },
  )

  it('stand on empty tables, made at once or one after the other', async () => {
    const engine = await open()
    for (const step of stepNumbers) await applySchema(engine, AT, step)
    expect(await engine.query('select max(step) as step from schema_step')).toEqual([{ step: newestStep() }])
    const atOnce = await open()
    await applySchema(atOnce, NOW)
    const steps = (of: Engine) => of.query('select step from schema_step order by step')
    expect(await steps(atOnce)).toEqual(await steps(engine))
    await engine.close()
    await atOnce.close()
  })
})
