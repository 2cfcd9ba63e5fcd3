import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { dockle } from './dockle.ts'

const records = (name: string) => sampleRecords(dockle, import.meta.dirname, name)

describe('dockle', () => {
  it('reads each check with its level', async () => {
    const all = await records('some.json')
    expect(of(all, 'asset')).toMatchObject([{ type: 'image', names: [] }])
    expect(of(all, 'control_result').map(({ control_id, status, severity }) => [control_id, status, severity])).toEqual([
      ['dockle:DKL-DI-0005', 'fail', 'critical'],
      ['dockle:CIS-DI-0001', 'fail', 'medium'],
      ['dockle:CIS-DI-0008', 'fail', 'informational'],
      ['dockle:CIS-DI-0006', 'not_run', undefined],
    ])
    expect(of(all, 'control_result')[2]!.evidence).toBe('setuid file: bin/su\nsetuid file: bin/mount')
    expect(of(all, 'control')[0]!.url).toBe('https://github.com/goodwithtech/dockle/blob/master/CHECKPOINT.md#dkl-di-0005')
    expect(of(all, 'skipped')).toMatchObject([{ at: 'details[4]' }])
  })

  it('covers all checks, since those that passed are not listed', async () => {
    const all = await records('none.json')
    expect(all.map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'image', subject: 'control' }])
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'docker.io/shop/web:1.4' }])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(dockle, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"summary":{"fail":0,"warn":0},"details":[]}', '{"summary":{"fatal":0,"warn":0,"info":0,"pass":1}}', '[]', ''])(
    'does not take %s',
    (text) => expect(dockle.detect({ name: 'x.json', text })).toBe(false),
  )
})
