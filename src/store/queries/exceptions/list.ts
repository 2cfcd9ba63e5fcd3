import { UserError } from '../../../errors.ts'
import { type ExceptionKind, exceptionKinds, type ExceptionState, exceptionStates, scoreMoving } from '../../../model/exception.ts'
import { type StatementJustification, type StatementStatus, statementStatuses } from '../../../model/statement.ts'
import { formatInstant, type Instant, NEVER } from '../../../model/time.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import { EXCEPTION_FORMAT } from '../../exceptions/change.ts'
import { coverCtes, suspendedAt } from '../../exceptions/cover.ts'
import type { Scope } from '../../scope.ts'
import { statedCtes, statementMoves } from '../../statements/cover.ts'
import { grouped } from '../grouped.ts'
import { inGroups } from '../metrics/sweep.ts'
import { type AskedMoment, holds, momentParams, presentAssets } from '../moment.ts'
import { askPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'

/** What another party states of a vulnerability and a product, and in which document (VEX). */
export interface StatementSaid {
  status: StatementStatus
  justification: StatementJustification | null
  /** As the document names it. */
  product: string
  /** Package URL of the component that it is about, without version and qualifiers; null: the product as a whole. */
  package: string | null
  /** Null: any version. */
  version: string | null
  role: string | null
  document: string
  document_version: string | null
  /** The statement's own date, where it has one. */
  stated_at: string | null
}

/** A person's word that findings are accepted, mitigated otherwise, planned or false; or another party's statement about them. */
export interface ExceptionItem {
  exception_id: number
  /** The assets that it names, by name; at most 20. Null: not narrowed to assets. */
  assets: { asset_id: number; name: string }[] | null
  /** How many assets it names; null: not narrowed to assets. */
  asset_count: number | null
  /** Covers what is in one of these groups, while it is; at most 20 are named. Null: not narrowed to groups. */
  asset_groups: string[] | null
  /** How many groups it names; null: not narrowed to groups. */
  group_count: number | null
  kind: 'vulnerability' | 'control' | null
  /** Id of the vulnerability or control; null: any. */
  subject: string | null
  /** Only the finding of this component, '' for the one that names none; null: any. */
  component: string | null
  justification: ExceptionKind
  /** It takes what it covers out of the scores. */
  moves_scores: boolean
  /** Null: a person's exception. */
  statement: StatementSaid | null
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
  acts: {
    import_no: number
    act: 'add' | 'change' | 'end' | 'leave'
    asset_groups: string[] | null
    recorded_at: string
    actor: string
    undone: boolean
  }[]
}

interface ExceptionRow {
  exception_id: number
  asset_count: number
  group_count: number
  /** The first of its groups. */
  place: string | null
  kind: 'vulnerability' | 'control' | null
  subject: string | null
  component: string | null
  justification: ExceptionKind
  moves: boolean
  status: StatementStatus | null
  stated_justification: StatementJustification | null
  product: string | null
  package: string | null
  version: string | null
  role: string | null
  document: string | null
  document_version: string | null
  stated_at: Instant | null
  reason: string
  author: string
  starts_at: Instant
  ends_at: Instant
  state: ExceptionState
  import_no: number
}

const moving = (column: string) => `${column} in (${scoreMoving.map((each) => `'${each}'`).join(', ')})`

/** Fields of the list of exceptions. */
export const exceptionColumns: ListColumns = new Map<string, ListColumn>([
  ['exception_id', { type: 'number', title: 'number', sql: 'x.exception_id' }],
  ['state', { type: 'text', title: 'state', values: exceptionStates, sql: 'x.state' }],
  ['justification', { type: 'text', title: 'justification', values: exceptionKinds, sql: 'x.justification' }],
  ['moves_scores', { type: 'boolean', title: 'moves scores', sql: 'x.moves' }],
  [
    'asset_group',
    {
      type: 'text',
      title: 'asset group',
      several: true,
      sql: 'exists (select 1 from said g where g.exception_id = x.exception_id and g.asset_group in ($values))',
    },
  ],
  ['place', { type: 'text', title: 'first of its asset groups', sql: 'x.place' }],
  ['kind', { type: 'text', title: 'kind', values: ['vulnerability', 'control'], sql: 'x.kind' }],
  ['subject', { type: 'text', title: 'vulnerability or control', sql: 'x.subject' }],
  ['component', { type: 'text', title: 'component', sql: 'x.component' }],
  ['status', { type: 'text', title: 'status', values: statementStatuses, sql: 'x.status' }],
  ['author', { type: 'text', title: 'author', sql: 'x.author' }],
  ['document', { type: 'text', title: 'document', sql: 'x.document' }],
  ['reason', { type: 'text', title: 'reason', sql: 'x.reason' }],
  ['starts_at', { type: 'number', title: 'start', sql: 'x.starts_at' }],
  ['ends_at', { type: 'number', title: 'end', sql: `nullif(x.ends_at, ${NEVER})` }],
])

/**
 * CTEs `said`: the rows of exceptions that the scope may see, without those of other groups' assets; and `spoken`: of each statement the row
 * that holds at $at, else the last before it, else the first after it. `only` narrows both, as `e` with its exception_id.
 */
const saidCte = (scope: Scope, only = ''): string => `said as (
    select e.*, case when ${suspendedAt} then 1 else 0 end as suspended from exception_history e where e.org_id = $org_id and e.retracted_in = ${NEVER} ${only}
      ${scope.groups === null ? '' : `and (e.asset_group = any($groups) or e.asset_group is null and (e.asset_id is null or true ${inGroups('e.asset_id', scope.groups)}))`}),
  spoken as (
    select * from (
      select e.*, row_number() over (partition by e.statement_id order by case when e.valid_from <= $at then 0 else 1 end, case when e.valid_from <= $at then -e.valid_from else e.valid_from end) as place
      from ${statements} e where e.org_id = $org_id and e.retracted_in = ${NEVER} ${only}) as each_row where place = 1)`

/** Statements with their number as one of an exception. */
const statements = '(select s.*, s.statement_id as exception_id from statement_history s)'

const stateOf = (active: string): string =>
  `case when $at < s.valid_from then 'upcoming' when $at >= s.valid_to then 'ended' ${active} else 'active' end`

const oneEach = `select s.exception_id, s.asset_count, s.group_count, s.place, s.kind, s.subject, s.component, s.justification, ${moving('s.justification')} as moves,
      cast(null as text) as status, cast(null as text) as stated_justification, cast(null as text) as product, cast(null as text) as package, cast(null as text) as version,
      cast(null as text) as role, cast(null as text) as document, cast(null as text) as document_version, cast(null as bigint) as stated_at, s.reason, s.author,
      s.valid_from as starts_at, s.valid_to as ends_at, ${stateOf("when s.suspended = 1 then 'suspended'")} as state, s.import_no
    from (select exception_id, kind, subject, component, justification, reason, author, valid_from, max(valid_to) as valid_to, max(case when $at < valid_to then suspended else 0 end) as suspended,
        max(opened_in) as import_no, count(asset_id) as asset_count, count(asset_group) as group_count, min(asset_group collate "C") as place
      from said group by exception_id, kind, subject, component, justification, reason, author, valid_from) s
    union all
    select s.exception_id, 0, 0, null, 'vulnerability', s.vulnerability_id, null, 'statement', ${statementMoves('s')}, s.status, s.justification, s.product, s.package, s.version,
      s.role, s.document, s.document_version, s.stated_at, coalesce(s.detail, ''), s.author, s.valid_from, s.valid_to, ${stateOf('')}, s.opened_in
    from spoken s`

/** SQL: all groups of a row `x`. */
const groupNames = `(select string_agg(g.asset_group, ' ') from said g where g.exception_id = x.exception_id)`

/** Exceptions, the newest first. */
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
      search: ['x.subject', groupNames, 'x.reason', 'x.author', 'x.product', 'x.document'],
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
      ...actOf(options),
      recorded_at: formatInstant(recorded_at),
      actor,
      undone: undone_in !== NEVER,
    })),
  }
}

