import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { gcloudArtifactScan } from './gcloud-artifact-scan.ts'

const records = (name: string) => sampleRecords(gcloudArtifactScan, import.meta.dirname, name)

describe('gcloud-artifact-scan', () => {
  it('reads an image by its digest, and each affected package', async () => {
    const all = await records('describe.json')
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T14:15:20.837212Z')
    expect(of(all, 'asset')).toMatchObject([
      {
        names: [{ type: 'image', name: `europe-docker.pkg.dev/project-1/shop/web@sha256:${'2'.repeat(64)}` }],
        attributes: { image_digest: `sha256:${'2'.repeat(64)}`, cloud_provider: 'gcp' },
      },
    ])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        title: undefined,
        component: { name: 'go', version: '1.17.6', type: 'go_stdlib' },
        fixed_version: '1.18.7',
        place: '/usr/bin/scan',
      },
      expect.objectContaining({ vulnerability_ids: ['CVE-2099-0001'], component: { name: 'other', version: '2', type: 'os' } }),
      {
        kind: 'finding',
        asset: 'image',
        vulnerability_ids: ['CVE-2099-0002'],
        severity: 'informational',
        cvss: undefined,
        title: undefined,
        component: { name: 'tar', version: '1.34', type: 'os' },
      },
    ])
    expect(of(all, 'vulnerability')[0]).toMatchObject({ url: 'https://tracker.example.org/CVE-2099-0001' })
    expect(of(all, 'vulnerability')[0]).not.toHaveProperty('aliases')
  })

  it('covers the image only when the scan has ended well', async () => {
    expect(of(await records('describe.json'), 'coverage')).toEqual([{ kind: 'coverage', asset: 'image', subject: 'vulnerability' }])
    expect((await records('still-scanning.json')).map(({ kind }) => kind)).toEqual(['report', 'asset'])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(gcloudArtifactScan, {})).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"image_summary":{}}', '[{"image_summary":{},"discovery_summary":{}}]', ''])('does not take %s', (text) =>
    expect(gcloudArtifactScan.detect({ name: 'x.json', text })).toBe(false),
  )
})
