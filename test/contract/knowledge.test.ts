import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { everAfter, storeAsKnown } from '../../src/insights/knowledge.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import type { Engine, Row } from '../../src/store/engines/engine.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { carryOut, FIRST, story } from './acts.ts'
import { engines } from './engines.ts'
import { imageScan } from './image-scan.ts'

/** A few metrics of each kind are enough here, and quick. */
const few = ['assets-with-fixable-critical-vulnerabilities', 'assets-with-known-exploited-vulnerabilities']
const catalog = {
  ...shippedCatalog,
  metrics: new Map([...shippedCatalog.metrics].filter(([id]) => few.includes(id))),
  initiatives: new Map(),
}

const derived = ['asset_history', 'fresh_history', 'finding_history', 'asset_day', 'score_delta', 'event', 'source_staleness']

/** All that is derived for an organisation, as text; what lies after `day` cut off as it looks from before. */
async function dump(engine: Engine, org_id: number, day: number): Promise<Record<string, string[]>> {
  const until = day === NEVER_DAY ? NEVER : (day + 1) * DAY_US
  const cut = (row: Row): Row[] => {
    if (Number(row['valid_from'] ?? 0) >= until || Number(row['day'] ?? 0) > day) return []
    return [
      {
        ...row,
        ...(row['valid_to'] === undefined ? {} : { valid_to: Number(row['valid_to']) >= until ? NEVER : row['valid_to']! }),
        ...(row['to_day'] === undefined ? {} : { to_day: Number(row['to_day']) > day ? NEVER_DAY : row['to_day']! }),
      },
    ]
  }
  const text = (row: Row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const answer: Record<string, string[]> = {}
  for (const table of derived) {
    const rows = await engine.query<Row>(`select * from ${table} where org_id = $org_id`, { org_id })
    answer[table] = rows.flatMap(cut).map(text).toSorted()
  }
  const world = await engine.query<Row>(
    `select v.* from vulnerability_history v where v.vulnerability_id in (select subject from finding_history where org_id = $org_id)`,
    { org_id },
  )
  answer['vulnerability_history'] = world.map(text).toSorted()
  return answer
}

/** Facts of the world have no end of day of their own: what came after is not asked about. */
const without = (dumped: Record<string, string[]>, ...tables: string[]) =>
  Object.fromEntries(Object.entries(dumped).filter(([table]) => !tables.includes(table)))

const emptied = async (engine: Engine): Promise<void> => {
  const keep = new Set(['org', 'org_tenant', 'day', 'hazard', 'schema_step'])
  const tables = await engine.query<{ table_name: string; table_type: string }>(
    `select table_name, table_type from information_schema.tables where table_schema = '${engine.home.split('.').at(-1)!.replaceAll('"', '')}' and table_type = 'BASE TABLE'
     and table_catalog = ${engine.home.includes('.') ? `'${engine.home.split('.')[0]!.replaceAll('"', '')}'` : 'current_database()'}`,
  )
  for (const { table_name } of tables) if (!keep.has(table_name)) await engine.query(`delete from ${table_name}`)
}

describe.each(engines)('what was known on $name', ({ name, open }) => {
  it('is answered for ever as it was when it was the newest (law 1)', { timeout: 600_000 }, async () => {
    const engine = await open()
    await applySchema(engine, 1)
    const orgs: number[] = []
    for (const each of ['One', 'Two'])
      orgs.push((await engine.transaction((transaction) => addOrgIn(transaction, { name: each, zone: 'UTC', now: 1 }))).org_id)
    await fc.assert(
      fc.asyncProperty(story, async (acts) => {
        await emptied(engine)
        let today = 60
        const store: Store = { engine, data: '', now: () => (FIRST + today + 1) * DAY_US - 1 }
        const done: { import_no: number; org_id: number | null }[] = []
        const told: { known_at: number; day: number; all: Record<string, string[]>[]; seen: Record<string, string[]>[] }[] = []
        for (const [what, passes] of acts) {
          today += passes
          await carryOut(store, catalog, orgs, done, what)
          const [last] = await engine.query<{ last: number | null }>('select max(import_no) as last from import')
          if (!last?.last || told.at(-1)?.known_at === last.last) continue
          told.push({
            known_at: last.last,
            day: FIRST + today,
            all: await Promise.all(orgs.map((org_id) => dump(engine, org_id, NEVER_DAY))),
            seen: await Promise.all(orgs.map((org_id) => dump(engine, org_id, FIRST + today))),
          })
        }
        for (const { known_at, day, all, seen } of told) {
          for (const [index, org_id] of orgs.entries()) {
            const ever = storeAsKnown(store, catalog, everAfter(org_id, known_at))
            expect(without(await dump(ever.engine, org_id, NEVER_DAY), 'event')).toEqual(without(all[index]!, 'event'))
            const then = storeAsKnown(store, catalog, { org_id, known_at, until: (day + 1) * DAY_US, day })
            expect(without(await dump(then.engine, org_id, day), 'vulnerability_history')).toEqual(
              without(seen[index]!, 'vulnerability_history'),
            )
          }
        }
      }),
      { numRuns: Number(process.env['PLIMSOLL_CASES'] ?? (name === 'duckdb' ? 6 : 2)), endOnFailure: true },
    )
    await engine.close()
  })

  it('is answered rightly when more is asked together than is kept', async () => {
    const engine = await open()
    await applySchema(engine, 1)
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-knowledge-'))
    const store: Store = { engine, data, now: () => Date.UTC(2026, 2, 1) * 1000 }
    const imports = 8
    for (let number = 1; number <= imports; number++) {
      const bytes = Buffer.from(imageScan(`2026-01-${10 + number}T10:00:00Z`, ['CVE-2024-0001'], `registry.example/image:${number}`))
      await importFile(store, { name: 'report.json', bytes }, { actor: 'test' })
    }
    await compute(store, catalog)
    // Each import adds a finding on an image of its own.
    const ask = async (known_at: number) => {
      const { engine: known } = storeAsKnown(store, catalog, everAfter(1, known_at))
      return known.snapshot(async (world) => {
        const [row] = await world.query<{ count: number }>('select count(*) as count from finding_history where org_id = 1')
        await setTimeout(200) // so that others wait for a turn while their world gives way to another
        return { known_at, count: row!.count }
      })
    }
    const asked = Array.from({ length: 5 * imports }, (_, index) => 1 + Math.floor(index / 5))
    expect(await Promise.all(asked.map(ask))).toEqual(asked.map((known_at) => ({ known_at, count: known_at })))
    await engine.close()
    rmSync(data, { recursive: true })
  })
})
