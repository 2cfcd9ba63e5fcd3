import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { changeRemediation, daysAllowed, listActivities, requestRemediation, targetOf } from '../../src/insights/remediation/activities.ts'
import { defaultPolicy, type RemediationBody } from '../../src/insights/remediation/bodies.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import type { Engine } from '../../src/store/engines/engine.ts'
import { fixTimes, openAges } from '../../src/store/queries/remediation/age.ts'
import { targetAssets } from '../../src/store/queries/remediation/progress.ts'
import { postureEvents } from '../../src/insights/posture/posture-events.ts'
import type { Store } from '../../src/store/store.ts'
import { engines } from './engines.ts'
import { smallCatalog } from './small-catalog.ts'
import { DAY0, openWorlds, putWorld, startOf, type World } from './world.ts'

const REQUESTED = DAY0 + 2
const endOf = (day: number) => ({ at: startOf(day + 1) - 1, day })
const body = (more: Partial<RemediationBody> = {}): RemediationBody => ({
  recommendation: 'update:curl',
  title: 'Update curl',
  remediation_type: 'update',
  groups: null,
  priority: 'high',
  due: null,
  notes: '',
  owner: null,
  requested_by: 'Sam',
  requested_at: startOf(REQUESTED) + 1000,
  targets: [1, 2, 3],
  subjects: ['CVE-1', 'CVE-2'],
  kind: 'vulnerability',
  component: 'curl',
  done: null,
  ...more,
})

