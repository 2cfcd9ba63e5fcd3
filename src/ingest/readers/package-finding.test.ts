import { describe, expect, it } from 'vitest'
import { packageFinding, scannerItem, type ScannerItem } from './package-finding.ts'

describe('packageFinding', () => {
  const item = { asset: 'a', about: { ids: ['CVE-2099-0001'], aliases: ['GHSA-2222-3333-4444'] }, component: { name: 'left-pad' } }

  it('describes a vulnerability once and states only what is known', () => {
    const described = new Set<string>()
    const first = [...packageFinding({ ...item, title: 'A', severity: 'high', rating: { cvss: 7.5 }, published_at: null }, described)]
    expect(first).toEqual([
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2099-0001',
        title: 'A',
        severity: 'high',
        cvss: 7.5,
        aliases: ['GHSA-2222-3333-4444'],
      },
      {
        kind: 'finding',
        asset: 'a',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'A',
        component: { name: 'left-pad' },
      },
    ])
    expect([...packageFinding(item, described)].map(({ kind }) => kind)).toEqual(['finding'])
  })
})

describe('scannerItem', () => {
  const item: ScannerItem = {
    source: 'tool',
    asset: 'i',
    at: 'rows[0]',
    ids: ['GHSA-2222-3333-4444', 'CVE-2099-0001'],
    title: ' A title ',
    severity: 'High',
    ratings: [{ score: 5, version: 2 }, { vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' }],
    urls: ['http://a.example', 'https://b.example'],
    component: { name: 'left-pad', version: '1.0', purl: '', type: null },
    fixed_version: '2.0',
    place: '',
  }

  it('tells the vulnerability once and the finding each time', () => {
    const described = new Set<string>()
    expect([...scannerItem(item, described)]).toEqual([
      {
        kind: 'vulnerability',
        vulnerability_id: 'CVE-2099-0001',
        title: 'A title',
        severity: 'high',
        cvss: 7.5,
        cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
        aliases: ['GHSA-2222-3333-4444'],
        url: 'https://b.example',
      },
      {
        kind: 'finding',
        asset: 'i',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: 'A title',
        component: { name: 'left-pad', version: '1.0' },
        fixed_version: '2.0',
      },
    ])
    expect([...scannerItem(item, described)].map(({ kind }) => kind)).toEqual(['finding'])
  })

  it('keeps an item with several CVEs in one finding, and calls the advisory no other name of one', () => {
    const records = [...scannerItem({ ...item, ids: ['RHSA-2099:1', 'CVE-2099-0001', 'CVE-2099-0002'] }, new Set())]
    expect(records.map((record) => (record.kind === 'vulnerability' ? record.aliases : record.kind))).toEqual([
      undefined,
      undefined,
      'finding',
    ])
    expect(records.at(-1)).toMatchObject({ vulnerability_ids: ['CVE-2099-0001', 'CVE-2099-0002'] })
  })

  it('keeps the ratings of several CVEs apart, and the finding has the highest', () => {
    const ratings_by_id = new Map([
      ['CVE-2099-0001', [{ score: 3.7, version: 3 as const }]],
      ['CVE-2099-0002', [{ score: 6.8, version: 3 as const }]],
    ])
    const ids = ['CVE-2099-0001', 'CVE-2099-0002', 'CVE-2099-0003']
    const records = [...scannerItem({ ...item, ids, ratings: [], ratings_by_id }, new Set())]
    expect(records.map((record) => ('cvss' in record ? record.cvss : undefined))).toEqual([3.7, 6.8, undefined, 6.8])
  })

  it('skips what has no id, and does not call the own id its own alias', () => {
    expect([...scannerItem({ ...item, ids: [' '] }, new Set())]).toMatchObject([{ kind: 'skipped', at: 'rows[0]' }])
    const [told] = [...scannerItem({ ...item, ids: ['X-1'] }, new Set())]
    expect(told).toMatchObject({ vulnerability_id: 'tool:X-1' })
    expect(told).not.toHaveProperty('aliases')
  })
})
