import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rebuild } from '../../src/insights/compute.ts'
import { engines } from './engines.ts'
import { expectLedgers, micro, type MovingEvent } from './ledgers.ts'
import { openSmallApp, type SmallApp } from './small-app.ts'
import { smallCatalog } from './small-catalog.ts'

const at = (day: string): number => Date.parse(`2026-${day}T09:00:00Z`) * 1000

describe.each(engines)('days on which assets leave, on $name', ({ open }) => {
  let app: SmallApp
  beforeAll(async () => {
    const catalog = smallCatalog()
    app = await openSmallApp(await open(), catalog, 'north')
    // 1 July: CVE-2 is known exploited; 15 July: CVE-1 is closed on every other asset. On both days assets leave that have it.
    for (const [asset, day] of [
      [4, '07-01'],
      [5, '07-01'],
      [2, '07-15'],
      [3, '07-15'],
    ] as const)
      await app.store.engine.run(
        `update presence_history set valid_to = ${at(day)}, closed_in = 2 where asset_id = ${app.world.north.org_id * 100 + asset}`,
      )
    await rebuild(app.store, catalog)
  })
  afterAll(() => app.close())
  const ask = async <T>(address: string): Promise<T> => {
    const { status, body } = await app.ask<T>('GET', `/${address}`)
    expect(status, address).toBe(200)
    return body
  }

  it.each(['', 'group=red', 'group=blue'])('effects and what no event tells add up to the causes, also there %s', async (group) => {
    const told = (await ask<{ items: MovingEvent[] }>(`events?feed=risk&limit=1000&from=2026-05-01&${group}`)).items
    const days = await expectLedgers(ask, group, '2026-05-01', told)
    const left = days.filter(({ causes }) => causes.some(({ cause }) => cause === 'asset_left'))
    expect(left.map(({ day }) => day)).toEqual(expect.arrayContaining(['2026-07-01', '2026-07-15']))
    // an asset that leaves is no event's doing
    for (const { causes } of left)
      for (const { cause, told: by_events } of causes) if (cause === 'asset_left') expect(micro(by_events)).toBe(0)
    const moving = left.filter(({ day }) => told.some((event) => event.day === day && event.effect !== 0))
    expect(moving.length).toBeGreaterThan(0)
  })
})
