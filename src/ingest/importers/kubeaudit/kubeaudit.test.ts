import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { kubeaudit } from './kubeaudit.ts'

const sample = () => openFile(join(import.meta.dirname, 'samples/all.json'))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kubeaudit.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('kubeaudit', () => {
  it('knows its report by its content', async () => {
    expect(kubeaudit.detect((await sample()).head)).toBe(true)
    for (const text of ['{"level": "error", "msg": "x"}', '[]', '[{"AuditResultName": "x", "level": "error"}]'])
      expect(kubeaudit.detect({ name: 'x', text })).toBe(false)
  })

  it('makes a finding of each error and warning, by resource and container', async () => {
    const all = await records(await sample())
    expect(of(all, 'report')[0]).toMatchObject({ observed_at: parseInstant('2026-03-02T10:00:00Z') })
    expect(of(all, 'asset')).toMatchObject([{ type: 'cluster', names: [] }])
    expect(of(all, 'finding').map(({ control_id, component, severity, title }) => [control_id, component?.name, severity, title])).toEqual([
      ['kubeaudit:AppArmorAnnotationMissing', 'shop/Deployment/web server', 'high', 'AppArmor annotation missing.'],
      ['kubeaudit:LimitsNotSet', 'shop/Deployment/web server', 'medium', 'Resource limits not set.'],
    ])
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'kubeaudit:NamespaceHostNetworkTrueAllowed', status: 'not_run' }])
    expect(of(all, 'skipped')).toMatchObject([{ at: 'document 4' }])
  })

  it('covers the controls of the cluster, and no vulnerabilities', async () => {
    expect(of(await records(await sample()), 'coverage')).toEqual([{ kind: 'coverage', asset: 'cluster', subject: 'control' }])
  })

  it('refuses an empty file', async () => {
    await expect(records(await openBytes('x', new Uint8Array()))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
