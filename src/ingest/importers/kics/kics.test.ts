import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { kics } from './kics.ts'

const path = join(import.meta.dirname, 'samples/v1.7.json')
const changed = async (change: Record<string, unknown>) =>
  openBytes('x.json', Buffer.from(JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change })))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of kics.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('kics', () => {
  it('knows its report by its content', async () => {
    expect(kics.detect((await openFile(path)).head)).toBe(true)
    for (const text of ['{}', '[]', '{"queries": []}']) expect(kics.detect({ name: 'results.json', text })).toBe(false)
  })

  it('makes a finding of each place of a query', async () => {
    const all = await records(await openFile(path))
    expect(of(all, 'report')).toEqual([
      { kind: 'report', source: 'kics', tool: 'KICS', tool_version: '1.7.13', observed_at: parseInstant('2026-03-02T10:00:09.2Z') },
    ])
    expect(of(all, 'finding').map(({ component, place, severity, title }) => [component?.name, place, severity, title])).toEqual([
      ['main.tf aws_s3_bucket[logs]', 'main.tf:5', 'high', 'encryption is missing'],
      ['main.tf aws_s3_bucket[site]', 'main.tf:15', 'high', 'encryption is missing'],
      ['main.tf aws_s3_bucket[logs]', 'main.tf:5', 'informational', 'Bill Of Materials'],
    ])
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'kics:00000000-0000-4000-8000-000000000001',
      title: 'Bucket Without Encryption',
      severity: 'high',
      category: 'Encryption',
      description: 'A bucket should be encrypted.',
      url: 'https://example.com/s3',
      product: 'Terraform',
      frameworks: [
        { framework: 'CIS', requirement: '2.1.1' },
        { framework: 'CWE', requirement: 'CWE-311' },
      ],
    })
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('covers the paths that were scanned: another folder closes nothing of them', async () => {
    const checks = async (paths: unknown) => of(await records(await changed({ paths })), 'coverage').map((one) => one.checks)
    expect(await checks(['/builds/1/infra', './web/'])).toEqual(['infra, web'])
    expect(await checks(['/builds/2/infra'])).toEqual(['infra'])
    expect(await checks(undefined)).toEqual([undefined])
  })

  it('covers nothing where a file or a query failed', async () => {
    const coverage = async (change: Record<string, unknown>) => of(await records(await changed(change)), 'coverage').length
    expect(await coverage({})).toBe(1)
    expect(await coverage({ files_failed_to_scan: 1 })).toBe(0)
    expect(await coverage({ queries_failed_to_execute: 3 })).toBe(0)
  })

  it('asks for the time where there is none', async () => {
    expect(of(await records(await changed({ start: undefined, end: '0001-01-01T00:00:00Z' })), 'report')[0]!.observed_at).toBeNull()
  })

  it('refuses what is no report', async () => {
    await expect(records(await openBytes('x', Buffer.from('{}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
