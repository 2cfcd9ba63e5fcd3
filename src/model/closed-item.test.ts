import { describe, expect, it } from 'vitest'
import { closedItem, closedItems } from './closed-item.ts'

describe('a closed item', () => {
  it('is named as the open one is', () => {
    const component = { name: 'openssl', version: '3.0.1', type: 'deb' }
    expect(
      closedItem(
        { asset: 'a', vulnerability_ids: ['CVE-2024-1'], component, place: '/usr/lib', severity: 'high', title: 'X' },
        { reason: 'Fixed', at: 'line 3', closed_at: 5 },
      ),
    ).toEqual({
      kind: 'closed',
      asset: 'a',
      vulnerability_ids: ['CVE-2024-1'],
      component: { name: 'openssl' },
      place: '/usr/lib',
      closed_at: 5,
      reason: 'Fixed',
      at: 'line 3',
    })
  })

  it('says no time where the tool says none, and describes nothing', () => {
    const records = [
      { kind: 'vulnerability', vulnerability_id: 'CVE-2024-1' },
      { kind: 'finding', asset: 'a', control_id: 'x:1' },
    ] as const
    expect([...closedItems(records, { reason: 'CLOSED', at: '$[0]', closed_at: null })]).toEqual([
      { kind: 'closed', asset: 'a', control_id: 'x:1', reason: 'CLOSED', at: '$[0]' },
    ])
  })
})
