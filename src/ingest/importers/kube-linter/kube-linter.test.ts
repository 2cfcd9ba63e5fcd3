import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { kubeLinter } from './kube-linter.ts'

const sample = () => openFile(join(import.meta.dirname, 'samples/one-report.json'))
const made = (value: unknown) => openBytes('x.json', Buffer.from(JSON.stringify(value)))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kubeLinter.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('kube-linter', () => {
  it('knows its report by its content', async () => {
    expect(kubeLinter.detect((await sample()).head)).toBe(true)
    for (const text of ['{"Checks": []}', '[]', '{"Reports": []}']) expect(kubeLinter.detect({ name: 'x.json', text })).toBe(false)
  })

  it('makes a finding of each report, and passes the checks that found nothing', async () => {
    const all = await records(await sample())
    expect(of(all, 'report')).toEqual([
      {
        kind: 'report',
        source: 'kube-linter',
        tool: 'KubeLinter',
        tool_version: '0.6.8',
        observed_at: parseInstant('2026-03-02T10:00:00.123456Z'),
      },
    ])
    expect(of(all, 'finding').map(({ component, title, place }) => [component?.name, title, place])).toEqual([
      ['deploy/web.yaml shop/Deployment/web', 'container "web" is not set to runAsNonRoot', 'deploy/web.yaml'],
      ['deploy/web.yaml shop/Deployment/web (2)', 'container "log" is not set to runAsNonRoot', 'deploy/web.yaml'],
    ])
    expect(of(all, 'control_result')).toEqual([
      { kind: 'control_result', asset: 'code', control_id: 'kube-linter:dangling-service', status: 'pass' },
    ])
    expect(of(all, 'control')[0]).toMatchObject({ title: 'Indicates when containers may run as root.', remediation: 'Set runAsNonRoot.' })
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('covers the set of checks that ran: fewer checks close nothing of it', async () => {
    const checks = async (file: OpenFile) => of(await records(file), 'coverage').map((one) => one.checks)
    expect(await checks(await sample())).toEqual(['dangling-service, run-as-non-root'])
    expect(await checks(await made({ Checks: [{ name: 'dangling-service' }], Reports: null, Summary: {} }))).toEqual(['dangling-service'])
  })

  it('refuses what is no report', async () => {
    await expect(records(await made({}))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
