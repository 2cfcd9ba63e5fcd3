import { describe, expect, it } from 'vitest'
import { closedBy, of, readSample, readText, recognises } from '../../../../test/reading.ts'
import { retirejs } from './retirejs.ts'

const sample = (name: string) => readSample(retirejs, import.meta.dirname, name)

describe('retirejs', () => {
  it('reads components in files, also without public ids', async () => {
    const all = await sample('version-2.json')
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '2.2.4', observed_at: Date.UTC(2026, 2, 1, 10, 0, 0, 100) * 1000 })
    expect(of(all, 'finding').map(({ vulnerability_ids }) => vulnerability_ids)).toEqual([
      ['CVE-2099-0001'],
      ['retirejs:jquery:Quoteless'],
      ['retirejs:jquery:11974'],
    ])
    expect(of(all, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'target',
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'medium',
      title: '3rd party',
      component: { name: 'jquery', version: '1.11.2', type: 'javascript' },
      fixed_version: '4.0.0',
      place: 'web/jquery-1.11.2.min.js',
    })
    expect(of(all, 'vulnerability')[0]!.url).toBe('https://example.org/y')
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['data[0].results[0].vulnerabilities[3]', 'data[1]'])
  })

  it('reads the list of version 1', async () => {
    expect(of(await sample('list.json'), 'finding')).toHaveLength(1)
  })

  it('closes what is gone, and nothing after an error', async () => {
    const before = await sample('list.json')
    const after = (errors: string[]) => readText(retirejs, { start: '2026-03-02T10:00:00Z', data: [], messages: [], errors })
    expect(closedBy(before, await after([]))).toEqual(['CVE-2099-0001 in jquery'])
    expect(closedBy(before, await after(['x.js cannot be read']))).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(readText(retirejs, { a: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([{ data: [] }, [{ file: 'x', results: [{ ruleId: 'y' }] }], { data: [{ file: 'x' }], start: 'y' }, [], ''])(
    'does not take %j',
    (value) => expect(recognises(retirejs, value)).toBe(false),
  )
})
