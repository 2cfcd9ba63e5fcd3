import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { kubeHunter } from './kube-hunter.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kubeHunter.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('kube-hunter', () => {
  it('knows its reports by their content', async () => {
    for (const name of ['from-pod.json', 'from-outside.json']) expect(kubeHunter.detect((await sample(name)).head)).toBe(true)
    for (const text of ['[]', '{"nodes": []}', '{"vulnerabilities": []}']) expect(kubeHunter.detect({ name: 'x', text })).toBe(false)
  })

  it('makes a finding of each entry, by its CVE, its number or its name', async () => {
    const all = await records(await sample('from-pod.json'))
    expect(of(all, 'asset')).toMatchObject([{ type: 'cluster', names: [] }])
    expect(
      of(all, 'finding').map(({ vulnerability_ids, component, place, severity }) => [vulnerability_ids, component?.name, place, severity]),
    ).toEqual([
      [['kube-hunter:KHV050'], 'Local to Pod', 'Local to Pod (kube-hunter-abc12)', 'low'],
      [['kube-hunter:CAP_NET_RAW Enabled'], '10.0.1.1:10250', '10.0.1.1:10250', 'medium'],
      [['CVE-2018-1002105'], '10.0.1.1:443', '10.0.1.1:443', 'high'],
    ])
    expect(of(all, 'vulnerability').map(({ url }) => url)).toEqual(['https://avd.aquasec.com/kube-hunter/khv050/', undefined, undefined])
    expect(of(all, 'vulnerability')[0]!.description).toBe('Gives an attacker the option to use the API')
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('covers the cluster from inside of a pod; from outside, where the file does not tell what was looked at, nothing', async () => {
    expect(of(await records(await sample('from-pod.json')), 'coverage')).toEqual([
      { kind: 'coverage', asset: 'cluster', subject: 'vulnerability', access: 'remote', checks: 'from a pod' },
    ])
    expect(of(await records(await sample('from-outside.json')), 'coverage')).toEqual([])
  })

  it('takes an empty list as nothing found when it is told so', async () => {
    expect((await records(await openBytes('x', Buffer.from('[]')))).map(({ kind }) => kind)).toEqual(['report', 'asset'])
    await expect(records(await openBytes('x', Buffer.from('x')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
