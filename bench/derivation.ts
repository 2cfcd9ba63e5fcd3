import { writeHazards } from '../src/insights/hazard.ts'
import { deriveAssetDays } from '../src/store/derive/asset-days.ts'
import { deriveAssets } from '../src/store/derive/assets.ts'
import { deriveFindings } from '../src/store/derive/findings.ts'
import { deriveFresh, deriveStaleness } from '../src/store/derive/fresh.ts'
import { takeTouched, touchAll } from '../src/store/derive/touched.ts'
import { deriveVulnerabilities } from '../src/store/derive/vulnerabilities.ts'
import type { Engine } from '../src/store/engines/engine.ts'
import { timed } from './measure.ts'

/** The steps of the product's derivation from facts, as insights/compute.ts takes them. */
const steps: readonly [string, (transaction: Engine) => Promise<unknown>][] = [
  ['touch everything', touchAll],
  ['hazard table', writeHazards],
  ['take what was touched', takeTouched],
  ['staleness of sources', deriveStaleness],
  ['vulnerability_history', deriveVulnerabilities],
  ['asset_history', deriveAssets],
  ['fresh_history', deriveFresh],
  ['finding_history', deriveFindings],
  ['asset_day', deriveAssetDays],
]

/** Makes all that the scores are read from, in one transaction, and says how long each step took in milliseconds. */
export function derive(engine: Engine): Promise<{ step: string; ms: number }[]> {
  return engine.transaction(async (transaction) => {
    const taken: { step: string; ms: number }[] = []
    for (const [step, work] of steps) taken.push({ step, ms: (await timed(() => work(transaction))).ms })
    return taken
  })
}
