import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/errors.ts'
import { importFile } from '../../src/ingest/ingest.ts'
import { compute } from '../../src/insights/compute.ts'
import type { Store } from '../../src/store/store.ts'
import { shippedCatalog } from '../shipped-catalog.ts'
import { engines } from '../contract/engines.ts'
import { assertLaw } from './cases.ts'
import { dump } from './dump.ts'
import { clear, openStage, type Stage } from './play.ts'
import { worldRules } from './rules.ts'

const catalog = { ...shippedCatalog, metrics: new Map(), initiatives: new Map(), classifications: worldRules }

/** The samples of every format, by their path. */
const samples = ['importers', 'feeds'].flatMap((room) => {
  const folder = join(import.meta.dirname, '../../src/ingest', room)
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /[\\/]samples[\\/]/.test(path))
    .map((path) => join(folder, path))
    .toSorted()
})

const file = fc.record({
  path: fc.constantFrom(...samples),
  org: fc.constantFrom('org-0', 'org-1'),
  observed_at: fc.constantFrom('2026-03-01T10:00:00Z', '2026-05-01'),
  source: fc.option(fc.constantFrom('second-scanner'), { nil: undefined, freq: 4 }),
})

describe.each(engines)('law 3 on $name: twice is once', ({ name, open }) => {
  let stage: Stage
  let store: Store
  beforeAll(async () => {
    stage = await openStage(open)
    store = { engine: stage.engine, data: mkdtempSync(join(tmpdir(), 'plimsoll-law-3-')), now: () => Date.UTC(2027, 0, 1) * 1000 }
  })
  afterAll(async () => {
    await stage.engine.close()
    rmSync(store.data, { recursive: true, force: true })
  })

  it('the same bytes with the same options change nothing the second time, and it says so; what is refused is refused again', async () => {
    const arbitrary = fc.uniqueArray(file, { minLength: 3, maxLength: 6, selector: ({ path }) => path })
    await assertLaw({ law: 3, title: 'twice is once', engine: name, short: 16, each: 4 }, arbitrary, async (files) => {
      await clear(stage)
      await stage.engine.query('delete from org_tenant')
      const give = async ({ path, org, observed_at, source }: (typeof files)[number]) => {
        try {
          const input = { name: path, bytes: readFileSync(path) }
          const options = { org, observed_at, asset: 'shop', actor: 'tester', ...(source === undefined ? {} : { source }) }
          return await importFile(store, input, options)
        } catch (error) {
          if (error instanceof UserError) return error.code
          throw error
        }
      }
      const first: Awaited<ReturnType<typeof give>>[] = []
      for (const each of files) {
        const before = typeof first.at(-1) === 'string' ? await dump(stage) : null
        first.push(await give(each))
        if (before && typeof first.at(-1) === 'string') expect(await dump(stage)).toEqual(before)
      }
      await compute(store, catalog)
      const once = await dump(stage)
      for (const [index, each] of files.entries()) {
        const again = await give(each)
        const was = first[index]!
        if (typeof was === 'string') expect(again).toBe(was)
        else expect(again, each.path).toEqual({ ...was, unchanged: true })
      }
      await compute(store, catalog)
      expect(await dump(stage)).toEqual(once)
      return first.filter((each) => typeof each !== 'string').length
    })
  })
})
