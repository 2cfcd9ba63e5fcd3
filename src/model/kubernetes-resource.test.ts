import { describe, expect, it } from 'vitest'
import { kindOfPlural, kubernetesAsset } from './kubernetes-resource.ts'

const web = { namespace: 'shop', kind: 'Deployment', name: 'web' }

describe('kubernetesAsset', () => {
  it('names a resource under its cluster', () => {
    expect(kubernetesAsset('tool', 'prod', web)).toEqual({
      kind: 'asset',
      asset: 'shop/Deployment/web',
      type: 'cloud_resource',
      name: 'shop/Deployment/web',
      names: [{ type: 'label', name: 'tool/prod/shop/Deployment/web' }],
      attributes: { cloud_provider: 'kubernetes', cloud_account: 'prod' },
    })
    expect(kubernetesAsset('tool', 'prod', { namespace: '', kind: '', name: '' })).toMatchObject({
      type: 'cluster',
      names: [{ name: 'tool/prod' }],
    })
  })

  it('takes the ARN of a cluster as a name for all tools', () => {
    const arn = 'arn:aws:eks:eu-west-1:111122223333:cluster/prod'
    expect(kubernetesAsset('tool', arn, web)).toMatchObject({
      names: [{ type: 'cloud_id', name: `${arn}/shop/Deployment/web` }],
      attributes: { region: 'eu-west-1' },
    })
  })

  it('asks for the name of an unnamed cluster', () => {
    expect(kubernetesAsset('tool', '', web)).toMatchObject({ asset: 'cluster', type: 'cluster', names: [] })
  })
})

describe('kindOfPlural', () => {
  it.each([
    ['deployments', 'Deployment'],
    ['ingresses', 'Ingress'],
    ['networkpolicies', 'NetworkPolicy'],
    ['pods', 'Pod'],
    ['cluster', 'cluster'],
    ['__proto__', '__proto__'],
  ])('%s is %s', (plural, kind) => expect(kindOfPlural(plural)).toBe(kind))
})
