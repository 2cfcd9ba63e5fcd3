import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importFile } from '../../src/ingest/ingest.ts'
import { inputPath } from '../../src/store/inputs.ts'
import { openStore } from '../../src/store/store.ts'
import { reports } from '../../bench/reports.ts'
import { engines } from './engines.ts'

const NOW = Date.UTC(2026, 7, 20) * 1000
const nessus = reports.find(({ format }) => format === 'nessus')!

describe.each(engines)('a report that breaks off on $name', ({ database }) => {
  it('leaves nothing, though its rows were being written beside the reading', async () => {
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-torn-'))
    const store = await openStore({ database: await database(), data, now: () => NOW })
    try {
      for (let round = 1; round <= 3; round++) {
        const torn = [...nessus.lines(4000 + round)].join('').slice(0, -40)
        // It is kept already, so nothing but the appends is to be waited for.
        const kept = inputPath(data, createHash('sha256').update(torn).digest('hex'))
        mkdirSync(dirname(kept), { recursive: true })
        writeFileSync(kept, '')
        const path = join(data, 'torn.nessus')
        writeFileSync(path, torn)
        await expect(importFile(store, path, { actor: 'test' })).rejects.toMatchObject({
          code: expect.stringMatching(/unreadable_report|damaged_file/),
        })
        // As many assets as the torn one has, so that no row of that would go unnoticed.
        const other = {
          name: 'other.nessus',
          bytes: Buffer.from(
            [...nessus.lines(4200)].join('').replaceAll('<cve>CVE-20', '<cve>CVE-21').replaceAll('bench', `other${round}`),
          ),
        }
        const { counts } = await importFile(store, other, { actor: 'test' })
        expect(counts).toMatchObject({ findings: 4200, opened: 4200 })
      }
    } finally {
      await store.engine.close()
      rmSync(data, { recursive: true })
    }
  })

  it('is not kept, unless it was kept before', async () => {
    const data = mkdtempSync(join(tmpdir(), 'plimsoll-torn-'))
    const store = await openStore({ database: await database(), data, now: () => NOW })
    try {
      const bytes = Buffer.from([...nessus.lines(3)].join('').slice(0, -40))
      const path = inputPath(data, createHash('sha256').update(bytes).digest('hex'))
      const refused = () => expect(importFile(store, { name: 'torn.nessus', bytes }, { actor: 'test' })).rejects.toThrow('cut off')
      await refused()
      expect(existsSync(path)).toBe(false)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, '')
      await refused()
      expect(existsSync(path)).toBe(true)
    } finally {
      await store.engine.close()
      rmSync(data, { recursive: true })
    }
  })
})
