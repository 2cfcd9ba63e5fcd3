import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { trivyOperator } from '../../src/ingest/importers/trivy-operator/trivy-operator.ts'
import { of } from '../samples.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const records = (name: string) => recordsOf(trivyOperator, join(data!.root, 'reports', name))

describe.skipIf(!data)(`trivy-operator on real reports (${data ? 'present' : withoutRealData})`, () => {
  it('reads an image: the severities as its summary block counts them', async () => {
    const all = await records('trivy-operator/vulnerabilityreport_many.json')
    const severities = of(all, 'finding').map(({ severity }) => severity)
    // summary: criticalCount 2, highCount 3, mediumCount 25, lowCount 11
    expect(['critical', 'high', 'medium', 'low'].map((one) => severities.filter((severity) => severity === one).length)).toEqual([
      2, 3, 25, 11,
    ])
    expect(of(all, 'asset')).toMatchObject([{ type: 'image', names: [{ type: 'image', name: 'docker.io/library/nginx:alpine' }] }])
    expect(of(all, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['CVE-2023-23914'],
      severity: 'critical',
      cvss: 4.2,
      component: { name: 'curl', version: '7.87.0-r1' },
      fixed_version: '7.87.0-r2',
    })
  })

  it('reads a benchmark: 14 of 116 requirements are violated', async () => {
    const all = await records('trivy-operator/cis_benchmark.json.gz')
    const failed = of(all, 'finding')
    // status.summary: failCount 14, passCount 102; 5.2.6 alone has 76 failed checks.
    expect(of(all, 'control_result').filter(({ status }) => status === 'not_run')).toHaveLength(102)
    expect(
      new Set(
        of(all, 'control').flatMap(({ frameworks, control_id }) =>
          control_id.startsWith('trivy:') ? frameworks!.map((one) => one.requirement) : [],
        ),
      ).size,
    ).toBeLessThanOrEqual(14)
    expect(failed.filter(({ control_id }) => control_id === 'trivy:KSV-0001')).toHaveLength(76)
    expect(new Set(failed.map(({ control_id, component }) => `${control_id} ${component!.name}`)).size).toBe(795)
  })

  it('names workloads by their uid', async () => {
    const all = await records('trivy-operator/configauditreport_many.json')
    expect(of(all, 'asset')).toMatchObject([
      {
        name: 'default/ReplicaSet/nginx-deployment-965685897',
        names: [{ type: 'cloud_id', name: 'd19c7f74-b4c3-429d-9a45-1b2f5efc3c88' }],
      },
    ])
  })
})
