import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cloudAttributes, cloudProvider, globalName, nameCloudAccount, nameCloudResource, type CloudPlace } from './cloud-name.ts'

const place = (given: Partial<CloudPlace>): CloudPlace => ({ provider: 'aws', account: '', region: '', type: '', ...given })
const namesOf = (uid: string, given: Partial<CloudPlace> = {}) =>
  nameCloudResource(uid, '', place(given), 'tool').names.map(({ name }) => name)

describe('nameCloudResource', () => {
  it('gives one bucket one name, however a tool tells it', () => {
    const bucket = ['arn:aws:s3:::shop-logs']
    expect(namesOf('arn:aws:s3:::shop-logs', { account: '111122223333', region: 'eu-west-1', type: 'AwsS3Bucket' })).toEqual(bucket)
    expect(namesOf('shop-logs', { account: '111122223333', type: 'AWS::S3::Bucket' })).toEqual(bucket)
    expect(namesOf('shop-logs', { provider: 'Amazon Web Services', type: 'AwsS3Bucket' })).toEqual(bucket)
  })

  it('gives an instance its ARN and, when it is unique in the world, its own id', () => {
    const both = ['arn:aws:ec2:eu-west-1:111122223333:instance/i-0123456789abcdef0', 'i-0123456789abcdef0']
    const where = { account: '111122223333', region: 'eu-west-1' }
    expect(namesOf(both[0]!, where)).toEqual(both)
    expect(namesOf('arn:aws:ec2:eu-west-1:111122223333:i-0123456789abcdef0')).toEqual(both)
    expect(namesOf('i-0123456789abcdef0', where)).toEqual(both)
    expect(namesOf('i-0123456789abcdef0')).toEqual([both[1]])
    expect(namesOf('i-0123abcd', where)).toEqual(['arn:aws:ec2:eu-west-1:111122223333:instance/i-0123abcd'])
    expect(namesOf('vpc-0123abcd', { account: '111122223333', region: 'cn-north-1' })).toEqual([
      'arn:aws-cn:ec2:cn-north-1:111122223333:vpc/vpc-0123abcd',
    ])
  })

  it('never names by an id that another account may have, too', () => {
    expect(namesOf('vpc-0123abcd')).toEqual([])
    expect(nameCloudResource('web', 'Web', place({}), 'tool')).toEqual({
      type: 'account',
      name: 'aws',
      names: [],
      whole_account: true,
      place: 'web',
    })
    expect(namesOf('web', { account: '1', region: 'eu-west-1', type: 'AwsLambdaFunction' })).toEqual([
      'aws:1:eu-west-1:AwsLambdaFunction:web',
    ])
    expect(namesOf('app', { account: '111122223333', type: 'AwsIamRole' })).toEqual(['arn:aws:iam::111122223333:role/app'])
  })

  it.each([
    ['arn:aws:iam::111122223333:root', { account: '111122223333' }],
    ['AWS::::Account:111122223333', { account: '111122223333' }],
    ['111122223333', { account: '111122223333' }],
    ['', { account: '111122223333' }],
    ['arn:aws:iam::111122223333:root', {}],
  ])('knows the account itself as %j', (uid, given) => {
    expect(nameCloudResource(uid, '', place(given), 'tool')).toMatchObject({
      type: 'account',
      name: '111122223333',
      names: [{ type: 'cloud_id', name: 'arn:aws:iam::111122223333:root' }],
      whole_account: true,
    })
  })

  it('knows an account by its id where the provider is not told', () => {
    expect(nameCloudResource('arn:aws:iam::111122223333:root', '', place({ provider: '' }), 'tool').names[0]!.name).toBe(
      'arn:aws:iam::111122223333:root',
    )
    expect(nameCloudResource('projects/shop-1', '', place({ provider: '' }), 'tool').names[0]!.name).toBe('projects/shop-1')
  })

  it('takes the spellings of Azure and Google for one', () => {
    const id = '0A000000-0000-4000-8000-000000000001'
    const azure = { provider: 'Azure', account: id }
    const disk = `/subscriptions/${id}/resourceGroups/Shop/providers/Microsoft.Compute/disks/D1`
    expect(namesOf(disk, azure)).toEqual([disk.toLowerCase()])
    expect(namesOf(`https://management.azure.com${disk}/`, azure)).toEqual([disk.toLowerCase()])
    expect(nameCloudResource(`/subscriptions/${id.toLowerCase()}`, '', place(azure), 'tool').whole_account).toBe(true)
    const gcp = { provider: 'gcp', account: 'shop-1' }
    const vm = '//compute.googleapis.com/projects/shop-1/zones/europe-west1-b/instances/web'
    expect(namesOf(vm, gcp)).toEqual([vm])
    expect(namesOf('projects/shop-1/zones/europe-west1-b/instances/web', gcp)).toEqual([vm])
    expect(namesOf('https://www.googleapis.com/compute/v1/projects/shop-1/zones/europe-west1-b/instances/web', gcp)).toEqual([vm])
    expect(namesOf('https://compute.googleapis.com/compute/v1/projects/shop-1/zones/europe-west1-b/instances/web', gcp)).toEqual([vm])
    expect(namesOf('shop-files', { ...gcp, type: 'Bucket' })).toEqual(['//storage.googleapis.com/shop-files'])
    expect(namesOf('//cloudresourcemanager.googleapis.com/projects/shop-1', gcp)).toEqual(['projects/shop-1'])
  })

  it('calls machines devices, clusters clusters, and words in place of an id the account', () => {
    const type = (uid: string) => nameCloudResource(uid, '', place({ account: '111122223333', region: 'eu-west-1' }), 'tool').type
    expect(
      [
        'i-0123abcd',
        '/subscriptions/1/resourceGroups/a/providers/Microsoft.Compute/virtualMachines/web',
        '/subscriptions/1/resourceGroups/a/providers/Microsoft.Compute/virtualMachines/web/extensions/x',
        '//compute.googleapis.com/projects/p/zones/z/instances/web',
        'arn:aws:eks:eu-west-1:111122223333:cluster/shop',
        'arn:aws:s3:::shop',
        'No trails',
      ].map(type),
    ).toEqual(['device', 'device', 'cloud_resource', 'device', 'cluster', 'cloud_resource', 'account'])
  })

  it('reads the last part of an id for people', () => {
    const shown = (uid: string) => nameCloudResource(uid, '', place({ account: '1' }), 'tool').name
    expect(shown('arn:aws:lambda:eu-west-1:1:function:load')).toBe('load')
    expect(shown('arn:aws:iam::1:role/team/app')).toBe('app')
    expect(shown('0a000000-0000-4000-8000-000000000001')).toBe('0a000000-0000-4000-8000-000000000001')
  })
})

