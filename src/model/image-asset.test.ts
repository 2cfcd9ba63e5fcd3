import { describe, expect, it } from 'vitest'
import { imageAsset, readDigest } from './image-asset.ts'

const digest = `sha256:${'a'.repeat(64)}`
const id = `sha256:${'b'.repeat(64)}`

describe('imageAsset', () => {
  it('is named by its tag, with the digest beside it', () => {
    expect(imageAsset('i', { references: ['', undefined, 'shop/web:1.4'], digest, id, os: 'Debian GNU/Linux 12' })).toEqual({
      kind: 'asset',
      asset: 'i',
      type: 'image',
      name: 'shop/web:1.4',
      names: [{ type: 'image', name: 'docker.io/shop/web:1.4' }],
      attributes: { os: 'Debian GNU/Linux 12', os_family: 'linux', image_digest: digest },
    })
  })

  it.each([
    [{ references: ['shop/web'], digest }, `docker.io/shop/web@${digest}`],
    [{ references: [`shop/web@${digest}`] }, `docker.io/shop/web@${digest}`],
    [{ references: ['/tmp/web.tar', 'shop/web:2'] }, 'docker.io/shop/web:2'],
    [{ references: [id, 'a'.repeat(64)], digest }, digest],
    [{ references: [], id: 'b'.repeat(64) }, id],
    [{ references: ['sha256:xxxx'] }, undefined],
  ])('%j is named %s', (facts, name) => expect(imageAsset('i', facts).names[0]?.name).toBe(name))

  it('reads a digest only when it is one', () => {
    expect(readDigest('A'.repeat(64))).toBe(digest)
    expect(readDigest('sha256:12')).toBeNull()
  })
})
