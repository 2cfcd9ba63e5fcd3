import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { meterian } from './meterian.ts'

const sample = (name: string) => readSample(meterian, import.meta.dirname, name)

describe('meterian', () => {
  it('reads the advices of a project', async () => {
    const all = await sample('project.json')
    expect(of(all, 'report')[0]!.observed_at).toBe(Date.UTC(2026, 2, 1, 10) * 1000)
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'agent_id', name: 'meterian:11111111-2222-3333-4444-555555555555' }])
    expect(of(all, 'finding').map(({ vulnerability_ids }) => vulnerability_ids)).toEqual([
      ['CVE-2099-0001'],
      ['GHSA-2222-3333-4444'],
      ['meterian:c'],
    ])
    expect(of(all, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'project',
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'high',
      cvss: 7.5,
      component: { name: 'left-pad', version: '1.0.0', type: 'nodejs' },
      fixed_version: '1.9.9',
    })
    expect(of(all, 'skipped')).toHaveLength(2)
  })

  it('closes what is gone on the same branch of the same project', async () => {
    const before = await sample('project.json')
    const after = (branch: string, last = '5') =>
      readText(meterian, {
        url: `https://www.meterian.com/projects/?pid=11111111-2222-3333-4444-55555555555${last}&branch=${branch}`,
        timestamp: '2026-03-02 10:00:00',
        scores: {},
        reports: { security: { reports: [] } },
      })
    expect(closedBy(before, await after('main'))).toHaveLength(3)
    expect(closedBy(before, await after('other'))).toEqual([])
    expect(closedBy(before, await after('main', '6'))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(meterian, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ timestamp: 'x', reports: { security: {} } }, { timestamp: 'x', scores: {}, reports: [] }, [], ''])(
    'does not take %j',
    (value) => expect(recognises(meterian, value)).toBe(false),
  )
})
