import { describe, expect, it } from 'vitest'
import { isInstalled, isNodeNewEnough } from './install.mjs'

describe('isNodeNewEnough', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '100.1.0'])('takes %s', (version) => expect(isNodeNewEnough(version)).toBe(true))
  it.each(['20.18.9', '18.20.0', '9.9.9'])('refuses %s', (version) => expect(isNodeNewEnough(version)).toBe(false))
})

describe('isInstalled', () => {
  const lock = {
    packages: {
      '': { version: '0.1.0' },
      'node_modules/a': { version: '1.0.0' },
      'node_modules/a-darwin': { version: '1.0.0', optional: true },
    },
  }

  it('is content with exactly what the lock file asks for, whether optional packages are there or not', () => {
    expect(isInstalled(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } })).toBe(true)
    expect(isInstalled(lock, { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-darwin': { version: '1.0.0' } } })).toBe(
      true,
    )
  })

  it.each([
    ['nothing', null],
    ['no packages', {}],
    ['a missing one', { packages: {} }],
    ['another version', { packages: { 'node_modules/a': { version: '1.0.1' } } }],
    [
      'another version of an optional one',
      { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/a-darwin': { version: '2.0.0' } } },
    ],
    ['one too many', { packages: { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b': { version: '1.0.0' } } }],
  ])('installs again when there is %s', (_, installed) => expect(isInstalled(lock, installed)).toBe(false))
})
