import { describe, expect, it } from 'vitest'
import { productIdentity, releasesOf, softwareIdentity } from './product-release.ts'

/** The release that counts: of those with the longest stem the only one, when the version tells it. */
const releaseOf = (version: string, releases: string[]): string | null => {
  const fits = releasesOf(version, releases)
  const longest = Math.max(...fits.map(({ stem }) => stem.length))
  const best = fits.filter(({ stem }) => stem.length === longest)
  return best.length === 1 && best[0]!.fits ? best[0]!.release : null
}

describe('the release of a version', () => {
  it.each([
    ['3.18.4', ['3.1', '3.18', '3.19'], '3.18'],
    ['3.1.0', ['3.1', '3.18'], '3.1'],
    ['v18.12.1', ['18', '1'], '18'],
    ['1.1.1w', ['1.1.1', '1.1.0', '1'], '1.1.1'],
    ['2.12.4', ['2', '2.12', '2.3'], '2.12'],
    ['2.17.1', ['2', '2.12', '2.3'], '2'],
    ['5.3.0.Final', ['5.3'], '5.3'],
    ['3.8-slim', ['3.8'], '3.8'],
    ['2012-R2', ['2012-r2'], '2012-r2'],
    // beside service packs nobody can tell what 13.0 is
    ['13.0.6300.2', ['13.0', '13.0-sp3', '12.0'], null],
    ['13.0-sp3', ['13.0', '13.0-sp3'], '13.0-sp3'],
    ['9.0.1', ['9.0', '9.0.1', '9.0-xfr'], '9.0.1'],
    // 15 alone is any of its parts
    ['15', ['15', '15.1'], null],
    ['2', ['2.1'], null],
    ['>=1.2', ['1.2'], null],
    ['', ['1'], null],
    ['latest', ['1'], null],
  ])('%s of %j', (version, releases, expected) => expect(releaseOf(version, releases)).toBe(expected))
})

describe('what identifies installed software', () => {
  it.each([
    ['pkg:npm/%40angular/core@12.1.0', null, 'pkg:npm/%40angular/core'],
    ['pkg:pypi/Django@3.2?x=y', null, 'pkg:pypi/django'],
    ['pkg:nuget/Microsoft.NETCore.App@6.0.1', null, 'pkg:nuget/microsoft.netcore.app'],
    // a distribution mends what it packages; a CPE name beside a package URL is a guess
    ['pkg:deb/debian/nginx@1.18.0-6', 'cpe:2.3:a:f5:nginx:1.18.0:*:*:*:*:*:*:*', null],
    ['pkg:apk/alpine/openssl@1.1.1', null, null],
    ['pkg:golang/github.com/go-redis/redis@v6.1.0', 'cpe:2.3:a:redis:redis:6.1.0:*:*:*:*:*:*:*', 'pkg:golang/github.com/go-redis/redis'],
    [null, 'cpe:2.3:a:nodejs:node\\.js:18.1.0:*:*:*:*:*:*:*', 'cpe:a:nodejs:node.js'],
    [null, 'cpe:/a:mysql:mysql:5.7.32', 'cpe:a:mysql:mysql'],
    [null, 'cpe:2.3:o:linux:linux_kernel:4.18:*:*:*:*:*:*:*', null],
    [null, 'cpe:2.3:a:*:nginx', null],
    [null, 'nginx', null],
    ['not a url', 'cpe:/a:mysql:mysql:5.7.32', null],
    [null, null, null],
  ])('%s %s', (purl, cpe, expected) => expect(softwareIdentity({ purl, cpe })).toBe(expected))

  it.each([
    ['cpe:2.3:a:nodejs:node.js', 'cpe:a:nodejs:node.js'],
    ['cpe:/a:python:python', 'cpe:a:python:python'],
    ['cpe:2.3:a:python:python:3', null],
    ['pkg:npm/%40angular/core', 'pkg:npm/%40angular/core'],
    ['pkg:oci/caddy?repository_url=quay.io', null],
    ['pkg:pypi/django@3', null],
    ['pkg:deb/ubuntu/php', null],
    ['php', null],
  ])('as a feed names it: %s', (identifier, expected) => expect(productIdentity(identifier)).toBe(expected))
})
