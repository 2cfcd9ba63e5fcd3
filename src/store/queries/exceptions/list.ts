import { UserError } from '../../../errors.ts'
import { type ExceptionState, exceptionStates, type Justification, justifications, scoreMoving } from '../../../model/exception.ts'
import { formatInstant, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import { EXCEPTION_FORMAT } from '../../exceptions/change.ts'
import { coverCtes } from '../../exceptions/cover.ts'
import type { Scope } from '../../scope.ts'
import { grouped } from '../grouped.ts'
import { inGroups } from '../metrics/sweep.ts'
import { type AskedMoment, holds, momentParams, presentAssets } from '../moment.ts'
import { askPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'

/** A person's word that findings are accepted, mitigated otherwise, planned or false. */
export interface ExceptionItem {
  exception_id: number
  /** The assets that it names, by name; at most 20. Null: not narrowed to assets. */
  assets: { asset_id: number; name: string }[] | null
  /** How many assets it names; null: not narrowed to assets. */
  asset_count: number | null
  /** Covers what is in this group, while it is. */
  asset_group: string | null
  kind: 'vulnerability' | 'control' | null
  /** Id of the vulnerability or control; null: any. */
  subject: string | null
  /** Only the finding of this component, '' for the one that names none; null: any. */
  component: string | null
  justification: Justification
  /** It takes what it covers out of the scores. */
  moves_scores: boolean
  reason: string
  author: string
  starts_at: string
  /** Null: until a person ends it. */
  ends_at: string | null
  /** At the moment that was asked for. */
  state: ExceptionState
  /** Open findings that it covers at that moment, and on how many assets; 0 unless it is active. */
  covered_findings: number
  covered_assets: number
  /** The import that stated it as it now stands. */
  import_no: number
}

/** With every act that made it what it is. */
export interface ExceptionAnswer extends ExceptionItem {
  /** In the order of learning. */
  acts: { import_no: number; act: 'add' | 'change' | 'end'; recorded_at: string; actor: string; undone: boolean }[]
}

interface ExceptionRow {
  exception_id: number
  asset_count: number
  asset_group: string | null
  kind: 'vulnerability' | 'control' | null
  subject: string | null
  component: string | null
  justification: Justification
  reason: string
  author: string
  starts_at: Instant
  ends_at: Instant
  state: ExceptionState
  import_no: number
}

const movingSql = `x.justification in (${scoreMoving.map((each) => `'${each}'`).join(', ')})`

/** Fields of the list of exceptions. */
export const exceptionColumns: ListColumns = new Map<string, ListColumn>([
  ['exception_id', { type: 'number', title: 'number', sql: 'x.exception_id' }],
  ['state', { type: 'text', title: 'state', values: exceptionStates, sql: 'x.state' }],
  ['justification', { type: 'text', title: 'justification', values: justifications, sql: 'x.justification' }],
  ['moves_scores', { type: 'boolean', title: 'moves scores', sql: movingSql }],
  ['asset_group', { type: 'text', title: 'asset group', sql: 'x.asset_group' }],
  ['kind', { type: 'text', title: 'kind', values: ['vulnerability', 'control'], sql: 'x.kind' }],
  ['subject', { type: 'text', title: 'vulnerability or control', sql: 'x.subject' }],
  ['component', { type: 'text', title: 'component', sql: 'x.component' }],
  ['author', { type: 'text', title: 'author', sql: 'x.author' }],
  ['reason', { type: 'text', title: 'reason', sql: 'x.reason' }],
  ['starts_at', { type: 'number', title: 'start', sql: 'x.starts_at' }],
  ['ends_at', { type: 'number', title: 'end', sql: `nullif(x.ends_at, ${NEVER})` }],
])

/** CTE `said`: the rows of exceptions that the scope may see. Those of other groups' assets are left out. */
const saidCte = (scope: Scope, only = ''): string => `said as (
    select e.* from exception_history e where e.org_id = $org_id and e.retracted_in = ${NEVER} ${only}
      ${scope.groups === null ? '' : `and (e.asset_group = any($groups) or e.asset_group is null and (e.asset_id is null or true ${inGroups('e.asset_id', scope.groups)}))`})`

const oneEach = `select s.exception_id, count(s.asset_id) as asset_count, s.asset_group, s.kind, s.subject, s.component, s.justification, s.reason, s.author,
      s.valid_from as starts_at, s.valid_to as ends_at, case when $at < s.valid_from then 'upcoming' when $at < s.valid_to then 'active' else 'ended' end as state,
      max(s.opened_in) as import_no
    from said s group by s.exception_id, s.asset_group, s.kind, s.subject, s.component, s.justification, s.reason, s.author, s.valid_from, s.valid_to`

/** Exceptions, those that end soonest first. */
export async function listExceptions(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
): Promise<PageAnswer<ExceptionItem>> {
  const answer = await askPage<ExceptionRow>(
    engine,
    {
      ctes: saidCte(scope),
      select: oneEach,
      params: momentParams(scope, moment),
      columns: exceptionColumns,
      key: [{ column: 'exception_id', type: 'number' }],
      search: ['x.subject', 'x.asset_group', 'x.reason', 'x.author'],
      sort: '-exception_id',
    },
    page,
  )
  return { ...answer, items: await complete(engine, scope, moment, answer.items) }
}

/** One exception with what was done to it. Throws UserError('unknown_exception'). */
export async function getException(engine: Engine, scope: Scope, moment: AskedMoment, exception_id: number): Promise<ExceptionAnswer> {
  const params = { ...momentParams(scope, moment), exception_id }
  const rows = await engine.query<ExceptionRow>(`with ${saidCte(scope, 'and e.exception_id = $exception_id')} ${oneEach}`, params)
  const [item] = await complete(engine, scope, moment, rows)
  if (!item) throw new UserError('unknown_exception', `there is no exception ${exception_id} here`, { status: 404 })
  const acts = await engine.query<{ import_no: number; options: string; recorded_at: Instant; actor: string; undone_in: number }>(
    `select import_no, options, recorded_at, actor, undone_in from import where org_id = $org_id and kind = 'change' and format = '${EXCEPTION_FORMAT}'
       and starts_with(options, $begins) order by import_no`,
    { org_id: scope.org_id, begins: `{"exception_id":${exception_id},` },
  )
  return {
    ...item,
    acts: acts.map(({ import_no, options, recorded_at, actor, undone_in }) => ({
      import_no,
      act: (JSON.parse(options) as { act: 'add' | 'change' | 'end' }).act,
      recorded_at: formatInstant(recorded_at),
      actor,
      undone: undone_in !== NEVER,
    })),
  }
}

/** CTEs down to `covering` (exception_id, finding_id, asset_id): which open findings exceptions cover at $at. `only` narrows the exceptions `e`, `findings` the findings `f`. */
export const coveringCtes = (scope: Scope, only: string, findings = ''): string => `${presentAssets(scope)},
  held as materialized (select e.* from exception_history e where e.org_id = $org_id and e.retracted_in = ${NEVER} and ${holds('e')} ${only}),
  opened as (select f.org_id, f.asset_id, f.finding_id, f.kind, f.subject, f.component from finding_history f join a on a.asset_id = f.asset_id where f.org_id = $org_id and ${holds('f')} ${findings}),
  ${coverCtes('held', 'opened')},
  covering as (select distinct exception_id, finding_id, asset_id from cover c where ${holds('c')})`

/** Adds what is worked out only for the exceptions that are shown: names of assets, what they cover. */
async function complete(engine: Engine, scope: Scope, moment: AskedMoment, rows: readonly ExceptionRow[]): Promise<ExceptionItem[]> {
  if (rows.length === 0) return []
  const params: Params = { ...momentParams(scope, moment), exception_ids: rows.map((row) => row.exception_id) }
  const [covered, named] = await Promise.all([
    engine.query<{ exception_id: number; findings: number; assets: number }>(
      `with ${coveringCtes(scope, 'and e.exception_id = any($exception_ids)')}
      select exception_id, cast(count(*) as bigint) as findings, cast(count(distinct asset_id) as bigint) as assets from covering group by exception_id`,
      params,
    ),
    engine.query<{ exception_id: number; asset_id: number; name: string | null }>(
      `with ${saidCte(scope, 'and e.exception_id = any($exception_ids)')},
      placed as (select s.exception_id, s.asset_id, row_number() over (partition by s.exception_id order by s.asset_id) as place from said s where s.asset_id is not null),
      last as (select a.asset_id, max(a.valid_from) as valid_from from asset_history a join placed p on p.asset_id = a.asset_id where p.place <= ${MOST_NAMED} group by a.asset_id)
      select distinct p.exception_id, p.asset_id, h.name from placed p left join last l on l.asset_id = p.asset_id
        left join asset_history h on h.asset_id = l.asset_id and h.valid_from = l.valid_from and h.org_id = $org_id
      where p.place <= ${MOST_NAMED} order by p.exception_id, p.asset_id`,
      params,
    ),
  ])
  const coveredOf = new Map(covered.map((row) => [row.exception_id, row]))
  const namedOf = grouped(named, (row) => row.exception_id)
  return rows.map(({ asset_count, starts_at, ends_at, ...row }) => ({
    ...row,
    assets:
      asset_count === 0
        ? null
        : namedOf.get(row.exception_id)!.map(({ asset_id, name }) => ({ asset_id, name: name ?? `asset ${asset_id}` })),
    asset_count: asset_count === 0 ? null : asset_count,
    moves_scores: scoreMoving.includes(row.justification),
    starts_at: formatInstant(starts_at),
    ends_at: ends_at === NEVER ? null : formatInstant(ends_at),
    covered_findings: coveredOf.get(row.exception_id)?.findings ?? 0,
    covered_assets: coveredOf.get(row.exception_id)?.assets ?? 0,
  }))
}

/** Assets that a list names of each exception. */
const MOST_NAMED = 20
