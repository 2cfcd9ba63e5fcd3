import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../model/record.ts'
import { AfterHead } from './after-head.ts'

const record = (at: string): FileRecord => ({ kind: 'skipped', at, reason: 'a test' })

describe('records after the head of a report', () => {
  it('come once each, in their order, behind one head, wherever it becomes known', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 12 }), fc.nat(14), (groups, knownFrom) => {
        let heads = 0
        const after = new AfterHead('test', () => [record(`head ${++heads}`)])
        const all = groups.map((size, group) => Array.from({ length: size }, (_, n) => `${group}.${n}`))
        const told = all.flatMap((names, group) => {
          const now = [...after.tell(names.map(record), group >= knownFrom)].map((one) => (one as { at: string }).at)
          // Nothing passes before the head is known, and nothing waits after it.
          expect(now.slice(-names.length || now.length)).toEqual(group >= knownFrom ? names : [])
          return now
        })
        const rest = [...after.end()].map((one) => (one as { at: string }).at)
        expect([...told, ...rest]).toEqual(['head 1', ...all.flat()])
        expect([...after.end()]).toEqual([])
      }),
    )
  })
})
