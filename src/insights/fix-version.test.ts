import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareVersions, fixOf } from './fix-version.ts'

describe('versions', () => {
  it('are ordered as people read them', () => {
    const rising = [
      '0.9',
      '1.0-alpha',
      '1.0-beta2',
      '1.0-rc1',
      '1.0',
      '1.0p1',
      '1.2',
      '1.2.1',
      '1.2.1-r1',
      '1.2.10',
      '1.10',
      '2.0',
      '119.0.6045.105',
      '1:0.1',
    ]
    for (const [index, version] of rising.entries()) {
      for (const later of rising.slice(index + 1)) {
        expect(compareVersions(version, later), `${version} < ${later}`).toBeLessThan(0)
        expect(compareVersions(later, version), `${later} > ${version}`).toBeGreaterThan(0)
      }
    }
    expect(compareVersions('v1.2', '1.2.0')).toBe(0)
    expect(compareVersions('1.0~rc1', '1.0')).toBeLessThan(0)
  })

  it('have the same order however they are asked', () => {
    const version = fc
      .array(fc.constantFrom('0', '1', '2', '10', 'rc', 'a', 'x', '~', '.', '-', ':'), { maxLength: 6 })
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a)) === 0, `${a} and ${b}`).toBe(true)
      }),
    )
  })
})

describe('the version that fixes', () => {
  const stated = (...list: [string, string][]) => list.map(([subject, fixed_version]) => ({ subject, fixed_version }))
  it.each([
    ['nothing stated', stated(), null],
    ['the greatest of one branch after another', stated(['CVE-1', '118.0.1'], ['CVE-2', '120.0']), '120.0'],
    ['branches of one vulnerability', stated(['CVE-1', '1.1.1x'], ['CVE-1', '3.0.14']), 'several'],
    ['branches in one text', stated(['CVE-1', '1.1.1x, 3.0.14']), 'several'],
    ['one name', stated(['CVE-1', 'KB5034441'], ['CVE-2', 'KB5034441']), 'KB5034441'],
    ['names', stated(['CVE-1', 'KB5034441'], ['CVE-2', 'KB5034442']), 'several'],
  ])('%s', (_, list, expected) => expect(fixOf(list)).toBe(expected))
})
