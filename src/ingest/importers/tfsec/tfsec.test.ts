import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileRecord } from '../../../model/record.ts'
import { openBytes, openFile, type OpenFile } from '../../readers/file.ts'
import { tfsec } from './tfsec.ts'

const sample = (name: string) => openFile(join(import.meta.dirname, 'samples', name))
const made = (text: string) => openBytes('x.json', new TextEncoder().encode(text))
async function records({ source }: OpenFile): Promise<FileRecord[]> {
  const all: FileRecord[] = []
  for await (const record of tfsec.parse(source, {})) all.push(record)
  return all
}
const of = <K extends FileRecord['kind']>(all: FileRecord[], kind: K) =>
  all.filter((one) => one.kind === kind) as Extract<FileRecord, { kind: K }>[]

describe('tfsec', () => {
  it.each(['v1.json', 'v0.50.json'])('knows %s by its content', async (name) => expect(tfsec.detect((await sample(name)).head)).toBe(true))

  it.each(['{"results": null}', '[]', '{"results": [{"rule_id": "x"}]}'])('leaves %s alone', (text) =>
    expect(tfsec.detect({ name: 'tfsec.json', text })).toBe(false),
  )

  it('reads results with a number as status', async () => {
    const all = await records(await sample('v1.json'))
    expect(of(all, 'finding')).toEqual([
      {
        kind: 'finding',
        asset: 'code',
        control_id: 'tfsec:aws-ec2-no-public-ingress-sgr',
        severity: 'critical',
        title: 'Security group rule allows ingress from public internet.',
        component: { name: 'modules/web/main.tf aws_security_group_rule.web', type: 'resource' },
        place: 'modules/web/main.tf:12',
      },
    ])
    expect(of(all, 'control')[0]).toEqual({
      kind: 'control',
      control_id: 'tfsec:aws-ec2-no-public-ingress-sgr',
      title: 'An ingress security group rule allows traffic from /0.',
      severity: 'critical',
      category: 'aws ec2',
      description: 'Your port exposed to the internet',
      remediation: 'Set a more restrictive CIDR range',
      url: 'https://example.com/rules/no-public-ingress-sgr',
    })
    expect(of(all, 'control_result').map(({ control_id, status }) => [control_id, status])).toEqual([
      ['tfsec:aws-s3-a', 'pass'],
      ['tfsec:aws-s3-b', 'not_run'],
    ])
    expect(of(all, 'skipped')).toHaveLength(1)
  })

  it('reads results before 0.50', async () => {
    const all = await records(await sample('v0.50.json'))
    expect(of(all, 'finding')[0]).toMatchObject({
      component: { name: 'identity.tf idp.google' },
      severity: 'medium',
      place: 'identity.tf:226',
    })
    expect(of(all, 'control')[0]).toMatchObject({ url: 'https://example.com/GEN003/' })
    expect(of(all, 'control_result')).toMatchObject([{ control_id: 'tfsec:GEN001', status: 'pass' }])
  })

  it('takes null as no results when it is told so; the folder as a whole is covered', async () => {
    expect((await records(await made('{"results": null}'))).map(({ kind }) => kind)).toEqual(['report', 'asset', 'coverage'])
    await expect(records(await made('{}'))).rejects.toMatchObject({ code: 'unreadable_report' })
  })
})
