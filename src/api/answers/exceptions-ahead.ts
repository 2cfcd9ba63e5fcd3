import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { readAhead } from '../../insights/exceptions-ahead.ts'
import { dayText, parseDay } from '../../store/days.ts'
import { listExceptions } from '../../store/queries/exceptions/list.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { ExceptionsAhead } from '../shapes/exceptions-ahead.ts'

/** How far ahead it looks when nobody says. */
const DEFAULT_DAYS = 183
const MOST_DAYS = 1100
/** More exceptions than this on the days that are asked about are left out. */
const MOST_EXCEPTIONS = 1000

/** What ends when, up to the day `to`. Throws UserError('bad_range'). */
export async function answerAhead(asked: Asked, to: string | undefined): Promise<z.infer<typeof ExceptionsAhead>> {
  const { store, scope, catalog, moment, edition } = asked
  const until = to === undefined ? moment.day + DEFAULT_DAYS : parseDay(to)
  if (until === null) throw new UserError('bad_range', `"${to?.slice(0, 40)}" is not a day of the calendar`)
  if (until <= moment.day) throw new UserError('bad_range', `it looks ahead from ${dayText(moment.day)}: ask for a later day`)
  if (until - moment.day > MOST_DAYS) throw new UserError('bad_range', `it looks at most ${MOST_DAYS} days ahead`)
  const days =
    scope.org_id === 0
      ? []
      : await remember(store, ['exceptions ahead', scope, moment.day, until, edition], () =>
          readAhead(store, scope, catalog, moment, until),
        )
  const turning = [...new Set(days.flatMap(({ ends, begins }) => [...ends, ...begins]))].slice(0, MOST_EXCEPTIONS)
  const { items } = turning.length
    ? await listExceptions(store.engine, scope, moment, {
        filter: { sql: 'x.exception_id = any($turning)', params: { turning }, fields: new Set(['exception_id']) },
        limit: MOST_EXCEPTIONS,
      })
    : { items: [] }
  const said = new Map(items.map((item) => [item.exception_id, item]))
  const named = (ids: readonly number[]) => ids.flatMap((id) => said.get(id) ?? [])
  return {
    from: dayText(moment.day),
    to: dayText(until),
    items: days.map(({ day, ends, begins, ...rest }) => ({ ...rest, day: dayText(day), ends: named(ends), begins: named(begins) })),
  }
}
