import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseImageReference, repositoryName } from './asset-name.ts'

const digest = `sha256:${'0a'.repeat(32)}`

describe('parseImageReference', () => {
  it.each([
    ['alpine:3.11', 'docker.io/library/alpine:3.11'],
    ['docker.io/alpine:3.11', 'docker.io/library/alpine:3.11'],
    ['index.docker.io/library/alpine:3.11', 'docker.io/library/alpine:3.11'],
    ['alpine', 'docker.io/library/alpine:latest'],
    ['acme/shop:v1', 'docker.io/acme/shop:v1'],
    ['GHCR.io/acme/team/shop:v1', 'ghcr.io/acme/team/shop:v1'],
    ['localhost:5000/shop:v1', 'localhost:5000/shop:v1'],
    ['localhost/shop', 'localhost/shop:latest'],
    [`acme/shop@${digest}`, `docker.io/acme/shop@${digest}`],
    [`acme/shop:v1@${digest}`, 'docker.io/acme/shop:v1'],
  ])('%s is %s', (text, name) => expect(parseImageReference(text)?.name).toBe(name))

  it('keeps the digest, and uses one given beside only where there is no tag', () => {
    expect(parseImageReference(`acme/shop:v1@${digest}`)?.digest).toBe(digest)
    expect(parseImageReference('acme/shop', digest)?.name).toBe(`docker.io/acme/shop@${digest}`)
    expect(parseImageReference('acme/shop:v1', digest)?.name).toBe('docker.io/acme/shop:v1')
    expect(parseImageReference('acme/shop', 'nonsense')?.name).toBe('docker.io/acme/shop:latest')
  })

  it.each(['', '.', './shop', '/srv/shop', 'images/shop.tar.gz', 'REDACTED', 'my image', 'a:b:c/d', 'shop@sha256:12'])(
    'refuses %j',
    (text) => {
      expect(parseImageReference(text)).toBeNull()
    },
  )

  it('gives the same name for its own name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9.:/@-]{1,30}$/), (text) => {
        const first = parseImageReference(text)
        if (first) expect(parseImageReference(first.name)?.name).toBe(first.name)
      }),
    )
  })
})

describe('repositoryName', () => {
  it.each([
    ['https://github.com/Acme/Shop.git', 'https://github.com/acme/shop'],
    ['git+https://github.com/acme/shop.git', 'https://github.com/acme/shop'],
    ['git@github.com:acme/shop.git', 'https://github.com/acme/shop'],
    ['ssh://git@git.example.org:2222/acme/shop', 'https://git.example.org/acme/shop'],
    ['scm:git:https://github.com/acme/shop', 'https://github.com/acme/shop'],
    ['https://user:secret@git.example.org/acme/Shop/', 'https://git.example.org/acme/Shop'],
    ['https://github.com/acme/shop/tree/main/web?tab=readme#top', 'https://github.com/acme/shop'],
    ['https://gitlab.com/acme/group/shop/-/tree/main', 'https://gitlab.com/acme/group/shop'],
    ['github.com/acme/shop', 'https://github.com/acme/shop'],
  ])('%s is %s', (text, name) => expect(repositoryName(text)).toBe(name))

  it.each(['', '.', '/srv/shop', 'C:\\src\\shop', 'testdata/repo', 'file:///srv/shop', 'https://github.com', 'localhost'])(
    'refuses %j',
    (text) => {
      expect(repositoryName(text)).toBeNull()
    },
  )
})
