import { cvssSql } from '../../derive/asset-days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { causeSql, NEVER_STEP, stepSql } from '../../steps.ts'
import { vulnerabilitySteps } from '../../vulnerability-steps.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** While [from_step, to_step) a finding of the asset has this hazard, in units of 1e-8: with reach 1 and with 0.6. */
export interface HazardSegment {
  kind: 'vulnerability' | 'control'
  subject: string
  from_step: number
  to_step: number
  internet: number
  internal: number
}

/** The hazards of one asset's findings over all time. */
export function hazardSegments(engine: Engine, scope: Scope, asset_id: number): Promise<HazardSegment[]> {
  return engine.query<HazardSegment>(
    `with f as (
      select f.kind, f.subject, f.severity, f.cvss_tenths, f.stage, ${stepSql('f.from_day', 'f.from_cause')} as from_step, ${stepSql('f.to_day', 'f.to_cause')} as to_step
      from finding_history f where f.org_id = $org_id and f.asset_id = $asset_id and f.from_day < f.to_day and not f.excepted and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)
        ${inGroups('f.asset_id', scope.groups)}
    ),
    about as (select distinct cast($org_id as integer) as org_id, subject from f where kind = 'vulnerability'),
    ${vulnerabilitySteps('about')},
    held as (
      select f.kind, f.subject, greatest(f.from_step, coalesce(v.from_step, 0)) as from_step, least(f.to_step, coalesce(v.to_step, ${NEVER_STEP})) as to_step,
        greatest(f.stage, coalesce(v.stage, 0)) as stage, coalesce(v.epss, -1) as epss, ${cvssSql('v.cvss_tenths', 'f')} as cvss_tenths
      from f left join vulnerability_step v on v.vulnerability_id = f.subject and v.from_step < f.to_step and f.from_step < v.to_step
      where f.kind = 'vulnerability'
      union all
      select f.kind, f.subject, f.from_step, f.to_step, -1, -1, coalesce(f.severity, 2) from f where f.kind = 'control'
    )
    select h.kind, h.subject, h.from_step, h.to_step, z.internet, z.internal
    from held h join hazard z on z.stage = h.stage and z.epss = h.epss and z.cvss_tenths = h.cvss_tenths`,
    { org_id: scope.org_id, asset_id, ...groupParams(scope.groups) },
  )
}

/** The asset's own states: `hazard` (1e-8), `exposure` (1e-9) and `weight` (0: not in the score) after a step. */
export interface AssetState {
  day: number
  cause: number
  hazard: number
  exposure: number
  weight: number
}

export function assetStates(engine: Engine, scope: Scope, asset_id: number): Promise<AssetState[]> {
  return engine.query<AssetState>(
    `select d.day, d.cause, d.hazard, d.exposure, d.weight from asset_day d
    where d.org_id = $org_id and d.asset_id = $asset_id ${inGroups('d.asset_id', scope.groups)} order by d.day, d.cause`,
    { org_id: scope.org_id, asset_id, ...groupParams(scope.groups) },
  )
}

/** While [from_step, to_step) the asset was internet-facing. */
export function facingSteps(engine: Engine, scope: Scope, asset_id: number): Promise<{ from_step: number; to_step: number }[]> {
  const attribute = causeSql('attribute_changed')
  return engine.query(
    `select ${stepSql('a.from_day', attribute)} as from_step, ${stepSql('a.to_day', attribute)} as to_step from asset_history a
    where a.org_id = $org_id and a.asset_id = $asset_id and a.from_day < a.to_day and a.internet_facing`,
    { org_id: scope.org_id, asset_id },
  )
}

/** Who states a finding of the asset: a source, through an import. */
export interface StatedBy {
  kind: string
  subject: string
  component: string
  source: string
  import_no: number
  valid_from: number
  valid_to: number
}

/** The sightings and failed results of some subjects on an asset, as known now, in order of time. */
export function statedBy(engine: Engine, scope: Scope, asset_id: number, subjects: readonly string[]): Promise<StatedBy[]> {
  if (subjects.length === 0) return Promise.resolve([])
  const line = (table: string, more = '') =>
    `select k.kind, k.subject, k.component, s.source, s.opened_in as import_no, s.valid_from, s.valid_to
    from ${table} s join finding_key k on k.finding_id = s.finding_id
    where s.org_id = $org_id and s.asset_id = $asset_id and s.retracted_in = 9007199254740991 and k.subject = any($subjects) ${more}`
  return engine.query<StatedBy>(
    `select * from (${line('sighting_history')} union all ${line('control_result_history', `and s.status = 'fail'`)}) said
    order by subject collate "C", valid_from, source collate "C", component collate "C"`,
    { org_id: scope.org_id, asset_id, subjects: [...subjects] },
  )
}
