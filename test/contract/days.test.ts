import { describe, expect, it } from 'vitest'
import { dayJoin, dayOf, daySql, dayText, NEVER_DAY, parseDay } from '../../src/store/days.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import { NEVER } from '../../src/model/time.ts'
import { engines } from './engines.ts'

/** The local date of an instant by the platform's own calendar: a second way to know it. */
const localDate = (instant: number, zone: string) =>
  new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(instant / 1000)

describe.each(engines)('days on $name', ({ open }) => {
  it.each(['UTC', 'Europe/Berlin', 'Pacific/Auckland', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu', 'America/St_Johns'])(
    'are cut as %s cuts them',
    async (zone) => {
      const engine = await open()
      await applySchema(engine, 1)
      const { org_id } = await engine.transaction((transaction) => addOrgIn(transaction, { name: 'One', zone, now: 1 }))
      const [gaps] = await engine.query<{ gaps: number }>(
        'select count(*) as gaps from day a join day b on b.org_id = a.org_id and b.day = a.day + 1 where a.ends_at <> b.starts_at',
      )
      expect(gaps!.gaps).toBe(0)
      // Around both changes of daylight saving time of 2026 in either hemisphere, every 5 hours and 17 minutes.
      for (const from of ['2026-03-27', '2026-04-03', '2026-09-25', '2026-10-23']) {
        for (let step = 0; step < 22; step++) {
          const instant = (Date.parse(`${from}T00:00:00Z`) + step * 317 * 60_000) * 1000
          expect(dayText(await dayOf(engine, org_id, instant))).toBe(localDate(instant, zone))
          const [row] = await engine.query<{ day: number }>(
            `select ${daySql('i.at_', 'd')} as day from (select $instant as at_) i join day d on ${dayJoin('i.at_', '$org_id', 'd')}`,
            { instant, org_id },
          )
          expect(dayText(row!.day)).toBe(localDate(instant, zone))
        }
      }
      const [never] = await engine.query<{ day: number }>(
        `select ${daySql('i.at_', 'd')} as day from (select $instant as at_) i join day d on ${dayJoin('i.at_', '$org_id', 'd')}`,
        { instant: NEVER, org_id },
      )
      expect(never!.day).toBe(NEVER_DAY)
      await engine.close()
    },
  )

  it('are written and read as dates, and nothing else is', () => {
    expect(parseDay('2026-02-28')).toBe(20_512)
    expect(dayText(20_512)).toBe('2026-02-28')
    for (const text of ['2026-02-30', '2026-2-3', 'today', '']) expect(parseDay(text)).toBeNull()
  })
})
