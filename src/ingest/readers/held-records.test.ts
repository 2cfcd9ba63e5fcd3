import { expect, it } from 'vitest'
import { holdRecords } from './held-records.ts'

it('keeps the records in order, and refuses more than it may hold', () => {
  const hold = holdRecords('report', 2)
  hold.add([{ kind: 'skipped', at: 'a', reason: '' }])
  hold.add([{ kind: 'skipped', at: 'b', reason: '' }])
  expect(hold.held).toMatchObject([{ at: 'a' }, { at: 'b' }])
  expect(() => hold.add([{ kind: 'skipped', at: 'c', reason: '' }])).toThrow(/more than 2 items/)
})
