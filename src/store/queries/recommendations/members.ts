import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import type { ExposedAsset } from '../metrics/exposed-assets.ts'
import { foundFindings, foundParams } from './found.ts'

/** Predicate that picks a recommendation's findings from `found`: by its id, or by the column `member`. */
export interface Members {
  /** Over a row of `found`: `recommendation = $recommendation` or `member`. */
  pick: string
  /** Columns of `found` as predicates over f, v, c: `member`. */
  columns: Readonly<Record<string, string>>
  params: Params
}

/** An asset that a recommendation would clear: its worst finding there, and how many different vulnerabilities or controls. */
export interface MemberAsset extends ExposedAsset {
  subject: string
  subjects: number
}

/** The assets of a recommendation, those with the greatest hazard first. */
export function memberAssets(
  engine: Engine,
  scope: Scope,
  day: number,
  members: Members,
  page: { limit: number; offset: number },
): Promise<MemberAsset[]> {
  return engine.query<MemberAsset>(
    `${foundFindings(scope.groups, members.columns, { excepted: true })},
    picked as (select * from found where ${members.pick}),
    worst as (select distinct on (asset_id) asset_id, subject from picked order by asset_id, h desc, subject collate "C"),
    counted as (select asset_id, cast(count(distinct subject) as bigint) as subjects, min(from_day) as since_day, max(h) as h from picked group by asset_id)
    select a.asset_id, a.name, a.type, a.criticality, a.asset_group, a.owner, a.internet_facing, n.since_day, w.subject, n.subjects
    from counted n join worst w on w.asset_id = n.asset_id join here a on a.asset_id = n.asset_id
    order by n.h desc, a.name collate "C", a.asset_id limit $limit offset $offset`,
    { ...foundParams(scope, day), ...members.params, ...page },
  )
}

/** A vulnerability or control of a recommendation. */
export interface MemberSubject {
  subject: string
  kind: string
  severity: number | null
  stage: number
  assets: number
}

/** The vulnerabilities or controls of a recommendation, the worst first. */
export function memberSubjects(engine: Engine, scope: Scope, day: number, members: Members): Promise<MemberSubject[]> {
  return engine.query<MemberSubject>(
    `${foundFindings(scope.groups, members.columns, { excepted: true })}
    select subject, kind, max(severity) as severity, max(stage) as stage, cast(count(distinct asset_id) as bigint) as assets
    from found where ${members.pick} group by subject, kind order by stage desc, severity desc nulls last, assets desc, subject collate "C"`,
    { ...foundParams(scope, day), ...members.params },
  )
}
