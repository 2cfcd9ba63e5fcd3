import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { popeye } from './popeye.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of popeye.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('popeye', () => {
  it('knows its reports by their content', async () => {
    for (const name of ['sections-0.21.json', 'sanitizers-0.11.json']) expect(popeye.detect((await sample(name)).head)).toBe(true)
    for (const text of ['{}', '{"popeye": "x"}', '[]']) expect(popeye.detect({ name: 'popeye.json', text })).toBe(false)
  })

  it('makes a finding of each issue that is not fine, on the resource of the named cluster', async () => {
    const all = await records(await sample('sections-0.21.json'))
    expect(of(all, 'report')[0]).toMatchObject({ observed_at: parseInstant('2026-03-02T10:00:00Z') })
    expect(of(all, 'asset').map(({ names }) => names[0]!.name)).toEqual([
      'popeye/prod/shop/Deployment/web',
      'popeye/prod/shop/Deployment/api',
      'popeye/prod/cluster/Version',
    ])
    expect(
      of(all, 'finding').map(({ asset, control_id, component, severity, title }) => [asset, control_id, component?.name, severity, title]),
    ).toEqual([
      ['shop/Deployment/web', 'popeye:POP-106', 'server', 'medium', 'No resources requests/limits defined'],
      ['shop/Deployment/web', 'popeye:POP-501', undefined, 'high', 'Unhealthy 1 desired but have 0 available'],
    ])
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'popeye:POP-406', status: 'pass' }])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('asks for the name of an unnamed cluster, whose resources are the parts', async () => {
    const all = await records(await sample('sanitizers-0.11.json'))
    expect(of(all, 'asset')).toMatchObject([{ type: 'cluster', names: [] }])
    expect(of(all, 'finding')).toMatchObject([{ severity: 'low', component: { name: 'shop/Pod/web-1 server' } }])
    expect(of(all, 'report')[0]!.observed_at).toBeNull()
  })

  it('covers what it lists, resources without issues included: one namespace closes nothing of another', async () => {
    const coverage = async (name: string) => of(await records(await sample(name)), 'coverage').map(({ asset, checks }) => [asset, checks])
    expect(await coverage('sections-0.21.json')).toEqual([
      ['shop/Deployment/web', 'all'],
      ['shop/Deployment/api', 'all'],
      ['cluster/Version', 'all'],
    ])
    expect(await coverage('sanitizers-0.11.json')).toEqual([['cluster', 'namespace shop, pods, services']])
  })

  it('refuses what is no report', async () => {
    await expect(records(await openBytes('x', Buffer.from('{}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
