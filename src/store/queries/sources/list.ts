import { DAY_US, formatInstant, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, holds, momentParams } from '../moment.ts'
import { inGroups } from '../metrics/sweep.ts'

/** Who reports to us. */
export interface SourceItem {
  source: string
  kind: 'report' | 'feed'
  /** What it last sent: a format's id. */
  format: string | null
  last_observed_at: string | null
  last_import_at: string
  imports: number
  /** Assets that it listed and that have not left; 0 for feeds. */
  assets: number
  /** Days without a look after which what it said is stale. */
  staleness_days: number
  state: 'fresh' | 'stale'
}

/** Days after which a source is stale of which no rhythm is known yet. DESIGN 4. */
const LEAST_STALENESS = 30

/** Sources of reports of the organisation and of the world's feeds, by what was recorded until the moment. */
export async function listSources(engine: Engine, scope: Scope, moment: AskedMoment): Promise<SourceItem[]> {
  const rows = await engine.query<{
    source: string
    kind: 'report' | 'feed'
    format: string | null
    last_observed_at: Instant | null
    last_import_at: Instant
    imports: number
    assets: number | null
    lasts: number | null
  }>(
    `with sent as (
      select i.source, i.kind, i.format, i.observed_at, i.recorded_at, row_number() over (partition by i.source, i.kind order by i.import_no desc) as place from import i
      where (i.org_id = $org_id or i.org_id is null) and i.kind in ('report', 'feed') and i.source is not null and i.undone_in = ${NEVER} and i.recorded_at <= $at),
    summed as (
      select source, kind, max(case when place = 1 then format end) as format, max(observed_at) as last_observed_at, max(recorded_at) as last_import_at, count(*) as imports
      from sent group by source, kind),
    listed as (
      select p.source, count(distinct p.asset_id) as assets from presence_history p
      where p.org_id = $org_id and p.retracted_in = ${NEVER} and ${holds('p')} ${inGroups('p.asset_id', scope.groups)} group by p.source)
    select s.*, l.assets, t.lasts from summed s left join listed l on s.kind = 'report' and l.source = s.source
    left join source_staleness t on t.org_id = $org_id and t.source = s.source
    order by s.kind desc, s.source collate "C"`,
    momentParams(scope, moment),
  )
  return rows.map(({ source, kind, format, last_observed_at, last_import_at, imports, assets, lasts }) => {
    const staleness_days = lasts === null ? LEAST_STALENESS : lasts / DAY_US
    const fresh = moment.at - (last_observed_at ?? last_import_at) <= staleness_days * DAY_US
    return {
      source,
      kind,
      format,
      last_observed_at: formatInstant(last_observed_at),
      last_import_at: formatInstant(last_import_at),
      imports,
      assets: assets ?? 0,
      staleness_days,
      state: fresh ? 'fresh' : 'stale',
    }
  })
}
