import { describe, expect, it } from 'vitest'
import { scoutsuite } from '../../src/ingest/importers/scoutsuite/scoutsuite.ts'
import { realData, recordsOf, withoutRealData } from './data.ts'

const data = realData()

describe.skipIf(!data)(`scoutsuite on real reports (${data ? data.root : withoutRealData})`, () => {
  const read = async (name: string) =>
    recordsOf(scoutsuite, data!.files('reports/scoutsuite').find(({ path }) => path.endsWith(name))!.file)

  it('reads an account: names, regions, and the objects that met a rule', async () => {
    const all = await read('new2.js.gz')
    const names = new Set(all.flatMap((one) => (one.kind === 'asset' ? one.names.map(({ name }) => name) : [])))
    for (const name of [
      'arn:aws:iam::430150006394:root',
      'arn:aws:iam::430150006394:user/dams',
      'arn:aws:s3:::wikipedia-bff',
      'arn:aws:ec2:ap-northeast-1:430150006394:subnet/subnet-7f50e154',
      'arn:aws:ec2:ap-northeast-1:430150006394:network-acl/acl-c777e5a1',
    ])
      expect(names).toContain(name)
    expect([...names].filter((name) => /virtual-private-cloud|\/\*$/.test(name))).toEqual([])
    const results = all.filter((one) => one.kind === 'control_result')
    // The two access keys of one user; the other rule of its page.
    expect(results.filter(({ control_id }) => control_id === 'scoutsuite:iam-user-no-Active-key-rotation')).toMatchObject([
      { asset: 'arn:aws:iam::430150006394:user/dams', status: 'fail', place: 'AccessKeys.0' },
      { asset: 'arn:aws:iam::430150006394:user/dams', status: 'fail', place: 'AccessKeys.1' },
    ])
    // 20 groups in 40 sets of rules of which 34 are flagged: 17 groups fail, 3 do not.
    const groups = results.filter(({ control_id }) => control_id === 'scoutsuite:ec2-default-security-group-with-rules')
    expect(new Set(groups.filter(({ status }) => status === 'fail').map(({ asset }) => asset)).size).toBe(17)
    expect(groups.filter(({ status }) => status === 'pass')).toHaveLength(3)
  })

  it('names the same buckets as Prowler does', async () => {
    const assets = (await read('two_findings.js')).filter((one) => one.kind === 'asset')
    expect(assets.map(({ names }) => names[0]!.name)).toEqual([
      '//storage.googleapis.com/gcp-project-id.appspot.com',
      '//storage.googleapis.com/staging.gcp-project-id.appspot.com',
      'projects/gcp-project-id',
    ])
  })
})
