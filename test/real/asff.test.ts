import { describe, expect, it } from 'vitest'
import { asff } from '../../src/ingest/importers/asff/asff.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

describe.skipIf(!data)(`asff on real reports (${data ? data.root : withoutRealData})`, () => {
  const all = [...(data?.files('reports/asff') ?? []), ...(data?.files('reports/aws-security-hub') ?? [])]
  const read = async (name: string) => recordsOf(asff, all.find(({ path }) => path.endsWith(name))!.file)

  it("counts Prowler's results as jq counts them, and keeps words in place of an id out of the inventory", async () => {
    const records = await read('prowler-output.asff.json.gz')
    const statuses = of(records, 'control_result').map(({ status }) => status)
    expect(['fail', 'pass', 'not_run'].map((status) => statuses.filter((one) => one === status).length)).toEqual([286, 441, 4])
    const assets = of(records, 'asset')
    expect(assets.filter(({ name }) => /\s/.test(name))).toEqual([])
    expect(assets.find(({ name }) => name === 'wikipedia-bff')!.names).toEqual([{ type: 'cloud_id', name: 'arn:aws:s3:::wikipedia-bff' }])
    expect(of(records, 'control').find(({ control_id }) => control_id === 'prowler:accessanalyzer_enabled')!.frameworks).toEqual([
      { framework: 'CIS-1.5', requirement: '1.20' },
      { framework: 'CIS-1.4', requirement: '1.20' },
    ])
  })

  it('leaves out only the summaries of SAF', async () => {
    for (const { path } of all.filter((file) => !file.path.endsWith('.md'))) {
      const skipped = of(await read(path.split('/').at(-1)!), 'skipped')
      expect([path, skipped.map(({ reason }) => reason)]).toEqual([
        path,
        /restrictions|rhel7/.test(path) ? ['A summary of the other items'] : [],
      ])
    }
  })

  it('reads an image of ECR, a Go module in it, its fix and the exploit', async () => {
    const records = await read('inspector_ecr.json')
    expect(of(records, 'finding')[1]).toMatchObject({
      asset: '123456789012.dkr.ecr.eu-central-1.amazonaws.com/repo-gomod:c-c4036e958892d4e087301fa446c19ff5b7b80ecd',
      vulnerability_ids: ['CVE-2022-32149'],
      severity: 'high',
      cvss: 7.5,
      component: { name: 'golang.org/x/text', type: 'gomod' },
      fixed_version: '0.3.8',
      exploit_stage: 'public',
    })
    expect(of(records, 'finding')[0]).toMatchObject({
      component: { name: 'openssl', version: '1.1.1n-0+deb11u4' },
      fixed_version: '1.1.1n-0+deb11u5',
    })
  })

  it('is not misled by an event that is last seen in the year 2200', async () => {
    const [machine] = of(await read('guardduty.json'), 'asset')
    expect(machine!.observed_at).toBe(parseInstant('2024-01-17T11:33:21.196Z'))
  })

  it('reads the package, rating and title that Trivy puts beside the resource', async () => {
    const records = await read('heimdall__trivy-image_golang-1.12-alpine_sample.json')
    expect(of(records, 'asset')[0]!.names).toEqual([{ type: 'image', name: 'docker.io/library/golang:1.12-alpine' }])
    expect(of(records, 'finding')[0]).toMatchObject({
      vulnerability_ids: ['CVE-2021-36159'],
      severity: 'critical',
      cvss: 9.1,
      component: { name: 'apk-tools', version: '2.10.4-r3' },
      fixed_version: '2.10.7-r0',
    })
  })
})
