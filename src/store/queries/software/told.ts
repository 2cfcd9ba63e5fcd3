import type { SoftwareTag } from '../../../model/recommendation.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, standing } from '../moment.ts'
import { NEW_FIX_DAYS } from '../recommendations/course.ts'
import { foundParams } from '../recommendations/found.ts'
import { makeupPieces } from '../scores/makeup.ts'
import type { SoftwareTold } from './list.ts'

/**
 * What the open vulnerabilities in each software come to at the end of a day: their points in the exposure score, which with those of checks and of what
 * names no component sum to the score, and tags. What exceptions keep out of the scores is left out.
 */
export async function tellSoftware(engine: Engine, scope: Scope, { at, day }: AskedMoment): Promise<SoftwareTold[]> {
  const rows = await engine.query<{
    name: string
    vendor_key: string
    impact: number
    zero_days: number
    fixable: number
    unfixable: number
    new_fixes: number
  }>(
    `${makeupPieces(scope)},
    vendor_of as (
      select s.asset_id, s.name, max(s.vendor collate "C") as vendor from software_history s where s.org_id = $org_id and ${standing('s')} group by s.asset_id, s.name),
    exploited as (select distinct finding_id from found where kind = 'vulnerability' and stage >= 4 and fixable),
    fresh as (
      select g.finding_id from sighting_history g join exploited e on e.finding_id = g.finding_id cross join moment m
      where g.retracted_in = 9007199254740991 group by g.finding_id, m.ends_at
      having min(g.valid_from) < min(case when g.fixed_version is not null then g.valid_from end)
        and m.ends_at - ${NEW_FIX_DAYS * 86_400_000_000} < min(case when g.fixed_version is not null then g.valid_from end)),
    flaw as (
      select f.component as name, coalesce(v.vendor, '') as vendor_key, cast(count(distinct case when f.stage >= 4 and not f.fixable then f.subject end) as bigint) as zero_days,
        cast(count(case when f.fixable then 1 end) as bigint) as fixable, cast(count(case when not f.fixable then 1 end) as bigint) as unfixable, cast(count(n.finding_id) as bigint) as new_fixes
      from found f left join vendor_of v on v.asset_id = f.asset_id and v.name = f.component left join fresh n on n.finding_id = f.finding_id
      where f.kind = 'vulnerability' and f.component <> '' group by f.component, coalesce(v.vendor, '')),
    points as (
      select p.component as name, coalesce(v.vendor, '') as vendor_key, cast(floor(cast(sum(p.part) as double precision) / 1000000 + 0.5) as bigint) as impact
      from piece p left join vendor_of v on v.asset_id = p.asset_id and v.name = p.component where p.component <> '' group by p.component, coalesce(v.vendor, ''))
    select f.name, f.vendor_key, coalesce(p.impact, 0) as impact, f.zero_days, f.fixable, f.unfixable, f.new_fixes
    from flaw f left join points p on p.name = f.name and p.vendor_key = f.vendor_key order by f.name collate "C", f.vendor_key collate "C"`,
    { ...foundParams(scope, day), at },
  )
  return rows.map(({ name, vendor_key, impact, zero_days, fixable, unfixable, new_fixes }) => {
    const tags: SoftwareTag[] = [
      ...(zero_days > 0 ? (['zero_day'] as const) : []),
      ...(new_fixes > 0 ? (['new_fix'] as const) : []),
      ...(fixable === 0 ? (['no_fix'] as const) : unfixable > 0 ? (['some_fixes'] as const) : []),
    ]
    return { name, vendor_key, impact, tags }
  })
}
