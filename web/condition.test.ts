import { describe, expect, it } from 'vitest'
import { conditionOf, yesOrNo } from './condition.ts'

describe('conditionOf', () => {
  it('asks nothing when nothing is chosen', () => {
    expect(conditionOf({ severity: [], component: null, internet_facing: yesOrNo(['yes', 'no']) })).toBeUndefined()
  })

  it('asks for one of the chosen values of each field', () => {
    expect(JSON.parse(conditionOf({ severity: ['critical', 'high'], type: ['device'], internet_facing: yesOrNo(['no']) })!)).toEqual({
      severity: ['critical', 'high'],
      type: 'device',
      internet_facing: false,
    })
  })
})
