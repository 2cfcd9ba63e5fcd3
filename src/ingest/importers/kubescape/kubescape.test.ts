import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { severityOfFactor, statusOf } from './controls.ts'
import { kubescape } from './kubescape.ts'
import { parseResourceId } from './resource.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kubescape.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('kubescape', () => {
  it.each(['files-without-status.json', 'named-cluster-3.json', 'summary-details.json', 'junit.xml'])(
    'knows %s by its content',
    async (name) => expect(kubescape.detect((await sample(name)).head)).toBe(true),
  )

  it.each(['[]', '{"controls": {}}', '<testsuites name="x"/>', '{"results": []}', '{"controls": [{"id": "a", "profile_id": "b"}]}'])(
    'leaves %s alone',
    (text) => expect(kubescape.detect({ name: 'x', text })).toBe(false),
  )

  it('makes one finding of a control on a file’s resource, however many of its rules failed', async () => {
    const all = await records(await sample('files-without-status.json'))
    expect(of(all, 'report')[0]).toMatchObject({ tool_version: '2.0.174', observed_at: parseInstant('2026-03-02T10:00:00Z') })
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'code', type: 'repository', name: '', names: [] }])
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'code',
        control_id: 'kubescape:C-0017',
        severity: 'low',
        title: 'Immutable container filesystem: spec.x=true',
        component: { name: 'deploy/web.yaml Deployment/web', type: 'resource' },
        place: 'deploy/web.yaml',
      },
    ])
    expect(of(all, 'control')[0]).toMatchObject({
      frameworks: [{ framework: 'NSA', requirement: 'C-0017' }],
      url: 'https://hub.armosec.io/docs/c-0017',
    })
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'kubescape:C-0050', status: 'pass', severity: 'high' }])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'results[0].controls[2]' }])
  })

  it('names the resources of a named cluster', async () => {
    const all = await records(await sample('named-cluster-3.json'))
    expect(of(all, 'asset').map(({ type, names }) => [type, names[0]!.name])).toEqual([
      ['cloud_resource', 'kubescape/prod/shop/Deployment/web'],
      ['cloud_resource', 'kubescape/prod/Group/system:masters'],
    ])
    expect(of(all, 'finding').map(({ asset, control_id, component, severity }) => [asset, control_id, component?.name, severity])).toEqual([
      ['shop/Deployment/web', 'kubescape:C-0057', undefined, 'high'],
      ['Group/system:masters', 'kubescape:C-0035', 'ClusterRole/cluster-admin, ClusterRoleBinding/cluster-admin', 'medium'],
    ])
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['kubescape:C-0016', 'not_run'],
      ['kubescape:C-0044', 'pass'],
      ['kubescape:C-0012', 'not_run'],
    ])
    // A control that the summary does not describe has the name that its result gives.
    expect(of(all, 'control').find(({ control_id }) => control_id === 'kubescape:C-0016')).toMatchObject({
      title: 'Allow privilege escalation',
    })
  })

  it('covers the frameworks that ran on the resources that it lists: others close nothing', async () => {
    const coverage = async (name: string) => of(await records(await sample(name)), 'coverage').map(({ asset, checks }) => [asset, checks])
    expect(await coverage('named-cluster-3.json')).toEqual([
      ['shop/Deployment/web', 'NSA'],
      ['Group/system:masters', 'NSA'],
    ])
    expect(await coverage('files-without-status.json')).toEqual([['code', 'AllControls, NSA']])
  })

  it('reads the totals of each control', async () => {
    const all = await records(await sample('summary-details.json'))
    expect(of(all, 'control_result')).toEqual([
      {
        kind: 'control_result',
        asset: 'cluster',
        control_id: 'kubescape:C-0002',
        status: 'fail',
        severity: 'medium',
        passed: 151,
        total: 153,
      },
      { kind: 'control_result', asset: 'cluster', control_id: 'kubescape:C-0005', status: 'not_applicable', severity: 'critical' },
    ])
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
    expect(of(all, 'asset')[0]!.names).toEqual([])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('reads JUnit', async () => {
    const all = await records(await sample('junit.xml'))
    expect(of(all, 'control_result').map(({ control_id, status, evidence }) => [control_id, status, evidence])).toEqual([
      ['kubescape:C-0002', 'fail', 'Exec into container failed on 1 resource(s)'],
      ['kubescape:C-0005', 'pass', undefined],
      ['kubescape:C-0012', 'not_run', 'configuration: empty'],
    ])
    expect(of(all, 'control')[0]).toMatchObject({ title: 'Exec into container', remediation: 'Restrict exec.' })
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('refuses what is no report', async () => {
    await expect(records(await openBytes('x', Buffer.from('{}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})

describe('names and words', () => {
  it.each([
    ['apps/v1/shop/Deployment/web', { namespace: 'shop', kind: 'Deployment', name: 'web', through: '' }],
    ['/v1//Namespace/shop', { namespace: '', kind: 'Namespace', name: 'shop', through: '' }],
    ['path=1/api=/v1/shop/ServiceAccount/web', { namespace: 'shop', kind: 'ServiceAccount', name: 'web', through: '' }],
    [
      '/shop/ServiceAccount/web/path=1/api=rbac.authorization.k8s.io/v1//ClusterRole/view',
      { namespace: 'shop', kind: 'ServiceAccount', name: 'web', through: 'ClusterRole/view' },
    ],
    ['odd', { namespace: '', kind: '', name: 'odd', through: '' }],
  ])('%s', (id, named) => expect(parseResourceId(id)).toEqual(named))

  it('never breaks on an id', () => fc.assert(fc.property(fc.string(), (id) => typeof parseResourceId(id).name === 'string')))

  it.each([
    [9, 'critical'],
    [7, 'high'],
    [4, 'medium'],
    [1, 'low'],
    [0, null],
    [34.4, null],
    ['9', null],
  ])('factor %s is %s', (factor, severity) => expect(severityOfFactor(factor)).toBe(severity))

  it('knows Kubescape’s words only', () => {
    expect(statusOf('passed', '')).toBe('pass')
    expect(statusOf('irrelevant', '')).toBe('not_applicable')
    expect(statusOf('DXdEYipMbalPQZCeLjdUodTtP', '')).toBeNull()
  })
})
