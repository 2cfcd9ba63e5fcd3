import { describe, expect, it } from 'vitest'
import { splitRequirement } from './requirement.ts'

describe('splitRequirement', () => {
  it.each([
    ['PCI DSS v3.2.1/2.2', { framework: 'PCI DSS v3.2.1', requirement: '2.2' }],
    ['NIST.800-53.r5 AC-4(21)', { framework: 'NIST.800-53.r5', requirement: 'AC-4(21)' }],
    ['PCI1.2', null],
    ['Software and Configuration Checks', null],
    ['x/', null],
  ])('reads %s', (text, expected) => {
    expect(splitRequirement(text)).toEqual(expected)
  })
})