/** What an act did; `asset_groups`: of one that ended it for them alone. */
function actOf(options: string): Pick<ExceptionAnswer['acts'][number], 'act' | 'asset_groups'> {
  const { act, asset_groups = null } = JSON.parse(options) as Pick<ExceptionAnswer['acts'][number], 'act'> & { asset_groups?: string[] }
  return { act, asset_groups: act === 'leave' ? asset_groups : null }
}

/**
 * CTEs down to `covering` (exception_id, finding_id, asset_id): which open findings exceptions and statements cover at $at; and `in_force`
 * (exception_id, justification, moves, status, ends_at), which they are. `only` narrows them, as `e`, `findings` the findings `f`.
 */
export const coveringCtes = (scope: Scope, only: string, findings = ''): string => `${presentAssets(scope)},
  held as materialized (select e.* from exception_history e where e.org_id = $org_id and e.retracted_in = ${NEVER} and ${holds('e')} and not ${suspendedAt} ${only}),
  spoken as materialized (select e.* from ${statements} e where e.org_id = $org_id and e.retracted_in = ${NEVER} and ${holds('e')} ${only}),
  opened as materialized (select f.org_id, f.asset_id, f.finding_id, f.kind, f.subject, f.component from finding_history f join a on a.asset_id = f.asset_id where f.org_id = $org_id and ${holds('f')} ${findings}),
  ${coverCtes('held', 'opened')},
  ${statedCtes('spoken', `${holds('h')} and h.finding_id in (select finding_id from opened)`)},
  covering as (
    select distinct exception_id, finding_id, asset_id from cover c where ${holds('c')}
    union select distinct statement_id, finding_id, asset_id from stated c where ${holds('c')}),
  in_force as (
    select exception_id, justification, ${moving('justification')} as moves, cast(null as text) as status, max(valid_to) as ends_at from held group by exception_id, justification
    union all select exception_id, 'statement', ${statementMoves('e')}, status, valid_to from spoken e)`

