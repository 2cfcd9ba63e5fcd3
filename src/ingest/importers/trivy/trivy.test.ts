import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { formatInstant } from '../../../model/time.ts'
import { openBytes, openFile } from '../../readers/file.ts'
import { trivy } from './trivy.ts'

const sample = (name: string) => join(import.meta.dirname, 'samples', name)

async function collect(all: AsyncIterable<FileRecord>): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of all) list.push(record)
  return list
}

async function records(name: string): Promise<FileRecord[]> {
  const { head, source } = await openFile(sample(name))
  expect(trivy.detect(head)).toBe(true)
  return collect(trivy.parse(source, {}))
}

async function recordsOf(value: unknown): Promise<FileRecord[]> {
  const { source } = await openBytes('x.json', Buffer.from(JSON.stringify(value)))
  return collect(trivy.parse(source, {}))
}

const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((record): record is Extract<FileRecord, { kind: K }> => record.kind === kind)

describe('trivy', () => {
  it('reads an image: asset, software, vulnerabilities', async () => {
    const all = await records('image-schema-2.json')
    expect(all[0]).toMatchObject({ kind: 'report', source: 'trivy', tool_version: '0.66.0' })
    expect(formatInstant(of(all, 'report')[0]!.observed_at)).toBe('2026-03-01T08:00:00.500000Z')
    expect(of(all, 'asset')).toEqual([
      {
        kind: 'asset',
        asset: 'artifact',
        type: 'image',
        name: 'registry.example.org/shop/web:1.4',
        names: [{ type: 'image', name: 'registry.example.org/shop/web:1.4' }],
        attributes: { os: 'debian 12.5', os_family: 'linux', image_digest: `sha256:${'2'.repeat(64)}` },
      },
    ])
    expect(of(all, 'software')).toEqual([
      {
        kind: 'software',
        asset: 'artifact',
        name: 'zlib1g',
        version: '1:1.2.13-1',
        purl: 'pkg:deb/debian/zlib1g@1.2.13-1?epoch=1',
        place: 'debian',
      },
    ])
    const [zlib, tar, pad] = of(all, 'finding')
    expect(zlib).toMatchObject({
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'high',
      cvss: 7.5,
      fixed_version: '1:1.2.13-2',
      title: 'zlib: made-up overflow',
      component: { name: 'zlib1g', version: '1:1.2.13-1', purl: 'pkg:deb/debian/zlib1g@1.2.13-1?epoch=1', type: 'debian' },
    })
    expect(tar).toMatchObject({ vulnerability_ids: ['CVE-2099-0003'], severity: undefined, cvss: undefined })
    expect(pad).toMatchObject({ vulnerability_ids: ['GHSA-2222-3333-4444'], cvss: 7.3, place: 'app/node_modules/left-pad/package.json' })
    expect(of(all, 'finding')).toHaveLength(3)
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      vulnerability_id: 'CVE-2099-0001',
      aliases: ['DSA-0001-1'],
      severity: 'high',
      cvss: 7.5,
      cvss_vector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
      url: 'https://example.org/cve-2099-0001',
      description: 'A made-up description.',
      published_at: Date.UTC(2099, 0, 2, 3, 4, 5) * 1000,
    })
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason.split('\n')[0]])).toEqual([
      ['Results[0].Vulnerabilities[1]', 'CVE-2099-0002 in bash: the report says that it is not affected'],
      ['Results[0].Vulnerabilities[3]', expect.stringContaining('expected string, received number')],
    ])
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'artifact', subject: 'vulnerability' },
      { kind: 'coverage', asset: 'artifact', subject: 'control' },
      { kind: 'coverage', asset: 'artifact', subject: 'software' },
    ])
  })

  it('reads checks, secrets and licences of a repository, one id for a check whatever its spelling', async () => {
    const all = await records('repository-checks-secrets-licences.json')
    expect(of(all, 'asset')[0]).toMatchObject({
      type: 'repository',
      name: 'git.example.org/shop/web',
      names: [{ type: 'repository', name: 'https://git.example.org/shop/web' }],
    })
    expect(of(all, 'control').map(({ control_id }) => control_id)).toEqual([
      'trivy:DS-0002',
      'trivy:DS-0005',
      'trivy:DS-0026',
      'trivy:made-up-token',
      'trivy:license-GPL-2.0',
    ])
    expect(of(all, 'finding').map(({ control_id, component, place, severity }) => [control_id, component?.name, place, severity])).toEqual([
      ['trivy:DS-0002', 'Dockerfile', 'Dockerfile:3', 'high'],
      ['trivy:DS-0002', 'Dockerfile (2)', 'Dockerfile:9', 'high'],
      ['trivy:made-up-token', 'deploy/key.txt', 'deploy/key.txt:4', 'critical'],
      ['trivy:license-GPL-2.0', 'left-pad', undefined, 'high'],
    ])
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['trivy:DS-0005', 'pass'],
      ['trivy:DS-0026', 'not_run'],
    ])
    expect(JSON.stringify(all)).not.toContain('token=')
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['vulnerability', 'control'])
  })

  it('reads each workload of a named cluster as an asset and closes only what was scanned', async () => {
    const all = await records('kubernetes-named-cluster.json')
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'asset').map(({ asset, names }) => [asset, names[0]])).toEqual([
      ['web/Deployment/front', { type: 'cloud_id', name: 'arn:aws:eks:eu-central-1:123456789012:cluster/shop/web/Deployment/front' }],
      ['web/Job/nightly', { type: 'cloud_id', name: 'arn:aws:eks:eu-central-1:123456789012:cluster/shop/web/Job/nightly' }],
      ['ClusterRole/admin', { type: 'cloud_id', name: 'arn:aws:eks:eu-central-1:123456789012:cluster/shop/ClusterRole/admin' }],
    ])
    expect(of(all, 'finding').map(({ control_id, component }) => [control_id, component?.name])).toEqual([
      [undefined, 'zlib1g'],
      ['trivy:KSV-0001', 'Deployment/front'],
      ['trivy:KSV-0001', 'Deployment/front (2)'],
    ])
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: 'web/Deployment/front', subject: 'vulnerability' },
      { kind: 'coverage', asset: 'web/Deployment/front', subject: 'control' },
      { kind: 'coverage', asset: 'ClusterRole/admin', subject: 'control', checks: 'misconfiguration' },
    ])
    expect(of(all, 'skipped')).toEqual([
      { kind: 'skipped', at: 'Resources[2]', reason: 'Job nightly could not be scanned: scan error: image not found' },
    ])
  })

  it('makes one asset without a name of an unnamed cluster, with the resource in the place', async () => {
    const all = await records('kubernetes-unnamed-cluster-0.38.json')
    expect(of(all, 'asset')).toEqual([
      { kind: 'asset', asset: 'cluster', type: 'cluster', name: '', names: [], attributes: { cloud_provider: 'kubernetes' } },
    ])
    expect(of(all, 'finding').map(({ place }) => place)).toEqual(['web/Deployment/front: app/package-lock.json', 'web/Deployment/front'])
  })

  it('reads the list of old versions', async () => {
    const all = await records('legacy-list-0.18.json')
    expect(of(all, 'asset')[0]).toMatchObject({
      name: 'shop/web:1.4',
      names: [{ type: 'image', name: 'docker.io/shop/web:1.4' }],
      attributes: { os: 'alpine 3.12.1' },
    })
    expect(of(all, 'finding')).toHaveLength(1)
    expect(of(all, 'finding')[0]).toMatchObject({ cvss: 4.3, component: { name: 'musl' } })
  })

  it('takes a folder without results as looked at, without a name', async () => {
    const all = await records('folder-no-results.json')
    expect(all.map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage', 'coverage'])
    expect(of(all, 'asset')[0]!.names).toEqual([])
  })

  it('covers configuration only when nothing else shows', async () => {
    const all = await recordsOf({ SchemaVersion: 2, ArtifactName: '.', Results: [{ Target: 'a.tf', Class: 'config', Type: 'terraform' }] })
    expect(of(all, 'coverage')).toEqual([{ kind: 'coverage', asset: 'artifact', subject: 'control', checks: 'misconfiguration' }])
  })

  it('reads the items of a result one by one, also when what it is stands behind them', async () => {
    const item = { VulnerabilityID: 'CVE-2099-0001', PkgName: 'musl' }
    const first = { Target: 'a.lock', Class: 'lang-pkgs', Type: 'npm', Vulnerabilities: [item, { PkgName: 'no id' }] }
    const second = { Vulnerabilities: [item], Packages: [{ Name: 'p' }], Class: 'os-pkgs', Target: 'alpine', Type: 'alpine' }
    const third = { Secrets: [{ RuleID: 'key', StartLine: 3 }], Target: 'b.env', Class: 'secret' }
    const all = await recordsOf({ SchemaVersion: 2, ArtifactName: '.', Results: [first, second, third, { Target: 'empty' }] })
    expect(of(all, 'finding').map(({ component, place }) => [component!.name, component!.type, place])).toEqual([
      ['musl', 'npm', 'a.lock'],
      ['musl', 'alpine', undefined],
      ['b.env', 'file', 'b.env:3'],
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['Results[0].Vulnerabilities[1]'])
    expect(of(all, 'coverage').map(({ subject }) => subject)).toEqual(['vulnerability', 'control', 'software'])
    expect(all[0]!.kind).toBe('report')
  })

  it('reads a result whose name stands behind its items, however many', async () => {
    const one = { VulnerabilityID: 'CVE-2099-0001', PkgName: 'musl', Description: 'x'.repeat(1000) }
    const all = await recordsOf({
      SchemaVersion: 2,
      ArtifactName: '.',
      Results: [{ Vulnerabilities: Array(60_000).fill(one), Target: 'x' }],
    })
    const found = all.filter((record) => record.kind === 'finding')
    expect(found).toHaveLength(60_000)
    expect(new Set(found.map(({ place }) => place))).toEqual(new Set(['x']))
  })

  it('keeps a file name that looks like a member of all objects', async () => {
    const all = await recordsOf({
      SchemaVersion: 2,
      ArtifactName: '.',
      Results: [
        {
          Target: '__proto__',
          Class: 'lang-pkgs',
          Vulnerabilities: [{ VulnerabilityID: 'constructor', PkgName: '__proto__', SeveritySource: 'toString', CVSS: { nvd: null } }],
        },
      ],
    })
    expect(of(all, 'finding')[0]).toMatchObject({ vulnerability_ids: ['constructor'], component: { name: '__proto__' }, cvss: undefined })
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf({ hello: 1 })).rejects.toMatchObject({ code: 'unreadable_report' })
    await expect(recordsOf(null)).resolves.toMatchObject([
      { kind: 'report' },
      { kind: 'asset', names: [] },
      { kind: 'coverage' },
      { kind: 'coverage' },
    ])
  })

  it.each([
    '{"SchemaVersion":"2018-10-08","ArtifactName":"x"}',
    '{"a":{"SchemaVersion":2,"ArtifactName":"x"}}',
    '[{"Target":"x","Other":1}]',
    '{"ClusterName":"x","Findings2":[]}',
    'null',
    '',
  ])('does not take %s', (text) => expect(trivy.detect({ name: 'trivy.json', text })).toBe(false))
})
