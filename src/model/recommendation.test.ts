import { expect, it } from 'vitest'
import { impactOfGain, isUpgrade, surfacesOf } from './recommendation.ts'

it('an upgrade goes to another major version', () => {
  expect(isUpgrade('1.1.1k', '3.0.2')).toBe(true)
  expect(isUpgrade('3.0.1', '3.0.14')).toBe(false)
  expect(isUpgrade('1:9.2p1', '1:9.8p1')).toBe(false)
  expect(isUpgrade('v1.2', '2')).toBe(true)
})
it('what is no number is no upgrade: nobody knows', () => {
  expect(isUpgrade('jammy', '3.0')).toBe(false)
  expect(isUpgrade(null, '3.0')).toBe(false)
  expect(isUpgrade('2.0', 'KB5001')).toBe(false)
})
it('surfaces follow the assets, and for identities and data what the check is for', () => {
  expect(surfacesOf(['image', 'device'], [])).toEqual(['devices', 'cloud'])
  expect(surfacesOf(['tenant'], ['multi-factor-sign-in', 'mail-protection'])).toEqual(['saas', 'identities'])
  expect(surfacesOf(['cloud_resource'], ['public-storage'])).toEqual(['cloud', 'data'])
  expect(surfacesOf([], [])).toEqual([])
})
it('impact follows the points that come back', () => {
  expect([0, 0.004, 0.1, 1].map(impactOfGain)).toEqual([null, 'low', 'medium', 'high'])
})
