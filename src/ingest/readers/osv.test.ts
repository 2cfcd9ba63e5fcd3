import { expect, it } from 'vitest'
import { osvFacts, osvFixes, osvIds, OsvRecord } from './osv.ts'

const record = OsvRecord.parse({
  id: 'GHSA-2222-3333-4444',
  aliases: ['CVE-2099-0001', 7],
  summary: 'Pads too much',
  published: '2026-01-02T03:04:05Z',
  severity: [
    { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
    { type: 'Ubuntu', score: 'low' },
  ],
  affected: [
    {
      package: { name: 'left-pad', ecosystem: 'npm' },
      ranges: [
        { type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '1.9.9' }] },
        { type: 'SEMVER', events: [{ introduced: '2.0.0' }, { fixed: '2.0.1' }] },
        { type: 'GIT', events: [{ introduced: '0' }, { fixed: 'abcdef' }] },
      ],
    },
    { package: { name: 'left-pad', ecosystem: 'PyPI' }, ranges: [{ type: 'ECOSYSTEM', events: [{ fixed: '7' }] }] },
  ],
  database_specific: { severity: 'MODERATE' },
})

it('reads a record', () => {
  expect(osvIds(record)).toEqual(['GHSA-2222-3333-4444', 'CVE-2099-0001'])
  expect(osvFacts(record)).toEqual({
    title: 'Pads too much',
    severity: 'medium',
    rating: { cvss: 7.5, cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H' },
    published_at: Date.UTC(2026, 0, 2, 3, 4, 5) * 1000,
    url: 'https://osv.dev/vulnerability/GHSA-2222-3333-4444',
  })
  expect(osvFixes(record, 'Left-Pad', 'npm')).toBe('1.9.9, 2.0.1')
  expect(osvFixes(record, 'right-pad', 'npm')).toBeUndefined()
})

it('says nothing that a record does not say', () => {
  expect(osvFacts(OsvRecord.parse({ id: 'GO-2099-0001' }))).toEqual({
    rating: null,
    published_at: null,
    url: 'https://osv.dev/vulnerability/GO-2099-0001',
  })
  expect(OsvRecord.safeParse({ aliases: [] }).success).toBe(false)
})
