import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { snyk } from './snyk.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of snyk.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)
const covered = async (name: string) =>
  of(await records(await sample(name)), 'coverage').map(({ asset, subject, min_severity, checks, access }) => [
    asset,
    subject,
    min_severity,
    checks,
    access,
  ])

describe('snyk', () => {
  it.each(['test.json', 'all-projects.json', 'container.json', 'remote-none.json', 'iac.json', 'api-issues.json'])(
    'knows %s by its content',
    async (name) => {
      expect(snyk.detect((await sample(name)).head)).toBe(true)
    },
  )

  it('gives each way to a vulnerable package a finding, and names it by its CVE', async () => {
    const all = await records(await sample('test.json'))
    expect(
      of(all, 'finding').map(({ vulnerability_ids, control_id, component }) => [vulnerability_ids ?? control_id, component?.name]),
    ).toEqual([
      [['CVE-2099-0001'], 'left-pad'],
      [['CVE-2099-0001'], 'left-pad'],
      [['snyk:npm:old:20180101'], 'old'],
      ['snyk:lic:npm:tiny:LGPL-2.1', 'tiny'],
    ])
    expect(of(all, 'finding')[0]).toEqual({
      kind: 'finding',
      asset: 'folder',
      vulnerability_ids: ['CVE-2099-0001'],
      severity: 'critical',
      cvss: 7.5,
      exploit_stage: 'public',
      title: 'Made-up flaw',
      component: { name: 'left-pad', version: '1.0', type: 'npm' },
      fixed_version: '2.0, 1.9',
      place: 'web/package-lock.json',
    })
    expect(of(all, 'vulnerability')[0]).toMatchObject({
      aliases: ['GHSA-2222-3333-4444', 'SNYK-JS-LEFTPAD-1'],
      url: 'https://example.com/a',
    })
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['vulnerabilities[4]', 'filtered.ignore[0]'])
  })

  it('never names a folder of the machine that tested', async () => {
    const all = await records(await sample('all-projects.json'))
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'folder', type: 'repository', name: '', names: [] }])
    expect(JSON.stringify(all)).not.toContain('/home/dev')
  })

  it('names an image and a repository, and reads what an image holds beside its packages', async () => {
    const image = await records(await sample('container.json'))
    expect(of(image, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'registry.example.com/shop/web:1.4' }])
    expect(of(image, 'finding').map(({ component, fixed_version, place }) => [component?.name, fixed_version, place])).toEqual([
      ['zlib1g', '1:1.3', undefined],
      ['left-pad', '2.0, 1.9', '/app/package.json'],
    ])
    expect(of(await records(await sample('remote-none.json')), 'asset')[0]!.names).toEqual([
      { type: 'repository', name: 'https://github.com/example/shop' },
    ])
  })

  it('reads rules of infrastructure code and issues of the API', async () => {
    expect(of(await records(await sample('iac.json')), 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'folder',
        control_id: 'snyk:SNYK-CC-TF-1',
        severity: 'high',
        title: 'Open security group',
        component: { name: 'main.tf resource.aws_security_group[web].ingress', type: 'file' },
        place: 'main.tf:7',
      },
    ])
    const issues = await records(await sample('api-issues.json'))
    expect(
      of(issues, 'finding').map(({ asset, vulnerability_ids, control_id, place, access }) => [
        asset,
        vulnerability_ids ?? control_id,
        place,
        access,
      ]),
    ).toEqual([
      ['project-1', ['CVE-2099-0005'], undefined, 'full'],
      ['project-1', 'snyk:code:SQL Injection', 'a.py:7', 'full'],
    ])
    expect(of(issues, 'skipped').map(({ reason }) => reason)).toEqual(['Ignored by a policy of Snyk'])
    expect(of(issues, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: 'project-1',
        vulnerability_ids: ['snyk:y'],
        component: { name: 'pillow' },
        closed_at: parseInstant('2026-03-01T10:00:00Z'),
        reason: 'resolved',
        at: 'data[2]',
      },
    ])
  })

  it('covers the tested file above the threshold, a list of projects the whole, a page of issues nothing', async () => {
    expect(await covered('test.json')).toEqual([['folder', 'vulnerability', 'high', 'web/package-lock.json', undefined]])
    expect(await covered('all-projects.json')).toEqual([['folder', 'vulnerability', undefined, undefined, undefined]])
    expect(await covered('container.json')).toEqual([
      ['registry.example.com/shop/web:1.4', 'vulnerability', undefined, undefined, undefined],
    ])
    expect(await covered('iac.json')).toEqual([['folder', 'control', undefined, 'configuration main.tf', undefined]])
    expect(await covered('api-issues.json')).toEqual([
      ['project-1', 'vulnerability', undefined, 'listed', 'remote'],
      ['project-1', 'control', undefined, 'listed', 'remote'],
    ])
  })

  it('covers nothing where Snyk could not test', async () => {
    const text = '{"vulnerabilities":[],"dependencyCount":0,"uniqueCount":0,"ok":false,"error":"no manifest","path":"."}'
    const all = await records(await openBytes('x.json', Buffer.from(text)))
    expect(all.map(({ kind }) => kind)).toEqual(['report', 'skipped'])
    await expect(records(await openBytes('x.json', Buffer.from('{"vulnerabilities":[{"id":"1"}]}')))).rejects.toMatchObject({
      code: 'unreadable_report',
    })
  })
})
