import type { Instant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import { listOrgs, type Org } from '../../orgs.ts'

/** An organisation with the number of its assets. */
export interface OrganisationItem extends Org {
  /** Assets that have not left. */
  assets: number
}

/** The organisations, in the order in which they were added, with their assets at an instant. */
export async function listOrganisations(engine: Engine, at: Instant): Promise<OrganisationItem[]> {
  const [orgs, counts] = await Promise.all([
    listOrgs(engine),
    engine.query<{ org_id: number; assets: number }>(
      `with gone as (
        select p.org_id, p.asset_id from presence_history p where p.retracted_in = 9007199254740991 and p.valid_from <= $at
        group by p.org_id, p.asset_id having max(p.valid_to) <= $at)
      select a.org_id, count(*) as assets from asset_history a left join gone g on g.org_id = a.org_id and g.asset_id = a.asset_id
      where a.valid_from <= $at and $at < a.valid_to and g.asset_id is null group by a.org_id`,
      { at },
    ),
  ])
  const assetsOf = new Map(counts.map((row) => [row.org_id, row.assets]))
  return orgs.map((org) => ({ ...org, assets: assetsOf.get(org.org_id) ?? 0 }))
}
