import { z } from 'zod'
import type { Criticality } from '../model/asset.ts'
import { standardValues } from '../model/asset-rule.ts'

/** What an asset weighs in the exposure score, by its criticality or `none`. */
export type ValueByLevel = Record<Criticality | 'none', number>

const Factor = z.number().gt(0).max(1000)

/** How assets are weighed: `criticality` by editable factors, `plain` all 1, `classic` as Microsoft's first rule: 0.75, 1, N/10. */
export const AssetValuesShape = z.strictObject({
  rule: z.enum(['criticality', 'plain', 'classic']),
  /** Factors of the rule `criticality`, greater than 0 and at most 1000, rounded to thousandths. */
  factors: z
    .strictObject({ very_high: Factor, high: Factor, medium: Factor, none: Factor, low: Factor })
    .optional()
    .describe('Only with the rule "criticality"; left out: the standard ones'),
})
export type AssetValues = z.infer<typeof AssetValuesShape>

/** The standard of DESIGN 5: 5, 3, 1.5, 1, 0.75. */
export const standardAssetValues: AssetValues = { rule: 'criticality' }

/**
 * Asset values in thousandths. Microsoft's classic rule knows three: low 0.75, normal 1, high N/10 with the number of the organisation's assets;
 * our very high and high are its high, all others but low its normal. 100 assets: 10.
 */
export function valuesOf({ rule, factors }: AssetValues, assets: number): ValueByLevel {
  if (rule === 'plain') return { very_high: 1000, high: 1000, medium: 1000, none: 1000, low: 1000 }
  if (rule === 'classic') {
    const high = Math.max(1, assets * 100)
    return { very_high: high, high, medium: 1000, none: 1000, low: 750 }
  }
  if (!factors) return { ...standardValues }
  const thousandths = (factor: number) => Math.max(1, Math.round(factor * 1000))
  return {
    very_high: thousandths(factors.very_high),
    high: thousandths(factors.high),
    medium: thousandths(factors.medium),
    none: thousandths(factors.none),
    low: thousandths(factors.low),
  }
}
