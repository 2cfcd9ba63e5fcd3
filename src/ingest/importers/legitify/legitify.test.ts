import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { legitify } from './legitify.ts'

async function records(file: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of legitify.parse(file.source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]
const sample = () => openFile(join(import.meta.dirname, 'samples/flattened.json'))

describe('legitify', () => {
  it('gives each thing that a policy looked at one result', async () => {
    const file = await sample()
    expect(legitify.detect(file.head)).toBe(true)
    const all = await records(file)
    expect(of(all, 'control_result').map((one) => [one.asset, one.status, one.severity])).toEqual([
      ['https://github.com/example-org/shop', 'fail', 'high'],
      ['https://github.com/example-org/site', 'pass', 'high'],
      ['https://github.com/example-org/old', 'not_run', 'high'],
      ['github:example-org', 'fail', 'high'],
    ])
    expect(of(all, 'asset').map((one) => [one.type, one.name])).toEqual([
      ['repository', 'https://github.com/example-org/shop'],
      ['repository', 'https://github.com/example-org/site'],
      ['repository', 'https://github.com/example-org/old'],
      ['account', 'Example-Org'],
    ])
    expect(of(all, 'skipped').map((one) => one.reason)).toEqual(['expected the canonicalLink of what was looked at'])
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'legitify:data.repository.code_review_not_required',
      title: 'Default Branch Should Require Code Review',
      severity: 'high',
      category: 'repository',
      description: 'Separation of duties.\nCode can be merged unseen.',
      remediation: '1. Open the settings\n2. Require it',
    })
  })

  it('covers what a policy answered for, and not what it only skipped', async () => {
    expect(of(await records(await sample()), 'coverage').map((one) => one.asset)).toEqual([
      'https://github.com/example-org/shop',
      'https://github.com/example-org/site',
      'github:example-org',
    ])
  })

  it('refuses another JSON', async () => {
    await expect(records(await openBytes('l', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
