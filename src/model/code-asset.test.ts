import { expect, it } from 'vitest'
import { codeAsset } from './code-asset.ts'

it('is the repository, or nothing that could be mistaken for another', () => {
  expect(codeAsset('x', 'git@github.com:Acme/Shop.git')).toEqual({
    kind: 'asset',
    asset: 'x',
    type: 'repository',
    name: 'github.com/acme/shop',
    names: [{ type: 'repository', name: 'https://github.com/acme/shop' }],
  })
  for (const address of [undefined, null, '', '.', '/home/build/shop', 'shop']) {
    expect(codeAsset('x', address)).toEqual({ kind: 'asset', asset: 'x', type: 'repository', name: '', names: [] })
  }
})
