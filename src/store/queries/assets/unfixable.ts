import { NEVER } from '../../../model/time.ts'
import { cvssSql } from '../../derive/asset-days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, holds, momentParams, presentAssets } from '../moment.ts'

/** Hazard of the open vulnerabilities in the score, in units of 1e-8, and of them those for which no source names a fix. */
export interface Unfixable {
  hazard: number
  without_fix: number
}

/** Which part of the hazard behind the exposure score has no available fix. A control can always be met: it counts as fixable. */
export async function sumUnfixable(engine: Engine, scope: Scope, moment: AskedMoment): Promise<Unfixable> {
  const [row] = await engine.query<Unfixable>(
    `with ${presentAssets(scope)},
    open_one as materialized (
      select f.asset_id, f.finding_id, f.subject, f.severity, f.cvss_tenths, f.stage, f.kind, a.internet_facing
      from finding_history f join a on a.asset_id = f.asset_id
      where f.org_id = $org_id and ${holds('f')} and not f.excepted and a.state = 'active' and (f.severity is null or f.severity > 0 or f.cvss_tenths > 0)),
    version as materialized (
      select v.vulnerability_id, v.epss, v.stage, v.cvss_tenths from vulnerability_history v where ${holds('v')}),
    fixable as (select distinct s.finding_id from sighting_history s where s.org_id = $org_id and s.fixed_version is not null and s.retracted_in = ${NEVER} and ${holds('s')}),
    rated as (
      select o.asset_id, o.kind, o.subject, case when x.finding_id is null and o.kind = 'vulnerability' then 0 else 1 end as fixable, o.internet_facing, o.severity,
        greatest(o.stage, coalesce(v.stage, 0)) as stage, coalesce(v.epss, -1) as epss, ${cvssSql('v.cvss_tenths', 'o')} as cvss_tenths
      from open_one o left join version v on v.vulnerability_id = o.subject left join fixable x on x.finding_id = o.finding_id),
    weighed as (
      select r.asset_id, r.kind, r.subject, max(r.fixable) as fixable, max(case when r.internet_facing then h.internet else h.internal end) as hazard
      from rated r join hazard h on h.stage = case when r.kind = 'control' then -1 else r.stage end and h.epss = case when r.kind = 'control' then -1 else r.epss end
        and h.cvss_tenths = case when r.kind = 'control' then coalesce(r.severity, 2) else r.cvss_tenths end
      group by r.asset_id, r.kind, r.subject)
    select cast(coalesce(sum(hazard), 0) as bigint) as hazard, cast(coalesce(sum(case when fixable = 0 then hazard end), 0) as bigint) as without_fix from weighed`,
    momentParams(scope, moment),
  )
  return row!
}
