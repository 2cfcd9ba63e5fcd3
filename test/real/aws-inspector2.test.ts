import { describe, expect, it } from 'vitest'
import { awsInspector2 } from '../../src/ingest/importers/aws-inspector2/aws-inspector2.ts'
import type { FileRecord } from '../../src/model/record.ts'
import { parseInstant } from '../../src/model/time.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one): one is Extract<FileRecord, { kind: K }> => one.kind === kind)

describe.skipIf(!data)(`aws-inspector2 on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (name: string) =>
    recordsOf(awsInspector2, data!.files('reports/aws-inspector2').find(({ path }) => path.endsWith(name))!.file)

  it('reads an instance with two packages', async () => {
    const all = await read('many_vul.json')
    expect(of(all, 'asset').find(({ type }) => type === 'device')).toMatchObject({
      name: 'my-instance',
      names: [
        { type: 'cloud_id', name: 'arn:aws:ec2:us-east-1:012345678901:instance/i-0b22a22eec53b9321' },
        { type: 'cloud_id', name: 'i-0b22a22eec53b9321' },
        { type: 'ip', name: '8.84.11.16' },
        { type: 'ip', name: '10.52.88.71' },
      ],
      observed_at: parseInstant('2024-03-19T14:31:08.006Z'),
    })
    expect(of(all, 'finding').at(-1)).toMatchObject({
      vulnerability_ids: ['CVE-2015-8035'],
      severity: 'low',
      cvss: 2.6,
      component: { name: 'libxml2', version: '2.9.1-6.el7_2.3' },
      fixed_version: '2.9.1-6.el7.4',
    })
    expect(of(all, 'closed').map(({ at, vulnerability_ids }) => [at, vulnerability_ids])).toEqual([['findings[0]', ['CVE-2021-3744']]])
    expect(of(all, 'skipped')).toEqual([])
  })

  it('reads a function, its code rule among the packages', async () => {
    const all = await read('package_vuln_metadata.json.gz')
    expect(of(all, 'finding').filter(({ control_id }) => control_id)).toMatchObject([
      { control_id: 'aws-inspector2:python-log-injection', place: 'src/project_api/service/api_client.py:268' },
    ])
    expect(of(all, 'asset').every(({ names }) => !names[0]!.name.includes('$LATEST'))).toBe(true)
    expect(
      of(all, 'finding')
        .filter(({ exploit_stage }) => exploit_stage === 'public')
        .map(({ vulnerability_ids }) => vulnerability_ids),
    ).toEqual([['CVE-2026-32274']])
  })
})
