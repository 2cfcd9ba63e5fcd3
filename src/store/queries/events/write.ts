import { NEVER } from '../../../model/time.ts'
import { NEVER_DAY } from '../../days.ts'
import type { Engine, Value } from '../../engines/engine.ts'
import type { SubjectKind } from './risk-changes.ts'
import type { ImportCounts, ManyClosed } from '../../imports.ts'

/** A row of the table `event`. */
export interface EventRow {
  org_id: number
  event_id: string
  feed: 'risk' | 'posture'
  type: string
  happened_at: number
  day: number
  component: string | null
  score: string | null
  score_id: string | null
  /** Units of 1e-9 of the score's own scale 0–1. */
  score_before: number | null
  score_after: number | null
  direction: 'worse' | 'better' | 'neutral'
  /** Null for posture events. */
  subject_kind: SubjectKind | null
  /** JSON list of ids of vulnerabilities or controls, or of software with its version. */
  subjects: string
  assets: number
  active_assets: number
  severity: number | null
  source: string | null
  headline: string
  /** What it moved the organisation's exposure score by, units of 1e-9 of 0–1; null: it is about another score. */
  score_effect: number | null
  /** JSON [[cause, units of 1e-6 points]]. */
  effects: string
  /** First day at whose end what had got worse was back; null: not yet, or it does not apply. */
  recovered_day: number | null
}

const columns = [
  'org_id',
  'event_id',
  'feed',
  'type',
  'happened_at',
  'day',
  'component',
  'score',
  'score_id',
  'score_before',
  'score_after',
  'direction',
  'subject_kind',
  'subjects',
  'assets',
  'active_assets',
  'severity',
  'source',
  'headline',
  'score_effect',
  'effects',
  'recovered_day',
] as const satisfies readonly (keyof EventRow)[]

/** Replaces the events of a feed of an organisation, from a day on. */
export async function writeEvents(
  transaction: Engine,
  org_id: number,
  feed: EventRow['feed'],
  since: number,
  events: readonly EventRow[],
): Promise<void> {
  await transaction.run('delete from event where org_id = $org_id and feed = $feed and day >= $since', { org_id, feed, since })
  await transaction.append(
    'event',
    columns,
    events.map((event) => columns.map((column): Value => event[column])),
  )
}

/** How many findings began or ended on a day or after it, and the first such day; the day itself when there are none. */
export async function findingsSince(engine: Engine, org_id: number, since: number): Promise<{ findings: number; first_day: number }> {
  const [row] = await engine.query<{ findings: number; first_day: number | null }>(
    `select count(*) as findings, min(greatest(from_day, $since)) as first_day from finding_history where org_id = $org_id and (from_day >= $since or to_day between $since and ${NEVER_DAY - 1})`,
    { org_id, since },
  )
  return { findings: row!.findings, first_day: row!.first_day ?? since }
}

/** On how many assets the exposure grew on each of these days; days on which it grew on none are left out. */
export async function grownAssets(engine: Engine, org_id: number, days: readonly number[]): Promise<Map<number, number>> {
  if (days.length === 0) return new Map()
  const rows = await engine.query<{ day: number; assets: number }>(
    `select day, cast(count(*) as bigint) as assets from (
      select day, asset_id from asset_day where org_id = $org_id and day = any($days) group by day, asset_id having sum(weighted_delta) > 0) grown group by day`,
    { org_id, days: [...days] },
  )
  return new Map(rows.map(({ day, assets }) => [day, assets]))
}

/** First day of any score of the organisation, and the ends of the days from it on to `today`; empty when there is none. */
export function scoredDays(engine: Engine, org_id: number, today: number): Promise<{ day: number; ends_at: number }[]> {
  return engine.query(
    `select d.day, d.ends_at from day d where d.org_id = $org_id and d.day <= $today and d.day >= (select day from score_delta where org_id = $org_id order by day limit 1) order by d.day`,
    { org_id, today },
  )
}

/** An import that closed many findings of a source at once. */
export interface ClosingImport extends ManyClosed {
  import_no: number
  /** When the report looked. */
  happened_at: number
  day: number
}

/** The imports until $today that stand and closed many findings of a source at once. */
export async function closingImports(engine: Engine, org_id: number, today: number): Promise<ClosingImport[]> {
  const rows = await engine.query<{ import_no: number; happened_at: number; day: number; counts: string }>(
    `select i.import_no, coalesce(i.observed_at, i.recorded_at) as happened_at, d.day, i.counts from import i
      join day d on d.org_id = $org_id and d.starts_at <= coalesce(i.observed_at, i.recorded_at) and coalesce(i.observed_at, i.recorded_at) < d.ends_at
    where i.org_id = $org_id and i.kind = 'report' and i.undone_in = ${NEVER} and d.day <= $today and strpos(i.counts, '"many_closed"') > 0 order by i.import_no`,
    { org_id, today },
  )
  return rows.flatMap(({ counts, ...row }) =>
    ((JSON.parse(counts) as ImportCounts).many_closed ?? []).map((closed) => ({ ...row, ...closed })),
  )
}
