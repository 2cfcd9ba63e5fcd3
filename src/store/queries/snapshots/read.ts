import { type Instant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import { newestControl } from '../metrics/sweep.ts'

// What a daily snapshot of the secure score is made of: docs/graph-api.md.

/** Change of an action's points at a day's end, thousandths. */
export interface ActionDelta {
  id: string
  day: number
  points: number
  max_points: number
}

/** All changes of all actions' points in order of days. */
export function readActionDeltas(engine: Engine, org_id: number): Promise<ActionDelta[]> {
  return engine.query<ActionDelta>(
    `select id, day, cast(sum(numerator_delta) as bigint) as points, cast(sum(denominator_delta) as bigint) as max_points
    from score_delta where org_id = $org_id and score = 'control' group by id, day
    having sum(numerator_delta) <> 0 or sum(denominator_delta) <> 0 order by day, id collate "C"`,
    { org_id },
  )
}

/** A control as the tools described it last. */
export interface DescribedControl {
  control_id: string
  source: string
  title: string
  category: string | null
  description: string | null
  remediation: string | null
  url: string | null
  product: string | null
  /** Thousandths; null: nobody states any. */
  max_points: number | null
  /** JSON [{framework, requirement}] */
  frameworks: string
  /** JSON ControlDetails; null: nothing. */
  details: string | null
}

/** Every control that any tool ever described. */
export function readDescribedControls(engine: Engine, org_id: number): Promise<DescribedControl[]> {
  return engine.query<DescribedControl>(`with ${newestControl} select * from newest_control order by control_id collate "C"`, { org_id })
}

/** Something that held for a while. */
interface Held {
  valid_from: Instant
  valid_to: Instant
}

/** What a tool said of a whole tenant. */
export interface TenantResult extends Held {
  control_id: string
  passed: number | null
  total: number | null
  evidence: string | null
}

/** SQL: a fact `f` stands and held at some instant of [$since, $until). */
const heldWithin = `f.retracted_in = ${NEVER} and f.valid_from < $until and f.valid_to > $since`
const tenants = `(select distinct asset_id from asset_history where org_id = $org_id and type = 'tenant')`

/** What tools said of whole tenants ("97 of 120 users") at some instant of [since, until). */
export function readTenantResults(engine: Engine, org_id: number, since: Instant, until: Instant): Promise<TenantResult[]> {
  return engine.query<TenantResult>(
    `select f.control_id, f.passed, f.total, f.evidence, f.valid_from, f.valid_to from control_result_history f
    where f.org_id = $org_id and ${heldWithin} and f.asset_id in ${tenants} order by f.control_id collate "C", f.valid_from, f.source collate "C", f.asset_id`,
    { org_id, since, until },
  )
}

/** When a source last looked at the controls of a tenant, as often as it did in [since, until). */
export function readTenantLooks(engine: Engine, org_id: number, until: Instant): Promise<{ source: string; observed_at: Instant }[]> {
  return engine.query<{ source: string; observed_at: Instant }>(
    `select distinct c.source, c.observed_at from coverage_history c
    where c.org_id = $org_id and c.retracted_in = ${NEVER} and c.subject = 'control' and c.observed_at < $until and c.asset_id in ${tenants} order by 2`,
    { org_id, until },
  )
}

/** What a snapshot said beside its points. */
export interface TotalSaid extends Held {
  /** JSON TotalDetails. */
  details: string
}

/** What snapshots said beside their points, at some instant of [since, until). */
export function readTotals(engine: Engine, org_id: number, since: Instant, until: Instant): Promise<TotalSaid[]> {
  return engine.query<TotalSaid>(
    `select f.details, f.valid_from, f.valid_to from score_total_history f
    where f.org_id = $org_id and ${heldWithin} and f.score = 'secure_score' and f.details is not null order by f.valid_from, f.source collate "C", f.asset_id`,
    { org_id, since, until },
  )
}
