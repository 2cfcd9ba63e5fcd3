import { describe, expect, it } from 'vitest'
import type { AssetRecord, ControlRecord } from '../../model/record.ts'
import { toldOnce } from './told-once.ts'

const asset = (observed_at?: number): AssetRecord => ({
  kind: 'asset',
  asset: 'a',
  type: 'device',
  name: 'web-1',
  names: [],
  ...(observed_at !== undefined && { observed_at }),
})
const control = (severity?: 'high'): ControlRecord => ({ kind: 'control', control_id: 'x:1', title: 'One', ...(severity && { severity }) })

describe('toldOnce', () => {
  it('lets what adds something pass, and nothing else', () => {
    const once = toldOnce()
    const told = (record: Parameters<typeof once>[0]) => [...once(record)].length
    expect([asset(5), asset(4), asset(5), asset(6), asset()].map(told)).toEqual([1, 0, 0, 1, 0])
    expect([control(), control(), control('high'), control('high')].map(told)).toEqual([1, 0, 1, 0])
    const coverage = { kind: 'coverage', asset: 'a', subject: 'control' } as const
    expect([coverage, coverage, { ...coverage, checks: 'listed' }, { ...coverage, asset: 'b' }].map(told)).toEqual([1, 0, 1, 1])
    expect([
      told({ kind: 'vulnerability', vulnerability_id: 'CVE-2099-1' }),
      told({ kind: 'vulnerability', vulnerability_id: 'CVE-2099-1' }),
    ]).toEqual([1, 0])
  })

  it('knows what is told of a control or vulnerability already', () => {
    const once = toldOnce()
    expect(once.knows('tool:a')).toBe(false)
    once({ kind: 'control', control_id: 'tool:a', title: 'a' })
    // Its severity would still be news.
    expect(once.knows('tool:a')).toBe(false)
    once({ kind: 'control', control_id: 'tool:a', title: 'a', severity: 'low' })
    once({ kind: 'vulnerability', vulnerability_id: 'CVE-2026-0001' })
    expect([once.knows('tool:a'), once.knows('CVE-2026-0001'), once.knows('CVE-2026-0002')]).toEqual([true, true, false])
  })
})
