import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { awsInspector2 } from './aws-inspector2.ts'

async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of awsInspector2.parse(source, {})) list.push(record)
  return list
}
const sample = () => openFile(join(import.meta.dirname, 'samples', 'list-findings.json'))
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

const MACHINE = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0'
const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4'
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:load'

describe('aws-inspector2', () => {
  it('knows its own answer and no other list of findings', async () => {
    expect(awsInspector2.detect((await sample()).head)).toBe(true)
    expect(awsInspector2.detect({ name: 'x', text: '{"findings":[{"Id":"1","ProductArn":"arn:aws:securityhub:::x"}]}' })).toBe(false)
  })

  it('gives each standing item one finding', async () => {
    const all = await records(await sample())
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: MACHINE,
        vulnerability_ids: ['CVE-2099-0001'],
        access: 'full',
        severity: 'high',
        cvss: 7.5,
        title: 'CVE-2099-0001 - libb, liba',
        fixed_version: '1.3',
        component: { name: 'liba', version: '1:1.2-3.el7' },
        exploit_stage: 'public',
      },
      {
        kind: 'finding',
        asset: IMAGE,
        vulnerability_ids: ['CVE-2099-0002'],
        access: 'full',
        title: 'CVE-2099-0002 - zlib',
        component: { name: 'zlib', version: '1' },
      },
      expect.objectContaining({
        asset: FUNCTION,
        vulnerability_ids: ['CVE-2099-0003'],
        place: 'package.json',
        component: { name: 'left-pad', version: '1', type: 'nodepkg' },
      }),
      expect.objectContaining({
        asset: FUNCTION,
        control_id: 'aws-inspector2:python-log-injection',
        place: 'src/a.py:7',
        component: { name: 'src/a.py', type: 'file' },
      }),
      expect.objectContaining({ asset: MACHINE, control_id: 'aws-inspector2:network-reachability', place: '22/tcp', severity: 'medium' }),
    ])
    expect(of(all, 'skipped').map(({ reason }) => reason)).toEqual(['Suppressed', 'Expected a resource with an id; there is none'])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: MACHINE,
        vulnerability_ids: ['CVE-2099-0009'],
        closed_at: parseInstant('2026-01-05T07:00:00Z'),
        reason: 'CLOSED',
        at: 'findings[5]',
      },
    ])
    expect(of(all, 'vulnerability').find(({ vulnerability_id }) => vulnerability_id === 'CVE-2099-0003')!.aliases).toEqual([
      'GHSA-2222-3333-4444',
    ])
  })

  it('takes the time from each resource, in its zone', async () => {
    const assets = of(await records(await sample()), 'asset')
    expect(assets.map(({ asset, observed_at }) => [asset, observed_at])).toEqual([
      [MACHINE, parseInstant('2026-01-05T07:00:00Z')],
      [IMAGE, parseInstant('2026-01-05T07:00:00Z')],
      [FUNCTION, parseInstant('2026-01-07T07:00:00.5Z')],
    ])
    expect(assets[0]!.attributes).toMatchObject({ os: 'CENTOS 7', os_family: 'linux' })
  })

  it('closes nothing: the list may be filtered, and what it shows was found with more access than it has', async () => {
    const all = await records(await sample())
    expect(of(all, 'coverage').length).toBe(5)
    expect(of(all, 'coverage').every(({ access, checks }) => access === 'remote' && checks === 'listed')).toBe(true)
    expect(of(all, 'finding').every(({ access }) => access === 'full')).toBe(true)
  })

  it('takes an empty list when told to', async () => {
    expect((await records(await openBytes('x.json', Buffer.from('{"findings": []}')))).map(({ kind }) => kind)).toEqual(['report'])
    await expect(records(await openBytes('x.json', Buffer.from('{"findings": [{}]}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
