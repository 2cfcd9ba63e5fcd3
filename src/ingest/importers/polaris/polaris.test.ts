import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { polaris } from './polaris.ts'

const path = (name: string) => join(import.meta.dirname, 'samples', name)
const sample = (name: string) => openFile(path(name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of polaris.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('polaris', () => {
  it('knows its reports by their content', async () => {
    for (const name of ['named-cluster.json', 'path-1.0.json']) expect(polaris.detect((await sample(name)).head)).toBe(true)
    for (const text of ['{}', '[]', '{"AuditTime": "", "Results": []}']) expect(polaris.detect({ name: 'polaris.json', text })).toBe(false)
  })

  it('makes a finding of each check without success, by resource and container', async () => {
    const all = await records(await sample('named-cluster.json'))
    expect(of(all, 'report')[0]).toMatchObject({ source: 'polaris', observed_at: parseInstant('2026-03-02T10:00:00Z') })
    expect(of(all, 'asset')).toMatchObject([
      { type: 'cloud_resource', names: [{ type: 'label', name: 'polaris/prod/shop/Deployment/web' }] },
    ])
    expect(
      of(all, 'finding').map(({ control_id, component, title, severity, place }) => [control_id, component?.name, title, severity, place]),
    ).toEqual([
      ['polaris:deploymentMissingReplicas', undefined, 'Only one replica is scheduled', 'medium', 'shop/Deployment/web'],
      ['polaris:runAsPrivileged', 'server', 'Should not be running as privileged: see docs', 'high', 'shop/Deployment/web server'],
    ])
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'polaris:hostIPCSet', status: 'pass' }])
    expect(of(all, 'skipped')).toHaveLength(2)
  })

  it('asks for the name of a repository, and of a cluster that only its address names', async () => {
    const files = await records(await sample('path-1.0.json'))
    expect(of(files, 'asset')).toEqual([{ kind: 'asset', asset: 'code', type: 'repository', name: '', names: [] }])
    expect(of(files, 'finding')[0]!.component?.name).toBe('Deployment/web')
    const text = (await readFile(path('named-cluster.json'), 'utf8')).replace('"prod"', '"https://10.96.0.1:443"')
    const unnamed = await records(await openBytes('x', Buffer.from(text)))
    expect(of(unnamed, 'asset')).toMatchObject([{ type: 'cluster', names: [] }])
    expect(of(unnamed, 'finding')[1]!.component?.name).toBe('shop/Deployment/web server')
  })

  it('covers what it lists: another path, namespace or resource closes nothing', async () => {
    const coverage = async (file: OpenFile) => of(await records(file), 'coverage').map(({ asset, checks }) => [asset, checks])
    expect(await coverage(await sample('named-cluster.json'))).toEqual([['shop/Deployment/web', undefined]])
    expect(await coverage(await sample('path-1.0.json'))).toEqual([['code', 'deploy']])
    const text = (await readFile(path('named-cluster.json'), 'utf8')).replace('"prod"', '"https://10.96.0.1:443"')
    expect(await coverage(await openBytes('x', Buffer.from(text)))).toEqual([['cluster', 'shop']])
  })

  it('refuses what is no report', async () => {
    await expect(records(await openBytes('x', Buffer.from('{}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
