import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { openBytes, openFile } from '../../readers/file.ts'
import { asff } from './asff.ts'

async function records(name: string): Promise<FileRecord[]> {
  const { head, source } = await openFile(join(import.meta.dirname, 'samples', name))
  expect(asff.detect(head)).toBe(true)
  return collect(asff.parse(source, {}))
}
async function collect(all: AsyncIterable<FileRecord>): Promise<FileRecord[]> {
  const list: FileRecord[] = []
  for await (const record of all) list.push(record)
  return list
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

const BUCKET = 'arn:aws:s3:::shop-logs'
const MACHINE = 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0'
const IMAGE = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4'

describe('asff', () => {
  it('lets the product say what an item is', async () => {
    const all = await records('get-findings.json')
    expect(of(all, 'report')).toEqual([
      { kind: 'report', source: 'aws-security-hub', tool: 'AWS Security Hub', tool_version: null, observed_at: null },
    ])
    expect(of(all, 'control_result').map(({ asset, control_id, status, severity }) => [asset, control_id, status, severity])).toEqual([
      [BUCKET, 'aws-security-hub:S3.2', 'fail', 'high'],
      [BUCKET, 'aws-security-hub:S3.8', 'pass', undefined],
      [BUCKET, 'aws-security-hub:S3.9', 'not_run', undefined],
      [BUCKET, 'aws-security-hub:S3.5', 'not_run', undefined],
      ['arn:aws:iam::111122223333:root', 'aws-security-hub:IAM.5', 'not_run', undefined],
    ])
    expect(of(all, 'control_result')[0]!.evidence).toBe('The bucket is public.')
    expect(of(all, 'control')[0]).toMatchObject({
      severity: 'high',
      url: 'https://example.com/S3.2',
      frameworks: [
        { framework: 'PCI DSS v3.2.1', requirement: '1.2.1' },
        { framework: 'NIST.800-53.r5', requirement: 'AC-4' },
        { framework: 'aws-foundational-security-best-practices/v/1.0.0', requirement: 'S3.2' },
      ],
    })
    expect(
      of(all, 'finding').map(({ asset, vulnerability_ids, control_id, place }) => [asset, vulnerability_ids ?? control_id, place]),
    ).toEqual([
      [MACHINE, ['CVE-2099-0001'], undefined],
      [IMAGE, ['CVE-2099-0002'], 'go.mod'],
      [MACHINE, 'aws-inspector2:network-reachability', '22/tcp'],
      [MACHINE, 'aws-guardduty:Recon:EC2-Portscan', undefined],
    ])
    expect(of(all, 'skipped').map(({ at, reason }) => [at, reason])).toEqual([['Findings[9]', 'A sample finding, not a real one']])
    expect(of(all, 'closed')).toEqual([
      {
        kind: 'closed',
        asset: MACHINE,
        vulnerability_ids: ['CVE-2099-0003'],
        closed_at: parseInstant('2026-01-05T08:00:00Z'),
        reason: 'ARCHIVED',
        at: 'Findings[10]',
      },
    ])
  })

  it('reads package, rating and fix of a vulnerability, of several packages the first by name', async () => {
    const [machine, image] = of(await records('get-findings.json'), 'finding')
    expect(machine).toMatchObject({
      severity: 'critical',
      cvss: 9.8,
      exploit_stage: 'public',
      fixed_version: '1.3-1',
      component: { name: 'liba', version: '2:1.2-3ubuntu1' },
    })
    expect(image).toMatchObject({ component: { name: 'zlib', version: '1', type: 'gomod' } })
    expect(image).not.toHaveProperty('fixed_version')
    expect(image).not.toHaveProperty('severity')
  })

  it('names machines and images as other tools do, each looked at when its newest item was', async () => {
    const assets = of(await records('get-findings.json'), 'asset')
    expect(assets.filter(({ asset }) => asset === BUCKET).at(-1)!.observed_at).toBe(parseInstant('2026-01-06T08:00:00Z'))
    expect(assets.find(({ asset }) => asset === MACHINE)).toMatchObject({
      type: 'device',
      name: 'web-1',
      names: [
        { type: 'cloud_id', name: MACHINE },
        { type: 'cloud_id', name: 'i-0123456789abcdef0' },
        { type: 'ip', name: '10.0.0.5' },
      ],
      attributes: { os: 'UBUNTU 22 04', os_family: 'linux', region: 'eu-west-1' },
    })
    // An event that is last seen in the year 2200 says nothing about when it was looked at.
    expect(assets.filter(({ asset }) => asset === MACHINE).at(-1)!.observed_at).toBe(parseInstant('2026-01-05T08:00:00Z'))
    expect(assets.find(({ asset }) => asset === IMAGE)).toMatchObject({
      type: 'image',
      attributes: { image_digest: `sha256:${'1'.repeat(64)}` },
    })
  })

  it('closes nothing from a list that may be any part of what Security Hub has', async () => {
    const all = await records('get-findings.json')
    const coverage = of(all, 'coverage')
    expect(coverage.map(({ asset, subject }) => [asset, subject])).toEqual([
      [BUCKET, 'control'],
      [MACHINE, 'vulnerability'],
      [IMAGE, 'vulnerability'],
    ])
    // What was opened with full access is only closed by a look with full access.
    expect(coverage.every(({ access, checks }) => access === 'remote' && checks === 'listed')).toBe(true)
    expect(of(all, 'finding').every(({ access }) => access === 'full')).toBe(true)
  })

  it("reads Prowler's own file as Prowler's, with its coverage", async () => {
    const all = await records('prowler-3.json')
    expect(of(all, 'report')[0]).toMatchObject({ source: 'prowler', tool: 'Prowler', tool_version: '3.3.0' })
    expect(of(all, 'control_result').map(({ asset, control_id, status, place }) => [asset, control_id, status, place])).toEqual([
      [BUCKET, 'prowler:s3_bucket_public_access', 'fail', undefined],
      [BUCKET, 'prowler:s3_bucket_default_encryption', 'pass', undefined],
      ['arn:aws:iam::111122223333:root', 'prowler:account_maintain_contacts', 'not_run', 'eu-west-1'],
      ['arn:aws:iam::111122223333:root', 'prowler:cloudtrail_multi_region_enabled', 'fail', 'eu-west-2'],
    ])
    expect(of(all, 'coverage')).toEqual([
      { kind: 'coverage', asset: BUCKET, subject: 'control' },
      { kind: 'coverage', asset: 'arn:aws:iam::111122223333:root', subject: 'control' },
    ])
    expect(of(all, 'control')[0]!.frameworks).toEqual([
      { framework: 'CIS-1.5', requirement: '2.1.5' },
      { framework: 'AWS-Foundational-Security-Best-Practices', requirement: 's3' },
      { framework: 'AWS-Foundational-Security-Best-Practices', requirement: 'iam' },
    ])
    const two = await records('prowler-2.asff-json')
    expect(of(two, 'control')[0]).toMatchObject({ control_id: 'prowler:check12', title: 'Ensure MFA' })
    expect(of(two, 'control')[0]).not.toHaveProperty('frameworks')
  })

  it("reads Trivy's, SAF's and an event", async () => {
    const trivy = await records('trivy.json')
    expect(of(trivy, 'report')[0]!.source).toBe('trivy')
    expect(of(trivy, 'asset')[0]).toMatchObject({
      name: 'shop/web:1.4',
      names: [{ type: 'image', name: 'docker.io/shop/web:1.4' }],
      attributes: { os: 'alpine 3.19.1' },
    })
    expect(of(trivy, 'finding')).toMatchObject([
      {
        vulnerability_ids: ['CVE-2099-0004'],
        cvss: 7.5,
        fixed_version: '1.2.4',
        component: { name: 'musl', version: '1.2.3' },
        title: 'musl: made up',
      },
      { control_id: 'trivy:DS-0002', place: 'Dockerfile:3' },
    ])
    expect(of(trivy, 'asset')[1]).toMatchObject({ type: 'repository', names: [] })
    const saf = await records('saf.json')
    expect(of(saf, 'control')[0]).toMatchObject({ control_id: 'asff:disa_stig/V-1', title: 'V-1 | [AC-8] | Show a banner' })
    expect(of(saf, 'skipped')).toHaveLength(1)
    expect(of(await records('event.json'), 'control_result')).toHaveLength(1)
  })

  it('takes an empty list when told to, and refuses what it does not know', async () => {
    const parse = async (text: string) => collect(asff.parse((await openBytes('x.json', Buffer.from(text))).source, {}))
    expect((await parse('{"Findings": []}')).map(({ kind }) => kind)).toEqual(['report'])
    await expect(parse('{"findings": [{"findingArn": "x"}]}')).rejects.toMatchObject({ code: 'unreadable_report' })
    expect(asff.detect({ name: 'x', text: '[{"ProductArn":"arn:aws:s3:::x","SchemaVersion":"1"}]' })).toBe(false)
  })
})
