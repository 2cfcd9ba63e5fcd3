import { describe, expect, it } from 'vitest'
import { ec2Name, ecrImage, readArn, resourceArn } from './aws-arn.ts'

describe('readArn', () => {
  it.each([
    ['arn:aws:s3:::Shop/x', 'arn:aws:s3:::Shop/x'],
    ['ARN:AWS:EC2:EU-WEST-1:111122223333:instance/i-1', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-1'],
    ['arn:aws:ec2:eu-west-1:111122223333:sg-0123abcd', 'arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0123abcd'],
    ['arn:aws:logs:eu-west-1:111122223333:log-group:/a:b:*', 'arn:aws:logs:eu-west-1:111122223333:log-group:/a:b'],
    ['arn:aws:lambda:eu-west-1:111122223333:function:load:$LATEST', 'arn:aws:lambda:eu-west-1:111122223333:function:load'],
  ])('reads %s', (text, kept) => {
    expect(readArn(text)?.text).toBe(kept)
  })

  it.each(['', 'arn:aws:s3', 'arn:aws:s3:::', 'urn:aws:s3:::x', 'arn:gcp:s3:::x'])('does not take %j for one', (text) => {
    expect(readArn(text)).toBeNull()
  })
})

describe('ids without an account', () => {
  it('are unique only when long', () => {
    expect(ec2Name('vol-0123456789abcdef0')).toBe('vol-0123456789abcdef0')
    expect(ec2Name('vol-0123abcd')).toBeNull()
    expect(ec2Name('arn:aws:s3:::i-0123456789abcdef0')).toBeNull()
  })

  it('become ARNs where type and place are known', () => {
    const where = { account: '111122223333', region: 'us-gov-west-1' }
    expect(resourceArn('sg-0123abcd', { ...where, type: 'x' })).toBe(
      'arn:aws-us-gov:ec2:us-gov-west-1:111122223333:security-group/sg-0123abcd',
    )
    expect(resourceArn('app$&', { ...where, type: 'AWS::IAM::Role' })).toBeNull()
    expect(resourceArn('app', { ...where, type: 'AWS::IAM::User' })).toBe('arn:aws-us-gov:iam::111122223333:user/app')
    expect(resourceArn('sg-0123abcd', { account: '111122223333', region: 'global', type: '' })).toBeNull()
  })
})

describe('ecrImage', () => {
  const digest = `sha256:${'1'.repeat(64)}`
  const arn = `arn:aws:ecr:eu-west-1:111122223333:repository/shop/web/${digest}`

  it('is named by its tag, with the digest beside it', () => {
    expect(ecrImage(arn, ['1.4', 'latest'])).toEqual({
      name: '111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4',
      digest,
      account: '111122223333',
      region: 'eu-west-1',
    })
    expect(ecrImage(arn)?.name).toBe(`111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/web@${digest}`)
  })

  it('is no image without tag and digest, and not of another service', () => {
    expect(ecrImage('arn:aws:ecr:eu-west-1:111122223333:repository/shop/web')).toBeNull()
    expect(ecrImage('arn:aws:s3:::x', ['1'])).toBeNull()
  })
})
