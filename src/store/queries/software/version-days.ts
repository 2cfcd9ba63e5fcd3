import { NEVER } from '../../../model/time.ts'
import { dayJoin, daySql, NEVER_DAY } from '../../days.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { groupParams, inGroups } from '../metrics/sweep.ts'

/** By how many the assets with a version of a software change on a day. */
export interface VersionChange {
  version: string
  day: number
  assets: number
}

/** CTE: when, in days, rows of a table of facts hold of each asset. */
const inDays = (name: string, table: string, columns: string, only: string): string => `${name} as (
    select r.asset_id${columns}, ${daySql('r.valid_from', 'd1')} as from_day, ${daySql('r.valid_to', 'd2')} as to_day
    from ${table} r left join day d1 on ${dayJoin('r.valid_from', '$org_id', 'd1')} left join day d2 on ${dayJoin('r.valid_to', '$org_id', 'd2')}
    where r.org_id = $org_id and r.retracted_in = ${NEVER} ${only})`

/**
 * Changes of the number of assets that have each version of a software, as long as a source lists the asset; in order of version and day. An asset on
 * which several sources find the same version counts once. On assets of which no report ever lists the software it is where findings name it. `vendor` null: of any.
 */
export function versionChanges(
  engine: Engine,
  scope: Scope,
  { name, vendor }: { name: string; vendor: string | null },
): Promise<VersionChange[]> {
  return engine.query<VersionChange>(
    `with ${inDays('stated', 'software_history', ', r.version', `and r.name = $name ${vendor === null ? '' : "and coalesce(r.vendor, '') = $vendor"} ${inGroups('r.asset_id', scope.groups)}`)},
    ${inDays('sighted', 'sighting_history', ', r.finding_id, r.version', `and r.kind = 'vulnerability' and r.finding_id in (select finding_id from finding_key where org_id = $org_id and component = $name) ${inGroups('r.asset_id', scope.groups)}`)},
    installed as (
      select asset_id, version, from_day, to_day from stated
      union all
      select asset_id, coalesce(version, ''), from_day, to_day from sighted
      where ${vendor === null ? 'true' : "$vendor = ''"} and asset_id not in (select asset_id from software_history where org_id = $org_id and name = $name and retracted_in = ${NEVER})),
    ${inDays('listed', 'presence_history', '', 'and r.asset_id in (select asset_id from installed)')},
    held as (
      select distinct i.asset_id, i.version, greatest(i.from_day, l.from_day, a.from_day) as from_day, least(i.to_day, l.to_day, a.to_day) as to_day
      from installed i join listed l on l.asset_id = i.asset_id and l.from_day < i.to_day and i.from_day < l.to_day
        join asset_history a on a.org_id = $org_id and a.asset_id = i.asset_id and a.from_day < least(i.to_day, l.to_day) and greatest(i.from_day, l.from_day) < a.to_day),
    marked as (
      select *, case when from_day <= max(to_day) over (partition by asset_id, version order by from_day, to_day rows between unbounded preceding and 1 preceding) then 0 else 1 end as begins
      from held where from_day < to_day),
    run as (select *, sum(begins) over (partition by asset_id, version order by from_day, to_day rows unbounded preceding) as run from marked),
    whole as (select asset_id, version, min(from_day) as from_day, max(to_day) as to_day from run group by asset_id, version, run),
    edge as (select version, from_day as day, 1 as sign from whole union all select version, to_day, -1 from whole where to_day < ${NEVER_DAY})
    select version, day, cast(sum(sign) as bigint) as assets from edge group by version, day having sum(sign) <> 0 order by version collate "C", day`,
    { org_id: scope.org_id, name, ...(vendor === null ? {} : { vendor }), ...groupParams(scope.groups) },
  )
}
