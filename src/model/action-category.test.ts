import { describe, expect, it } from 'vitest'
import { categoryOf } from './action-category.ts'

describe('categoryOf', () => {
  it.each([
    ['Identity', 'AzureAD', 'microsoft-secure-score:x', 'tenant', 'Identity'],
    ['Apps', 'AzureAD', 'microsoft-secure-score:x', 'tenant', 'Apps'],
    ['s3', 'aws', 'prowler:s3_x', 'cloud_resource', 'Data'],
    ['iam', 'aws', 'prowler:iam_x', 'account', 'Identity'],
    ['ec2', 'aws', 'prowler:ec2_x', 'cloud_resource', 'Infrastructure'],
    ['CISA', null, 'maester:CISA.MS.AAD.3.1', 'tenant', 'Identity'],
    ['CISA', null, 'maester:CISA.MS.EXO.1.1', 'tenant', 'Apps'],
    ['StaleObjects', null, 'pingcastle:S-X', 'other', 'Infrastructure'],
    [null, null, 'xccdf:rule', 'device', 'Device'],
  ] as const)('%s, %s, %s of a %s is %s', (category, product, id, type, expected) => {
    expect(categoryOf(category, product, id, type)).toBe(expected)
  })
})