describe.each(engines)('remediation on $name', ({ open }) => {
  let engine: Engine
  let org_id: number
  let store: Store
  let clock = startOf(REQUESTED) + 1000
  beforeAll(async () => {
    engine = await open()
    org_id = await openWorlds(engine)
    store = { engine, now: () => clock, data: '' } as unknown as Store
  })
  afterAll(() => engine.close())
  const put = (world: Partial<World>) => putWorld(engine, org_id, world)

  it('goes by what was open when it was requested, whatever happens to the findings: as a plain count over the days says', async () => {
    const remediation_id = await requestRemediation(store, org_id, body(), { actor: 'test' })
    const finding = fc.record({
      asset_id: fc.integer({ min: 1, max: 4 }),
      subject: fc.constantFrom('CVE-1', 'CVE-2', 'CVE-3'),
      component: fc.constantFrom('curl', 'CURL', 'zlib', ''),
      from: fc.integer({ min: DAY0, max: DAY0 + 6 }),
      length: fc.integer({ min: 1, max: 5 }),
      excepted: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(finding, { maxLength: 8 }),
        fc.option(fc.integer({ min: DAY0 + 3, max: DAY0 + 6 })),
        async (found, leaves) => {
          await put({
            asset: [1, 2, 3, 4].map((asset_id) => ({ asset_id, ...(asset_id === 3 && leaves !== null ? { to: leaves } : {}) })),
            finding: found.map(({ length, ...row }, index) => ({ ...row, finding_id: index + 1, to: row.from + length })),
          })
          for (const day of [REQUESTED, DAY0 + 5, DAY0 + 8]) {
            const one = (await listActivities(engine, org_id, endOf(day))).find((each) => each.remediation_id === remediation_id)!
            const here = (asset: number) => asset !== 3 || leaves === null || day < leaves
            const isOpen = (asset: number, on: number) =>
              found.some(
                (row) =>
                  row.asset_id === asset &&
                  ['CVE-1', 'CVE-2'].includes(row.subject) &&
                  (row.component || row.subject).toLowerCase() === 'curl' &&
                  row.from <= on &&
                  on < row.from + row.length,
              )
            const openOn = (on: number) => [1, 2, 3].filter((asset) => here(asset) && isOpen(asset, on)).length
            expect([one.open, one.left, one.fixed]).toEqual([
              openOn(day),
              [1, 2, 3].filter((asset) => !here(asset)).length,
              3 - openOn(day) - (here(3) ? 0 : 1),
            ])
            expect(one.status).toBe(openOn(day) === 0 ? 'completed' : 'active')
            let reopened: number | null = null
            for (let on = REQUESTED + 1; on <= day; on++) {
              const before = Array.from({ length: on - REQUESTED }, (_, index) => openOn(REQUESTED + index))
              if (openOn(on) > 0 && before.at(-1) === 0 && before.some((count) => count > 0)) reopened = on
            }
            expect(one.reopened_day).toBe(reopened)
            const states = await targetAssets(engine, org_id, targetOf(one), day)
            expect(Object.fromEntries(states.map((each) => [each.asset_id, each.state]))).toEqual(
              Object.fromEntries([1, 2, 3].map((asset) => [asset, !here(asset) ? 'left' : isOpen(asset, day) ? 'open' : 'fixed'])),
            )
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('is completed by a person too, overdue after its day, and archived in the end', async () => {
    await put({
      asset: [1, 2, 3].map((asset_id) => ({ asset_id })),
      finding: [{ asset_id: 1, finding_id: 1, subject: 'CVE-1', component: 'curl' }],
    })
    clock = startOf(REQUESTED) + 2000
    const remediation_id = await requestRemediation(store, org_id, body({ due: '2024-03-22', requested_at: clock }), { actor: 'test' })
    const at = async (day: number) =>
      (await listActivities(engine, org_id, endOf(day))).find((each) => each.remediation_id === remediation_id)!
    const due = (await at(REQUESTED)).due_day!
    expect([(await at(due)).overdue, (await at(due + 1)).overdue]).toEqual([false, true])
    const told = async (day: number) =>
      (await postureEvents(engine, org_id, smallCatalog(), day, startOf(day + 1) - 1)).filter(({ type }) => type === 'remediation_overdue')
    expect(await told(due)).toEqual([])
    const [reminder, ...others] = await told(due + 1)
    expect([reminder!.day, reminder!.happened_at, reminder!.headline, others]).toEqual([
      due + 1,
      startOf(due + 1),
      'Update curl was due on 2024-03-22 and is open on 1 asset',
      [],
    ])
    clock = startOf(due + 2) + 5
    await changeRemediation(store, org_id, remediation_id, { done: { by: 'Kim', at: clock, note: 'replaced' } }, { actor: 'Kim' })
    expect(await at(due + 2)).toMatchObject({ status: 'completed', completed_by: 'Kim', completed_day: due + 2, overdue: false, open: 1 })
    expect((await at(due + 1)).status).toBe('active')
    // what was late stays told when it is done at last
    expect(await told(due + 3)).toEqual([reminder])
    expect([(await at(due + 182)).archived, (await at(due + 183)).archived]).toEqual([false, true])
    await expect(changeRemediation(store, org_id, 999, { notes: 'x' }, { actor: 'Kim' })).rejects.toMatchObject({
      code: 'unknown_remediation',
    })
    const open = await requestRemediation(store, org_id, body({ remediation_type: 'attention_required', due: null }), { actor: 'test' })
    await put({ asset: [{ asset_id: 1 }] })
    expect((await listActivities(engine, org_id, endOf(due + 3))).find((each) => each.remediation_id === open)).toMatchObject({
      status: 'active',
      open: 0,
    })
    await expect(changeRemediation(store, org_id, open, { due: '2024-03-22' }, { actor: 'Kim' })).rejects.toMatchObject({
      code: 'bad_remediation',
    })
  })

  it('ages findings from when they opened without a break, and times what was fixed', async () => {
    await put({
      asset: [{ asset_id: 1, criticality: 'high' }, { asset_id: 2 }],
      finding: [
        // one run of two versions: 40 days old on the last day
        { asset_id: 1, finding_id: 1, subject: 'CVE-1', severity: 4, from: DAY0, to: DAY0 + 10 },
        { asset_id: 1, finding_id: 1, subject: 'CVE-1', severity: 4, from: DAY0 + 10, to: NEVER_DAY },
        // fixed after five days, open again after three more, fixed after two
        { asset_id: 2, finding_id: 2, subject: 'CVE-2', severity: 3, from: DAY0, to: DAY0 + 5 },
        { asset_id: 2, finding_id: 2, subject: 'CVE-2', severity: 3, from: DAY0 + 8, to: DAY0 + 10 },
        { asset_id: 2, finding_id: 3, subject: 'CVE-1', severity: 4, from: DAY0 + 30 },
      ],
    })
    const allowed = new Map([
      [4, defaultPolicy.days.critical],
      [3, defaultPolicy.days.high],
      [2, defaultPolicy.days.medium],
      [1, defaultPolicy.days.low],
    ])
    const scope = { org_id, groups: null }
    expect(await openAges(engine, scope, DAY0 + 40, allowed)).toEqual([
      { severity: 4, criticality: 'high', findings: 1, overdue: 1, oldest: 40, up_to_30: 0, up_to_90: 1, up_to_180: 0, older: 0 },
      { severity: 4, criticality: null, findings: 1, overdue: 0, oldest: 10, up_to_30: 1, up_to_90: 0, up_to_180: 0, older: 0 },
    ])
    expect(await fixTimes(engine, scope, DAY0, DAY0 + 40)).toEqual([
      { severity: 3, fixed: 2, median: 2, ninth: 5, longest: 5, open_again: 1, reopened: 1 },
    ])
    expect(await fixTimes(engine, scope, DAY0 + 6, DAY0 + 9)).toEqual([
      { severity: 3, fixed: 0, median: 0, ninth: 0, longest: 0, open_again: 0, reopened: 1 },
    ])
  })

  it('allows the fewest days that any of its assets is given', () => {
    expect(daysAllowed(defaultPolicy, 'critical', ['low', 'very_high'])).toBe(defaultPolicy.days.critical.very_high)
    expect(daysAllowed(defaultPolicy, 'medium', ['low'])).toBe(defaultPolicy.days.medium.low)
    expect(daysAllowed(defaultPolicy, null, [])).toBe(defaultPolicy.days.low.none)
  })
})
