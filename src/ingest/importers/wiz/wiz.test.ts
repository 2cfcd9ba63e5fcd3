import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { wiz } from './wiz.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
async function records(file: OpenFile): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of wiz.parse(file.source, {})) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

describe('wiz', () => {
  it.each(['issues.csv', 'cli-image.json', 'cli-folder.json', 'cli-iac.json'])('knows %s by its content', async (name) => {
    expect(wiz.detect((await sample(name)).head)).toBe(true)
  })

  it('gives each issue a result of its control; what went without being fixed is not run', async () => {
    const all = await records(await sample('issues.csv'))
    expect(of(all, 'report')[0]).toMatchObject({ source: 'wiz', observed_at: null })
    expect(
      of(all, 'control_result').map(({ asset, control_id, status, severity, place }) => [asset, control_id, status, severity, place]),
    ).toEqual([
      ['v-1', 'wiz:c-1', 'fail', 'critical', undefined],
      ['v-2', 'wiz:c-1', 'pass', 'critical', undefined],
      ['v-3', 'wiz:c-2', 'fail', 'low', undefined],
      ['v-4', 'wiz:c-3', 'not_run', 'informational', 'shop/web'],
      ['v-5', 'wiz:c-3', 'not_run', 'low', undefined],
    ])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['line 8'])
    expect(of(all, 'control')[0]).toMatchObject({
      title: 'Public bucket',
      severity: 'critical',
      description: 'Two\nlines, made up.',
      remediation: 'Block it.',
    })
  })

  it("names resources as other tools do, and by Wiz's own id", async () => {
    const assets = of(await records(await sample('issues.csv')), 'asset')
    expect(assets.map(({ type, names }) => [type, names.map(({ name }) => name)])).toEqual([
      ['cloud_resource', ['arn:aws:s3:::shop-logs', 'wiz:v-1']],
      ['cloud_resource', ['arn:aws:s3:::shop-site', 'wiz:v-2']],
      [
        'device',
        [
          '/subscriptions/0a000000-0000-4000-8000-000000000002/resourcegroups/shop/providers/microsoft.compute/virtualmachines/web',
          'wiz:v-3',
        ],
      ],
      ['identity', ['wiz:v-4']],
      ['cloud_resource', ['wiz:v-5']],
    ])
    expect(assets[2]).toMatchObject({ name: 'Web', inactive: true, attributes: { os_family: 'linux', cloud_provider: 'azure' } })
  })

  it('closes nothing from a list of issues: what it omits may have been filtered out', async () => {
    const coverage = of(await records(await sample('issues.csv')), 'coverage')
    expect(coverage.map(({ asset, access, checks }) => [asset, access, checks])).toEqual([
      ['v-1', 'remote', 'listed'],
      ['v-2', 'remote', 'listed'],
      ['v-3', 'remote', 'listed'],
    ])
  })

  it('reads an image scan of the CLI: packages, exploits, secrets without their text', async () => {
    const all = await records(await sample('cli-image.json'))
    expect(of(all, 'report')[0]).toMatchObject({ source: 'wiz-cli', observed_at: parseInstant('2026-01-05T08:00:00.5Z') })
    expect(of(all, 'asset')[0]).toMatchObject({
      names: [{ type: 'image', name: 'docker.io/shop/web:1.4' }],
      attributes: { image_digest: `sha256:${'1'.repeat(64)}` },
    })
    expect(of(all, 'finding')).toEqual([
      expect.objectContaining({
        vulnerability_ids: ['CVE-2099-0001'],
        severity: 'high',
        cvss: 7.5,
        exploit_stage: 'known_exploited',
        fixed_version: '2.0',
      }),
      expect.objectContaining({ vulnerability_ids: ['GHSA-2222-3333-4444'], exploit_stage: 'public', place: '/app/package.json' }),
      {
        kind: 'finding',
        asset: 'scanned',
        control_id: 'wiz-cli:secret-password',
        title: 'Secret in a file: Password',
        component: { name: '/app/a.go', type: 'file' },
        place: '/app/a.go:3',
      },
    ])
    expect(of(all, 'vulnerability')[0]!.aliases).toEqual(['GHSA-2222-3333-4444'])
    expect(of(all, 'skipped').map(({ at }) => at)).toEqual(['result.libraries[0].vulnerabilities[1]', 'result.dataFindings[0]'])
    expect(JSON.stringify(all)).not.toContain('made-up)')
  })

  it('covers only what the policies of the scan looked for', async () => {
    const covered = async (name: string) =>
      of(await records(await sample(name)), 'coverage').map(({ subject, checks }) => [subject, checks])
    expect(await covered('cli-image.json')).toEqual([
      ['vulnerability', undefined],
      ['control', 'secrets'],
    ])
    expect(await covered('cli-folder.json')).toEqual([['vulnerability', undefined]])
    expect(await covered('cli-iac.json')).toEqual([['control', 'configuration']])
    const failed =
      '{"createdAt":"2026-01-05T08:00:00Z","status":{"state":"FAILED"},"policies":[{"params":{"__typename":"cicdscanpolicyparamsvulnerabilities"}}],"scanOriginResource":{"__typename":"CICDScanOriginContainerImage","name":"a:1"},"result":{}}'
    expect(of(await records(await openBytes('x.json', Buffer.from(failed))), 'coverage')).toEqual([])
  })

  it('never names a folder of the machine that scanned', async () => {
    const all = await records(await sample('cli-folder.json'))
    expect(of(all, 'asset')).toEqual([{ kind: 'asset', asset: 'scanned', type: 'repository', name: '', names: [] }])
    expect(of(await records(await sample('cli-iac.json')), 'finding').map(({ place, component }) => [place, component?.name])).toEqual([
      ['main.tf:7', 'main.tf aws_s3_bucket.logs'],
      ['main.tf:17', 'main.tf aws_s3_bucket.site'],
    ])
  })

  it('refuses what it does not know', async () => {
    await expect(records(await openBytes('x.json', Buffer.from('{"a":1}')))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
