import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { clair } from './clair.ts'

const records = (name: string) => sampleRecords(clair, import.meta.dirname, name)

describe('clair', () => {
  it('reads clair-scanner; the ids that were not approved are no items', async () => {
    const all = await records('clair-scanner.json')
    expect(all.map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage', 'vulnerability', 'finding', 'skipped'])
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'registry.example.org:443/ubuntu:bionic-20190912.1' }])
    expect(of(all, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'medium',
      component: { name: 'systemd', version: '237-3ubuntu10.29', type: 'ubuntu:18.04' },
    })
    expect(of(all, 'finding')[0]).not.toHaveProperty('fixed_version')
    expect(of(all, 'vulnerability')[0]!.url).toBeUndefined()
  })

  it('reads Klar, which names no image', async () => {
    const all = await records('klar.json')
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(
      of(all, 'finding').map(({ vulnerability_ids, severity, fixed_version }) => [vulnerability_ids, severity, fixed_version]),
    ).toEqual([
      [['RHSA-2099:0109'], 'critical', '4:5.16.3-294.el7_6'],
      [['RHSA-2099:0109'], undefined, undefined],
    ])
    expect((await records('klar-none.json')).map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(clair, { Layer: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"image":"x","vulnerabilities":[]}', '{"Vulnerabilities":{}}', '{"LayerCount":"9"}', '[]', ''])('does not take %s', (text) =>
    expect(clair.detect({ name: 'x.json', text })).toBe(false),
  )
})
