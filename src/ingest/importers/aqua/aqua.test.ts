import { describe, expect, it } from 'vitest'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { formatInstant } from '../../../model/time.ts'
import { aqua } from './aqua.ts'

const records = (name: string) => sampleRecords(aqua, import.meta.dirname, name)

describe('aqua', () => {
  it('reads a scan: packages, secrets, policies', async () => {
    const all = await records('scanner.json')
    expect(of(all, 'asset')).toMatchObject([
      {
        names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }],
        attributes: { os: 'alpine 3.19', os_family: 'linux', image_digest: `sha256:${'2'.repeat(64)}` },
      },
    ])
    expect(formatInstant(of(all, 'asset')[0]!.observed_at!)).toBe('2026-03-01T00:00:00.028041Z')
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'image 1',
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'medium',
        cvss: 7.5,
        title: undefined,
        component: { name: 'musl', version: '1.1.20-r4', type: 'apk' },
        fixed_version: '1.1.20-r5',
      },
      expect.objectContaining({ vulnerability_ids: ['CVE-2099-0002'], severity: 'informational', cvss: 9.8 }),
      {
        kind: 'finding',
        asset: 'image 1',
        control_id: 'aqua:sensitive-data',
        title: 'RSA PRIVATE KEY',
        component: { name: '/app/priv.pem', type: 'file' },
        place: '/app/priv.pem',
      },
    ])
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'image 1',
        control_id: 'aqua:max_severity',
        status: 'fail',
        evidence: 'maximum severity allowed: high, maximum severity found: critical',
        place: 'Default',
      },
      { kind: 'control_result', asset: 'image 1', control_id: 'aqua:root_user', status: 'pass', place: 'Default' },
    ])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'resources[2]' }])
  })

  it('reads a list of scans; a registry that has only a name is no address', async () => {
    const all = await records('azure-devops.json')
    expect(of(all, 'asset').map(({ names, observed_at }) => [names[0]!.name, formatInstant(observed_at!)])).toEqual([
      ['registry.example.org/shop/web:1.4', '2026-03-01T00:00:00.028041Z'],
      ['docker.io/shop/api:2', '2026-03-01T01:00:00Z'],
    ])
    expect(of(all, 'finding').map(({ asset }) => asset)).toEqual(Array(3).fill('image 1'))
    expect((await recordsOf(aqua, [])).map(({ kind }) => kind)).toEqual(['report'])
  })

  it('reads the older layout', async () => {
    const all = await records('older.json')
    expect(of(all, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'docker.example.com/example:latest' }])
    expect(of(all, 'finding')).toMatchObject([
      { cvss: 7.5, severity: 'high', component: { name: '/usr/lib/libcrypto.so' }, fixed_version: '1.1' },
    ])
  })

  it('covers only the images whose scan has ended, each by itself', async () => {
    expect(of(await records('azure-devops.json'), 'coverage').map(({ asset, subject }) => [asset, subject])).toEqual([
      ['image 1', 'vulnerability'],
      ['image 1', 'control'],
      ['image 2', 'vulnerability'],
      ['image 2', 'control'],
    ])
    expect(of(await records('older-failed.json'), 'coverage')).toEqual([])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(aqua, { image: 'x' })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each(['{"image":"x","vulnerabilities":[],"unapproved":[]}', '{"image_name":"x"}', '[{"results":{"a":1}}]', '{}', '[]', ''])(
    'does not take %s',
    (text) => expect(aqua.detect({ name: 'x.json', text })).toBe(false),
  )
})
