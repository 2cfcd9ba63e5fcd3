import { describe, expect, it } from 'vitest'
import { recomputePublished } from '../../src/insights/verify-published.ts'
import { readHistory } from '../../src/insights/scores.ts'
import { DAY_US } from '../../src/model/time.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { readPublished } from '../../src/store/queries/scores/published.ts'
import { applySchema } from '../../src/store/schema.ts'
import type { Store } from '../../src/store/store.ts'
import { type Act, carryOut, FIRST } from './acts.ts'
import { engines } from './engines.ts'
import { sampleCatalog } from './sample-catalog.ts'

const catalog = sampleCatalog()
const scan = (day: number, listed: Extract<Act, { kind: 'report' }>['listed']): Act => ({
  kind: 'report',
  org: 0,
  source: 'one',
  asset: 'x',
  day,
  access: 'full',
  internet_facing: false,
  asset_group: 'red',
  listed,
})

describe.each(engines)('published numbers on $name', ({ open }) => {
  it(
    'stay what they were when late reports and older listings come in, and anybody can compute them again',
    { timeout: 120_000 },
    async () => {
      const engine = await open()
      await applySchema(engine, 1)
      const { org_id } = await engine.transaction((transaction) => addOrgIn(transaction, { name: 'One', zone: 'UTC', now: 1 }))
      let today = 0
      const store: Store = { engine, data: '', now: () => (FIRST + today) * DAY_US + DAY_US * 0.75 }
      const learn = async (day: number, what: Act) => {
        today = day
        await carryOut(store, catalog, [org_id], [], what)
      }
      await learn(10, scan(10, [{ vulnerability: 'CVE-2024-1', severity: 'low' }]))
      await learn(12, scan(12, [{ vulnerability: 'CVE-2024-1', severity: 'low' }]))
      const published = () => readPublished(engine, org_id, 'exposure', '', FIRST, FIRST + 30)
      const first = await published()
      expect(first.map(({ day }) => day - FIRST)).toEqual([10, 11])
      // What nobody knew on day 11: it was known to be exploited since day 5, and a scan of day 11 had seen a second vulnerability.
      await learn(14, { kind: 'kev', day: 14, listed: ['CVE-2024-1'], since: 5 })
      await learn(15, scan(11, [{ vulnerability: 'CVE-2024-2', severity: 'critical' }]))
      const later = await published()
      expect(later.slice(0, 2)).toEqual(first)
      expect(later.map(({ day }) => day - FIRST)).toEqual([10, 11, 12, 13, 14])
      const known = await readHistory(engine, { org_id, groups: null }, catalog, 'exposure', '', FIRST + 11, FIRST + 11)
      expect(known[0]!.value).toBeGreaterThan((100 * first[1]!.numerator) / first[1]!.denominator)

      const verified = await recomputePublished(store, catalog, 15)
      expect(verified).toEqual({ checked: 15, skipped: 0, broken: [] })
      await engine.query(`update published_score set numerator = numerator + 1 where score = 'exposure'`)
      const tampered = await recomputePublished(store, catalog, 1000)
      expect(tampered.broken.map(({ published: { score, day } }) => `${score} ${day - FIRST}`).toSorted()).toEqual(
        [10, 11, 12, 13, 14].map((day) => `exposure ${day}`),
      )
      await engine.close()
    },
  )
})
