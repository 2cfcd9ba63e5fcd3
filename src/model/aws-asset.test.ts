import { describe, expect, it } from 'vitest'
import { awsAsset, awsPackage, type AwsPackage, type AwsResource } from './aws-asset.ts'

const resource = (given: Partial<AwsResource>): AwsResource => ({
  id: '',
  type: '',
  account: '111122223333',
  region: 'eu-west-1',
  shown: '',
  tags: [],
  ips: [],
  platform: '',
  ...given,
})
const one = (given: Partial<AwsPackage>): AwsPackage => ({
  name: '',
  version: '',
  epoch: '',
  release: '',
  manager: '',
  path: '',
  fixed: '',
  ...given,
})

describe('awsAsset', () => {
  it('names a machine by ARN, id and addresses', () => {
    const told = { id: 'i-0123456789abcdef0', type: 'AWS_EC2_INSTANCE', shown: 'web-1', ips: ['10.0.0.5', 'x'], platform: 'AMAZON_LINUX_2' }
    expect(awsAsset(resource(told), 'x')).toEqual({
      asset: {
        kind: 'asset',
        asset: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0',
        type: 'device',
        name: 'web-1',
        names: [
          { type: 'cloud_id', name: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0' },
          { type: 'cloud_id', name: 'i-0123456789abcdef0' },
          { type: 'ip', name: '10.0.0.5' },
        ],
        attributes: { cloud_provider: 'aws', cloud_account: '111122223333', region: 'eu-west-1', os: 'AMAZON LINUX 2', os_family: 'linux' },
      },
      place: '',
    })
  })

  it('names an image by its tag, and the account by itself with the region as place', () => {
    const id = `arn:aws:ecr:eu-west-1:111122223333:repository/shop/sha256:${'1'.repeat(64)}`
    expect(awsAsset(resource({ id, tags: ['1.4'] }), 'x').asset).toMatchObject({
      type: 'image',
      name: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop:1.4',
      attributes: { image_digest: `sha256:${'1'.repeat(64)}` },
    })
    expect(awsAsset(resource({ id: 'AWS::::Account:111122223333' }), 'x')).toMatchObject({ asset: { type: 'account' }, place: 'eu-west-1' })
    expect(awsAsset(resource({ id: 'arn:aws:s3:::shop', account: '', ips: ['10.0.0.5'] }), 'x').asset.names).toHaveLength(1)
  })
})

describe('awsPackage', () => {
  it('takes the first by name, whatever the order, with epoch and release', () => {
    const packages = [
      one({ name: 'libb' }),
      one({ name: 'liba', version: '1.2', epoch: '2', release: '3', manager: 'OS', fixed: '0:1.3', path: 'usr/lib' }),
    ]
    const found = { component: { name: 'liba', version: '2:1.2-3' }, fixed_version: '1.3', place: 'usr/lib' }
    expect(awsPackage(packages)).toEqual(found)
    expect(awsPackage(packages.toReversed())).toEqual(found)
    expect(awsPackage([one({ name: 'x', manager: 'GOMOD', epoch: '0', fixed: 'NotAvailable' })])).toEqual({
      component: { name: 'x', type: 'gomod' },
      fixed_version: undefined,
      place: undefined,
    })
    expect(awsPackage([one({})])).toBeNull()
  })
})