describe('globalName', () => {
  it('says the same of its own answer, and never takes a short text for unique', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.webUrl(),
          fc.uuid({ version: 4 }),
          fc.string().map((text) => `arn:aws:ec2:eu-west-1:1:${text}`),
        ),
        (text) => {
          const name = globalName(text)
          if (name !== null) expect(globalName(name)).toBe(name)
        },
      ),
    )
    expect(globalName('web')).toBeNull()
  })
})

describe('nameCloudAccount', () => {
  it('names each provider its own way', () => {
    const names = (provider: string, account: string) => nameCloudAccount({ provider, account }, 'tool').names
    expect(names('gcp', 'shop-1')).toEqual([{ type: 'cloud_id', name: 'projects/shop-1' }])
    expect(names('m365', '0A00')).toEqual([{ type: 'tenant_id', name: '0a00' }])
    expect(names('kubernetes', 'shop')).toEqual([{ type: 'label', name: 'tool/shop' }])
    expect(names('kubernetes', 'arn:aws:eks:eu-west-1:1:cluster/shop')).toEqual([
      { type: 'cloud_id', name: 'arn:aws:eks:eu-west-1:1:cluster/shop' },
    ])
    expect(names('github', 'example')).toEqual([{ type: 'cloud_id', name: 'github:example' }])
    expect(names('aws', '')).toEqual([])
  })

  it('knows providers by their usual words', () => {
    expect(['AWS', 'Oracle Cloud', 'mongodbatlas', ''].map(cloudProvider)).toEqual(['aws', 'oci', 'other', undefined])
    expect(cloudAttributes(place({ account: '1', region: 'eu-west-1' }), false)).toEqual({
      cloud_provider: 'aws',
      cloud_account: '1',
      region: 'eu-west-1',
    })
    expect(cloudAttributes(place({ account: '1', region: 'eu-west-1' }), true)).toEqual({ cloud_provider: 'aws', cloud_account: '1' })
  })
})
