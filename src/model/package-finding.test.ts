import { describe, expect, it } from 'vitest'
import { packageFinding } from './package-finding.ts'

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
