import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { neuvector } from './neuvector.ts'

describe('neuvector', () => {
  it('reads a scan: image, vulnerabilities, software, checks, files', async () => {
    const all = await sampleRecords(neuvector, import.meta.dirname, 'image.json')
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'image',
        type: 'image',
        name: 'images.example.com/shop/web:1.4',
        names: [{ type: 'image', name: 'images.example.com/shop/web:1.4' }],
        attributes: { os: 'alpine 3.12.1', os_family: 'linux', image_digest: `sha256:${'2'.repeat(64)}` },
      },
    ])
    expect(of(all, 'finding')[1]).not.toHaveProperty('cvss')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: undefined,
        component: { name: 'apk-tools', version: '2.10.5-r1' },
        fixed_version: '2.10.7-r0',
      },
      expect.objectContaining({ vulnerability_ids: ['RHSA-2099:1'], place: 'usr/bin/tar' }),
      {
        kind: 'finding',
        asset: 'image',
        control_id: 'neuvector:secret',
        title: 'Private key',
        component: { name: 'root/key.pem Private key', type: 'file' },
        place: 'root/key.pem',
      },
      expect.objectContaining({ control_id: 'neuvector:setid', severity: 'informational', place: 'bin/su' }),
    ])
    expect(JSON.stringify(all)).not.toContain('BEGIN')
    expect(of(all, 'vulnerability')[0]!.published_at).toBe(Date.UTC(2026, 0, 1) * 1000)
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'neuvector:I.4.1', status: 'fail' }])
    expect(of(all, 'software')).toEqual([{ kind: 'software', asset: 'image', name: 'musl', version: '1.1', place: 'alpine:3.12.1' }])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'report.vulnerabilities[2]' }])
  })

  it('covers the inventory only where there is one', async () => {
    const subjects = (all: Awaited<ReturnType<typeof recordsOf>>) => of(all, 'coverage').map(({ subject }) => subject)
    expect(subjects(await sampleRecords(neuvector, import.meta.dirname, 'image.json'))).toEqual(['vulnerability', 'control', 'software'])
    expect(subjects(await recordsOf(neuvector, { report: { image_id: 'x', vulnerabilities: [] } }))).toEqual(['vulnerability', 'control'])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(neuvector, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"report":{"vulnerabilities":[{"vulnerabilityID":"x"}]}}', '{"report":3}', '[]', ''])('does not take %s', (text) =>
    expect(neuvector.detect({ name: 'x.json', text })).toBe(false),
  )
})
