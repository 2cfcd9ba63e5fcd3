import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { redHatSatellite } from './red-hat-satellite.ts'

const records = (name: string) => sampleRecords(redHatSatellite, import.meta.dirname, name)

describe('red-hat-satellite', () => {
  it('reads errata by their CVEs, and those without by their own id', async () => {
    const all = await records('errata.json')
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'host', type: 'device', name: '', names: [] }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'host',
        vulnerability_ids: ['CVE-2099-0001', 'CVE-2099-0002'],
        severity: 'high',
        cvss: undefined,
        title: 'Important: firefox security update',
        component: { name: 'RHSA-2099:1', type: 'erratum', vendor: 'Red Hat' },
        fixed_version: 'RHSA-2099:1',
      },
      expect.objectContaining({ vulnerability_ids: ['RHBA-2099:2'], severity: 'informational' }),
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({ url: 'https://access.redhat.com/errata/RHSA-2099:1' })
    expect(of(all, 'vulnerability')[0]).not.toHaveProperty('aliases')
    expect(of(all, 'skipped')).toMatchObject([{ at: 'results[2]' }])
  })

  it('covers with the whole list only, not with a page or a search', async () => {
    expect(of(await records('errata.json'), 'coverage')).toEqual([{ kind: 'coverage', asset: 'host', subject: 'vulnerability' }])
    expect(of(await records('errata-page.json'), 'coverage')).toEqual([])
    expect(of(await records('errata-search.json'), 'coverage')).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(redHatSatellite, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"total":1,"subtotal":1,"page":1,"per_page":1,"results":[{"id":1}]}', '{"results":[{"errata_id":"x"}]}', '[]', ''])(
    'does not take %s',
    (text) => expect(redHatSatellite.detect({ name: 'x.json', text })).toBe(false),
  )
})
