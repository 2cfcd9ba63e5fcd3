import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reports } from '../../bench/reports.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { openStore } from '../../src/store/store.ts'
import { engines } from './engines.ts'

const NOW = Date.UTC(2026, 7, 20) * 1000
const ocsf = reports.find(({ format }) => format === 'prowler')!

describe.each(engines)('facts about findings on $name', ({ database }) => {
  it('stand in the table in the order of findings, those of one asset side by side, whatever the order in the report', async () => {
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-kept-in-order-'))
    const store = await openStore({ database: await database(), data, now: () => NOW })
    try {
      const file = { name: 'ocsf.json', bytes: Buffer.from([...ocsf.lines(700)].join('')) }
      await importFile(store, file, { actor: 'test' })
      const place = store.engine.name === 'duckdb' ? 'rowid' : 'ctid'
      const rows = await store.engine.query<{ finding_id: number; control_id: string }>(
        `select finding_id, control_id from control_result_history order by ${place}`,
      )
      expect(rows).toHaveLength(700)
      expect(rows).toEqual(rows.toSorted((a, b) => a.finding_id - b.finding_id))
      // The report tells its rules by number, findings are numbered by the rule's name: the one order is not the other.
      expect(rows.slice(0, 3).map(({ control_id }) => control_id)).toEqual(['prowler:rule_0', 'prowler:rule_1', 'prowler:rule_10'])
    } finally {
      await store.engine.close()
      rmSync(data, { recursive: true })
    }
  })
})