/** Adds what is worked out only for the exceptions that are shown: names of assets, what they cover. */
async function complete(engine: Engine, scope: Scope, moment: AskedMoment, rows: readonly ExceptionRow[]): Promise<ExceptionItem[]> {
  if (rows.length === 0) return []
  const params: Params = { ...momentParams(scope, moment), exception_ids: rows.map((row) => row.exception_id) }
  const [covered, named, inGroup] = await Promise.all([
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
    engine.query<{ exception_id: number; asset_group: string }>(
      `with ${saidCte(scope, 'and e.exception_id = any($exception_ids)')},
      placed as (select exception_id, asset_group, row_number() over (partition by exception_id order by asset_group collate "C") as place from said where asset_group is not null)
      select exception_id, asset_group from placed where place <= ${MOST_NAMED} order by exception_id, place`,
      params,
    ),
  ])
  const coveredOf = new Map(covered.map((row) => [row.exception_id, row]))
  const namedOf = grouped(named, (row) => row.exception_id)
  const groupsOf = grouped(inGroup, (row) => row.exception_id)
  return rows.map(
    ({
      asset_count,
      group_count,
      place: _,
      starts_at,
      ends_at,
      moves,
      status,
      stated_justification,
      product,
      package: name,
      version,
      role,
      document,
      document_version,
      stated_at,
      ...row
    }) => ({
      ...row,
      assets:
        asset_count === 0
          ? null
          : namedOf.get(row.exception_id)!.map(({ asset_id, name }) => ({ asset_id, name: name ?? `asset ${asset_id}` })),
      asset_count: asset_count === 0 ? null : asset_count,
      asset_groups: groupsOf.get(row.exception_id)?.map(({ asset_group }) => asset_group) ?? null,
      group_count: group_count === 0 ? null : group_count,
      moves_scores: moves,
      statement:
        status === null
          ? null
          : {
              status,
              justification: stated_justification,
              product: product!,
              package: name,
              version: version === null ? null : decodeURIComponent(version),
              role,
              document: document!,
              document_version,
              stated_at: formatInstant(stated_at),
            },
      starts_at: formatInstant(starts_at),
      ends_at: ends_at === NEVER ? null : formatInstant(ends_at),
      covered_findings: coveredOf.get(row.exception_id)?.findings ?? 0,
      covered_assets: coveredOf.get(row.exception_id)?.assets ?? 0,
    }),
  )
}

/** Assets and groups that a list names of each exception. */
const MOST_NAMED = 20
