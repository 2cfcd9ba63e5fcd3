import { severities, type Severity } from '../../../model/severity.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { exceptedAssets } from '../exceptions/in-force.ts'
import { type AskedMoment, momentParams, presentAssets, standing } from '../moment.ts'
import { askPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
import { objectivesOf } from './objectives.ts'
import { severityWord } from '../words.ts'

/** A control and how far it is met. */
export interface ControlItem {
  control_id: string
  title: string
  source: string
  category: string | null
  severity: Severity | null
  product: string | null
  state: 'met' | 'partly_met' | 'not_met' | 'unknown' | 'not_applicable'
  /** Assets by what the check gave; `unknown`: it did not run. */
  passed: number
  failed: number
  unknown: number
  /** Of the failed ones, those that exceptions give their full points. */
  excepted: number
  /** What it is for, as ids of the catalog's objectives. */
  objectives: string[]
  /** Of the secure score; null when it is not part of it, and for a part of the organisation. */
  points: number | null
  max_points: number | null
}

interface ControlRow extends Omit<ControlItem, 'severity' | 'excepted' | 'objectives'> {
  severity: number | null
}

/** Fields of the list of controls, by their own name and by the name that conditions of metrics use. */
export const controlColumns: ListColumns = new Map<string, ListColumn>([
  ['control_id', { type: 'text', title: 'id', sql: 'x.control_id' }],
  ['title', { type: 'text', title: 'title', sql: 'x.title' }],
  ['source', { type: 'text', title: 'source', sql: 'x.source' }],
  ['category', { type: 'text', title: 'category', sql: 'x.category' }],
  ['product', { type: 'text', title: 'product', sql: 'x.product' }],
  ['severity', { type: 'ordered', title: 'severity', values: severities, sql: 'x.severity' }],
  ['state', { type: 'text', title: 'state', values: ['met', 'partly_met', 'not_met', 'unknown', 'not_applicable'], sql: 'x.state' }],
  ['passed', { type: 'number', title: 'passed', sql: 'x.passed' }],
  ['failed', { type: 'number', title: 'failed', sql: 'x.failed' }],
  ['unknown', { type: 'number', title: 'unknown', sql: 'x.unknown' }],
  ['points', { type: 'number', title: 'points', scale: 1000, sql: 'x.points' }],
  ['max_points', { type: 'number', title: 'most points', scale: 1000, sql: 'x.max_points' }],
  ['missing_points', { type: 'number', title: 'missing points', scale: 1000, sql: 'x.max_points - x.points' }],
  ['control.control_id', { type: 'text', title: 'id', sql: 'x.control_id' }],
  ['control.category', { type: 'text', title: 'category', sql: 'x.category' }],
  [
    'control.objective',
    {
      type: 'text',
      several: true,
      title: 'objective',
      sql: 'exists (select 1 from control_objective o where o.org_id = $org_id and o.control_id = x.control_id and o.objective in ($values))',
    },
  ],
  ['control.source', { type: 'text', title: 'source', sql: 'x.source' }],
])

/**
 * CTEs down to `control_row`. Of several installations of one tool the first in the alphabet describes a control. Of several results of
 * an asset the worst counts. Points are those of the secure score on $day.
 */
export const controlCtes = (scope: Scope, only = ''): string => `${presentAssets(scope)},
  described as (
    select distinct on (c.control_id) c.control_id, c.title, c.source, c.category, c.severity, c.product, c.description, c.remediation, c.url, c.frameworks
    from control_history c where c.org_id = $org_id and ${standing('c')} ${only} order by c.control_id, c.source collate "C"),
  result as (
    select r.control_id, r.asset_id, max(case r.status when 'fail' then 3 when 'not_run' then 2 when 'pass' then 1 else 0 end) as worst,
      max(case when r.status = 'fail' and (r.passed > 0 or r.points > 0) then 1 else 0 end) as partly
    from control_result_history r join a on a.asset_id = r.asset_id where r.org_id = $org_id and ${standing('r')} ${only.replaceAll('c.', 'r.')} group by r.control_id, r.asset_id),
  summed as (
    select control_id, count(case when worst = 1 then 1 end) as passed, count(case when worst = 3 then 1 end) as failed, count(case when worst = 2 then 1 end) as unknown,
      max(partly) as partly, count(*) as results from result group by control_id),
  pointed as (
    select d.id as control_id, cast(sum(d.numerator_delta) as bigint) as points, cast(sum(d.denominator_delta) as bigint) as max_points
    from score_delta d where d.org_id = $org_id and d.score = 'control' and d.day <= $day group by d.id having sum(d.denominator_delta) > 0),
  control_row as (
    select d.*, coalesce(s.passed, 0) as passed, coalesce(s.failed, 0) as failed, coalesce(s.unknown, 0) as unknown,
      case when s.failed > 0 and (s.passed > 0 or s.partly = 1) then 'partly_met' when s.failed > 0 then 'not_met' when s.passed > 0 then 'met'
        when s.unknown > 0 or s.results is null then 'unknown' else 'not_applicable' end as state,
      ${scope.groups === null ? 'p.points, p.max_points' : 'cast(null as bigint) as points, cast(null as bigint) as max_points'}
    from described d left join summed s on s.control_id = d.control_id left join pointed p on p.control_id = d.control_id)`

/** Controls, those with the most missing points first. */
export async function listControls(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
): Promise<PageAnswer<ControlItem>> {
  const answer = await askPage<ControlRow>(
    engine,
    {
      ctes: controlCtes(scope),
      select: 'select c.* from control_row c',
      params: momentParams(scope, moment),
      columns: controlColumns,
      key: [{ column: 'control_id', type: 'text' }],
      search: ['x.control_id', 'x.title'],
      sort: '-missing_points',
    },
    page,
  )
  const excepted = await exceptedAssets(
    engine,
    scope,
    moment,
    'control',
    answer.items.map((row) => row.control_id),
  )
  const objectives = await objectivesOf(
    engine,
    scope,
    answer.items.map((row) => row.control_id),
  )
  return {
    ...answer,
    items: answer.items.map((row) => controlItem(row, excepted.get(row.control_id) ?? 0, objectives.get(row.control_id) ?? [])),
  }
}

/** A control as it is answered; `excepted`: assets on which it fails under an exception that moves scores. */
export const controlItem = (
  { control_id, title, source, category, severity, product, state, passed, failed, unknown, points, max_points }: ControlRow,
  excepted: number,
  objectives: string[],
): ControlItem => ({
  control_id,
  title,
  source,
  category,
  severity: severityWord(severity),
  product,
  state,
  passed,
  failed,
  unknown,
  excepted,
  objectives,
  points: points === null ? null : points / 1000,
  max_points: max_points === null ? null : max_points / 1000,
})
