import { expect, it } from 'vitest'
import { kubernetesByUid, objectPath, unnamedCluster } from './kubernetes-uid.ts'

const resource = { namespace: 'web', kind: 'Deployment', name: 'front', uid: 'D19C7F74-b4c3-429d-9a45-1b2f5efc3c88' }

it('is named by its uid and shown by its path', () => {
  expect(kubernetesByUid('a', resource)).toEqual({
    kind: 'asset',
    asset: 'a',
    type: 'cloud_resource',
    name: 'web/Deployment/front',
    names: [{ type: 'cloud_id', name: 'd19c7f74-b4c3-429d-9a45-1b2f5efc3c88' }],
    attributes: { cloud_provider: 'kubernetes', asset_group: 'web' },
  })
  expect(kubernetesByUid('a', { ...resource, uid: 'front' })).toBeNull()
  expect(objectPath({ kind: 'Node', name: 'n1', namespace: '' })).toBe('Node/n1')
  expect(unnamedCluster('a').names).toEqual([])
})
