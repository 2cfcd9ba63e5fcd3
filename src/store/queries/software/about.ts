import { stageRank } from '../../../model/exploit.ts'
import { NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import { lowerSql } from '../lower.ts'

/** Every name under which findings or reports of software ever named something, with the vendor that one states and the type of the asset. */
const namedSql = `select distinct f.component as name, cast(null as varchar) as vendor, a.type from finding_history f
    join asset_history a on a.org_id = f.org_id and a.asset_id = f.asset_id
    where f.org_id = $org_id and f.kind = 'vulnerability' and f.component <> ''
  union select distinct s.name, s.vendor, a.type from software_history s join asset_history a on a.org_id = s.org_id and a.asset_id = s.asset_id
    where s.org_id = $org_id and s.retracted_in = ${NEVER}`

/** A name of software on assets of a type. */
export interface NamedSoftware {
  name: string
  type: string
}

/**
 * Names that mean a product (the same but for capitals) or what a vendor makes (the vendor's name is in the vendor that reports state, or in the name itself), by name.
 * `text`: in small letters.
 */
export function softwareAbout(engine: Engine, org_id: number, of: 'product' | 'vendor', text: string): Promise<NamedSoftware[]> {
  const fits =
    of === 'product'
      ? `${lowerSql('name')} = $text`
      : `strpos(${lowerSql('name')}, $text) > 0 or strpos(${lowerSql(`coalesce(vendor, '')`)}, $text) > 0`
  return engine.query(
    `select * from (select distinct name, type from (${namedSql}) n where ${fits}) d order by name collate "C", type collate "C"`,
    {
      org_id,
      text,
    },
  )
}

/** The types of the assets on which some of these vulnerabilities were ever found. */
export async function typesWith(engine: Engine, org_id: number, vulnerabilities: readonly string[]): Promise<string[]> {
  if (vulnerabilities.length === 0) return []
  const rows = await engine.query<{ type: string }>(
    `select distinct a.type from finding_history f join asset_history a on a.org_id = f.org_id and a.asset_id = f.asset_id
     where f.org_id = $org_id and f.kind = 'vulnerability' and f.subject = any($vulnerabilities) order by a.type`,
    { org_id, vulnerabilities: [...vulnerabilities] },
  )
  return rows.map(({ type }) => type)
}

/** A product or vendor of the inventory with weaknesses that public intelligence lists as known exploited. */
export interface ExploitedSoftware {
  name: string
  /** Different ones of them that are open, and the assets on which some is. */
  vulnerabilities: number
  assets: number
}

/** Those with the most such weaknesses first. `day`: at whose end they stand open. */
export function mostExploited(
  engine: Engine,
  org_id: number,
  by: 'product' | 'vendor',
  day: number,
  limit: number,
): Promise<ExploitedSoftware[]> {
  return engine.query(
    `with listed as (select distinct vulnerability_id from exploit_history where retracted_in = ${NEVER} and valid_to = ${NEVER} and stage >= $stage),
    of_vendor as (select name, min(vendor collate "C") as vendor from software_history where org_id = $org_id and retracted_in = ${NEVER} and vendor <> '' group by name)
    select ${by === 'product' ? 'f.component' : 'v.vendor'} as name, count(distinct f.subject) as vulnerabilities, count(distinct f.asset_id) as assets
    from finding_history f join listed l on l.vulnerability_id = f.subject
      join asset_history a on a.org_id = f.org_id and a.asset_id = f.asset_id and a.from_day <= $day and $day < a.to_day left join of_vendor v on v.name = f.component
    where f.org_id = $org_id and f.kind = 'vulnerability' and f.component <> '' and f.from_day <= $day and $day < f.to_day
      ${by === 'vendor' ? 'and v.vendor is not null' : ''}
    group by 1 order by 2 desc, 3 desc, 1 limit $limit`,
    { org_id, day, stage: stageRank('known_exploited'), limit },
  )
}
