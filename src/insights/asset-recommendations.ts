import { type ExploitStage, exploitStages } from '../model/exploit.ts'
import { type Severity, severities } from '../model/severity.ts'
import type { Engine } from '../store/engines/engine.ts'
import { controlTitles } from '../store/queries/controls/titles.ts'
import { fixedVersions } from '../store/queries/recommendations/fixed-versions.ts'
import { recommendationGains } from '../store/queries/recommendations/gains.ts'
import type { Scope } from '../store/scope.ts'
import { fixOf } from './fix-version.ts'

/** What to do on one asset: a part of a recommendation of the organisation, with the same id. */
export interface AssetRecommendation {
  id: string
  kind: 'update' | 'attention' | 'setting'
  title: string
  component: string
  /** What to update to; null when no source states it or there are several. */
  fixed_version: string | null
  findings: number
  vulnerabilities: number
  severity: Severity | null
  stage: ExploitStage
  /** Points of 0–100 that the asset's own exposure falls by when exactly these findings close; null: it is not in the score. Never added (law 10). */
  gain: number | null
}

/** Missing updates, unmet settings and unfixed components with a public exploit of an asset at the end of a day, the greatest gain first. */
export async function recommendationsOfAsset(engine: Engine, scope: Scope, day: number, asset_id: number): Promise<AssetRecommendation[]> {
  const [gains, fixes] = [await recommendationGains(engine, scope, day, { asset_id }), await fixedVersions(engine, scope, day, asset_id)]
  const titles = await controlTitles(
    engine,
    scope.org_id,
    gains.flatMap(({ recommendation, component }) => (recommendation.startsWith('setting:') ? [component] : [])),
  )
  return gains
    .map(({ recommendation, component, findings, subjects, severity, stage, gain }): AssetRecommendation => {
      const kind = recommendation.slice(0, recommendation.indexOf(':')) as AssetRecommendation['kind']
      const fix = kind === 'update' ? fixOf(fixes.filter((each) => each.recommendation === recommendation)) : null
      const fixed_version = fix === 'several' ? null : fix
      return {
        id: recommendation,
        kind,
        title:
          kind === 'setting'
            ? (titles.get(component) ?? component)
            : kind === 'attention'
              ? `Mitigate ${component}: a public exploit and no known fix`
              : fixed_version && /^KB\d+$/.test(fixed_version)
                ? `Install ${fixed_version} (${component})`
                : `Update ${component}${fixed_version ? ` to ${fixed_version}` : ''}`,
        component,
        fixed_version,
        findings,
        vulnerabilities: kind === 'setting' ? 0 : subjects,
        severity: severity === null ? null : severities[severity]!,
        stage: exploitStages[stage]!,
        gain,
      }
    })
    .toSorted((a, b) => (b.gain ?? -1) - (a.gain ?? -1) || (a.id < b.id ? -1 : 1))
}
