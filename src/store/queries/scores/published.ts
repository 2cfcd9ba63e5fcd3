import { NEVER } from '../../../model/time.ts'
import type { Engine, Value } from '../../engines/engine.ts'

/** A number that was told: with the instant and the knowledge that give it again for ever. */
export interface PublishedScore {
  org_id: number
  /** exposure, secure, metric, initiative. */
  score: string
  /** '' or the metric's or initiative's id. */
  id: string
  day: number
  /** The last instant of the day. */
  as_of: number
  /** The last import that was known then. */
  known_at: number
  /** The score is numerator / denominator, in its own units; denominator 0: there was nothing to score. */
  numerator: number
  denominator: number
  formula: string
}

const columns = [
  'org_id',
  'score',
  'id',
  'day',
  'as_of',
  'known_at',
  'numerator',
  'denominator',
  'formula',
] as const satisfies readonly (keyof PublishedScore)[]

/** Keeps numbers that are told from now on. */
export async function writePublished(transaction: Engine, rows: readonly PublishedScore[]): Promise<void> {
  await transaction.append(
    'published_score',
    columns,
    rows.map((row) => columns.map((column): Value => row[column])),
  )
}

/** The published numbers of a score in order of days, both ends included. */
export function readPublished(
  engine: Engine,
  org_id: number,
  score: string,
  id: string,
  from_day: number,
  to_day: number,
): Promise<PublishedScore[]> {
  return engine.query<PublishedScore>(
    `select ${columns.join(', ')} from published_score where org_id = $org_id and score = $score and id = $id and day between $from_day and $to_day order by day`,
    { org_id, score, id, from_day, to_day },
  )
}

/** The first day whose number is not published yet, of each organisation that has imports of its own: the day after the last published, else that of its first import. */
export function unpublishedSince(engine: Engine): Promise<{ org_id: number; day: number }[]> {
  return engine.query<{ org_id: number; day: number }>(
    `with told as (select org_id, max(day) as day from published_score group by org_id),
    begun as (select org_id, min(recorded_at) as at from import where org_id is not null and undone_in = ${NEVER} group by org_id)
    select b.org_id, coalesce(t.day + 1, d.day) as day from begun b left join told t on t.org_id = b.org_id
    join day d on d.org_id = b.org_id and d.starts_at <= b.at and b.at < d.ends_at order by b.org_id`,
  )
}
