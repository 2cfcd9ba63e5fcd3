import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, holds, momentParams, presentColumns } from '../moment.ts'
import { foundFindings, foundParams } from '../recommendations/found.ts'

/** A recommendation that closes a vulnerability, and on how many assets. */
export interface ClosingRecommendation {
  id: string
  assets: number
}

/** The recommendations to which the open findings of a vulnerability belong at the end of a day, also excepted ones; those on most assets first. */
export function closingRecommendations(engine: Engine, scope: Scope, day: number, id: string): Promise<ClosingRecommendation[]> {
  return engine.query<ClosingRecommendation>(
    `${foundFindings(scope.groups, {}, { excepted: true, vulnerability: 'one' })}
    select recommendation as id, cast(count(distinct asset_id) as bigint) as assets from found where recommendation <> '' group by recommendation order by assets desc, recommendation collate "C"`,
    { ...foundParams(scope, day), id },
  )
}

/** An operating system and on how many assets with it a vulnerability is open; null: no report states it. */
export interface ExposedSystem {
  os_family: string | null
  os: string | null
  assets: number
}

/** The operating systems of the assets on which a vulnerability is open, those of most assets first; at most 100. */
export function exposedSystems(engine: Engine, scope: Scope, moment: AskedMoment, id: string): Promise<ExposedSystem[]> {
  return engine.query<ExposedSystem>(
    `with ${presentColumns(scope, ['asset_id', 'os_family', 'os'])}
    select a.os_family, a.os, cast(count(distinct a.asset_id) as bigint) as assets from a join finding_history f on f.asset_id = a.asset_id
    where f.org_id = $org_id and f.kind = 'vulnerability' and f.subject = $id and ${holds('f')}
    group by a.os_family, a.os order by assets desc, a.os_family collate "C" nulls last, a.os collate "C" nulls last limit 100`,
    { ...momentParams(scope, moment), id },
  )
}
