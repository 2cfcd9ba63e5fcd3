import type { Criticality } from './asset.ts'

/** What rules about assets decide: how critical an asset is, or in which group. */
export const assetRuleKinds = ['criticality', 'group'] as const
export type AssetRuleKind = (typeof assetRuleKinds)[number]

/** A classification counts from this certainty on, 1–100, unless its own threshold says otherwise; below, its assets are to be reviewed. */
export const CERTAIN_ENOUGH = 70

/** Weight of an asset in the exposure score by criticality, in thousandths; `none`: not classified. DESIGN 5. */
export const standardValues: Readonly<Record<Criticality | 'none', number>> = {
  very_high: 5000,
  high: 3000,
  medium: 1500,
  none: 1000,
  low: 750,
}
