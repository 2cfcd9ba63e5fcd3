import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { foundFindings, foundParams } from './found.ts'

/** A fixed version that some source states for a vulnerability of a recommendation. */
export interface FixedVersion {
  recommendation: string
  subject: string
  fixed_version: string
}

/** All fixed versions that are stated for open findings with a fix, of all assets or of one. */
export function fixedVersions(engine: Engine, scope: Scope, day: number, asset_id: number | null = null): Promise<FixedVersion[]> {
  return engine.query<FixedVersion>(
    `${foundFindings(scope.groups, {}, { asset: asset_id === null ? 'all' : 'one' })}
    select distinct f.recommendation, f.subject, s.fixed_version
    from found f join sighting_history s on s.finding_id = f.finding_id cross join moment m
    where f.kind = 'vulnerability' and f.fixable and s.fixed_version is not null and s.retracted_in = 9007199254740991 and s.valid_from < m.ends_at and m.ends_at <= s.valid_to`,
    { ...foundParams(scope, day), ...(asset_id === null ? {} : { asset_id }) },
  )
}
