import { describe, expect, it } from 'vitest'
import { formatInstant } from '../../../model/time.ts'
import { of, recordsOf, sampleRecords } from '../../../../test/samples.ts'
import { trivyOperator } from './trivy-operator.ts'

const records = (name: string) => sampleRecords(trivyOperator, import.meta.dirname, name)

describe('trivy-operator', () => {
  it('reads what kubectl writes: the image and the workload, each at its own time', async () => {
    const all = await records('kubectl-list.json')
    expect(of(all, 'asset').map(({ type, name, names, observed_at }) => [type, name, names[0]!.name, formatInstant(observed_at!)])).toEqual(
      [
        ['image', 'registry.example.org/shop/web:1.4', 'registry.example.org/shop/web:1.4', '2026-03-01T08:00:00Z'],
        ['cloud_resource', 'web/ReplicaSet/front-1', '11111111-2222-3333-4444-555555555555', '2026-03-01T08:01:00Z'],
      ],
    )
    expect(of(all, 'asset')[0]!.attributes).toEqual({ os: 'debian 12.5', os_family: 'linux', image_digest: `sha256:${'2'.repeat(64)}` })
    const [zlib, pad, app, sidecar] = of(all, 'finding')
    expect(zlib).toEqual({
      kind: 'finding',
      asset: 'image 1',
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'high',
      cvss: 7.5,
      title: 'zlib: overflow',
      component: { name: 'zlib1g', version: '1:1.2.13-1', purl: 'pkg:deb/debian/zlib1g@1.2.13-1', type: 'debian' },
      fixed_version: '1:1.2.13-2',
    })
    expect(pad).toMatchObject({ vulnerability_ids: ['GHSA-2222-3333-4444'], place: 'app/package-lock.json' })
    expect(pad).not.toHaveProperty('severity')
    expect(pad).not.toHaveProperty('fixed_version')
    expect([app, sidecar].map((one) => [one!.control_id, one!.component!.name])).toEqual([
      ['trivy:KSV-0014', 'web/ReplicaSet/front-1'],
      ['trivy:KSV-0014', 'web/ReplicaSet/front-1 (2)'],
    ])
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'trivy:KSV-0001', status: 'pass' }])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['items[0].report.vulnerabilities[2]', 'items[1].report.checks[3]'])
    expect(of(all, 'vulnerability').map(({ url }) => url)).toEqual(['https://avd.example.org/cve-2099-0001', undefined])
  })

  it('covers only what each kind of report looks for', async () => {
    const covers = async (name: string) => of(await records(name), 'coverage').map(({ subject, checks }) => [subject, checks])
    expect(await covers('kubectl-list.json')).toEqual([
      ['vulnerability', undefined],
      ['control', 'configaudit'],
    ])
    expect(await covers('by-kind.json')).toEqual([
      ['control', 'secret'],
      ['software', undefined],
    ])
    // One role and one benchmark of the cluster that the person names: neither covers the cluster.
    expect(await covers('unnamed-cluster.json')).toEqual([
      ['control', 'rbacassessment ClusterRole/ops'],
      ['control', 'compliance cis'],
    ])
  })

  it('reads secrets without their match, and the inventory', async () => {
    const all = await records('by-kind.json')
    expect(of(all, 'finding')).toMatchObject([{ control_id: 'trivy:aws-secret-access-key', severity: 'critical', place: 'root/key.txt' }])
    expect(JSON.stringify(all)).not.toContain('KEY=')
    expect(of(all, 'software')).toEqual([
      { kind: 'software', asset: 'image 2', name: 'musl', version: '1.2.4', purl: 'pkg:apk/alpine/musl@1.2.4', place: 'library' },
    ])
    expect(of(all, 'asset').map(({ names }) => names[0]!.name)).toEqual([
      'docker.io/library/secret:latest',
      'docker.io/library/secret:latest',
    ])
  })

  it('asks for the name of the cluster, and takes the severity of the requirement for want of another', async () => {
    const all = await records('unnamed-cluster.json')
    expect(of(all, 'asset').map(({ type, names, observed_at }) => [type, names, formatInstant(observed_at!)])).toEqual([
      ['cluster', [], '2026-03-01T07:00:00Z'],
      ['cluster', [], '2026-03-01T12:00:00Z'],
    ])
    expect(of(all, 'finding').map(({ control_id, severity, place }) => [control_id, severity, place])).toEqual([
      ['trivy:KSV-0041', 'critical', 'ClusterRole/ops'],
      ['trivy:KSV-0041', 'high', 'clusterrole-ops'],
    ])
    // A manual requirement is written as met, but nobody looked.
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'trivy-operator:cis-5.7.1', status: 'not_run' }])
  })

  it('reads a summary as one result per requirement', async () => {
    const all = await records('compliance-summary.json')
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['trivy-operator:nsa-1.0', 'fail'],
      ['trivy-operator:nsa-1.1', 'not_run'],
    ])
    expect(of(all, 'control')[0]!.frameworks).toEqual([{ framework: 'NSA hardening', requirement: '1.0' }])
  })

  it('says what was expected of a file that is none', async () => {
    await expect(recordsOf(trivyOperator, { kind: 'Pod' })).rejects.toMatchObject({ code: 'unreadable_report' })
  })

  it.each([
    '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod"}]}',
    '{"apiVersion":"openreports.io/v1alpha1","kind":"Report"}',
    '{"a":{"apiVersion":"aquasecurity.github.io/v1alpha1","kind":"VulnerabilityReport"}}',
    '{}',
    '[]',
    '',
  ])('does not take %s', (text) => expect(trivyOperator.detect({ name: 'x.json', text })).toBe(false))
})
