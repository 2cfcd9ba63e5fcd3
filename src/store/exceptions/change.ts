import { createHash } from 'node:crypto'
import { UserError } from '../../errors.ts'
import { type Justification, scoreMoving } from '../../model/exception.ts'
import { formatInstant, type Instant, NEVER } from '../../model/time.ts'
import { draw } from '../counter.ts'
import type { Engine, Row, Value } from '../engines/engine.ts'
import { nextImport, noCounts, writeImport } from '../imports.ts'
import type { Placed } from '../intervals.ts'
import type { Store } from '../store.ts'

/** `format` of the imports that change exceptions: acts of kind 'change'. */
export const EXCEPTION_FORMAT = 'exception'

/** What an exception covers: a place (assets, groups, or everywhere) and a subject (one vulnerability or control, or any). */
export interface ExceptionScope {
  /** Null: not narrowed to assets. Never empty. */
  asset_ids: readonly number[] | null
  /** Not together with assets: whatever is in one of these groups, while it is. Never empty. */
  asset_groups: readonly string[] | null
  /** Both or neither. */
  kind: 'vulnerability' | 'control' | null
  subject: string | null
  /** Only findings of this component, as the tools write it; with a subject '' for the one that names none. Null: any. */
  component: string | null
}

/** What may be corrected later. */
export interface ExceptionTerms {
  justification: Justification
  reason: string
  author: string
  starts_at: Instant
  /** Null: until a person ends it. */
  ends_at: Instant | null
}

/** One act of a person on an exception, as the import keeps it in its options: an exception is what its acts come to, one after another. */
type Act =
  | ({ exception_id: number; act: 'add' } & ExceptionScope & ExceptionTerms)
  | ({ exception_id: number; act: 'change' } & Partial<ExceptionTerms>)
  | { exception_id: number; act: 'end'; ends_at: Instant }
  | { exception_id: number; act: 'leave'; asset_groups: readonly string[]; ends_at: Instant }

/** The first and the last instant that the days of an organisation reach: 1999 to 2050. */
const EARLIEST = Date.UTC(1999, 0, 2) * 1000
const LATEST = Date.UTC(2050, 11, 31) * 1000

const MOST_ASSETS = 10_000
const MOST_GROUPS = 1000

/**
 * Adds an exception; it may begin in the past, what is new is then our knowledge. Throws UserError('bad_exception'),
 * UserError('unknown_asset'). What is derived is touched, not computed: call `compute` afterwards.
 */
export async function addException(
  store: Store,
  org_id: number,
  given: ExceptionScope & ExceptionTerms,
  actor: string,
): Promise<{ exception_id: number; import_no: number }> {
  checkScope(given)
  checkTerms(given)
  return store.engine.transaction(async (transaction) => {
    await checkAssets(transaction, org_id, given.asset_ids)
    const exception_id = await draw(transaction, 'exception_id')
    const { asset_ids, asset_groups, kind, subject, component, justification, reason, author, starts_at, ends_at } = given
    return act(store, transaction, org_id, actor, {
      exception_id,
      act: 'add',
      asset_ids: asset_ids && [...new Set(asset_ids)].toSorted((a, b) => a - b),
      asset_groups: asset_groups && [...new Set(asset_groups)].toSorted(),
      kind,
      subject,
      component,
      justification,
      reason,
      author,
      starts_at,
      ends_at,
    })
  })
}

/**
 * Corrects what was said of an exception, for all the time that it holds: what was said before is retracted and restated. Throws
 * UserError('unknown_exception'), UserError('bad_exception').
 */
export async function changeException(
  store: Store,
  org_id: number,
  exception_id: number,
  given: Partial<ExceptionTerms>,
  actor: string,
): Promise<{ import_no: number }> {
  return store.engine.transaction(async (transaction) => {
    const terms = await standingTerms(transaction, org_id, exception_id)
    checkTerms({ ...terms, ...given })
    return act(store, transaction, org_id, actor, { exception_id, act: 'change', ...given })
  })
}

/**
 * Ends an exception at an instant, which may be past or to come. Throws UserError('unknown_exception') and UserError('bad_exception')
 * for one that would end before it begins or has ended before.
 */
export async function endException(
  store: Store,
  org_id: number,
  exception_id: number,
  ends_at: Instant,
  actor: string,
): Promise<{ import_no: number }> {
  return store.engine.transaction(async (transaction) => {
    const terms = await standingTerms(transaction, org_id, exception_id)
    if (terms.ends_at !== null && terms.ends_at < ends_at)
      throw bad(`exception ${exception_id} ends ${formatInstant(terms.ends_at)} already: to let it hold longer, correct its end`)
    checkTerms({ ...terms, ends_at })
    return act(store, transaction, org_id, actor, { exception_id, act: 'end', ends_at })
  })
}

/**
 * Ends an exception for some of its asset groups; for the others it goes on. Where none is left it ends as a whole. Throws
 * UserError('unknown_exception') and UserError('bad_exception') where it is not about one of these groups, or has ended for it before.
 */
export async function leaveException(
  store: Store,
  org_id: number,
  exception_id: number,
  asset_groups: readonly string[],
  ends_at: Instant,
  actor: string,
): Promise<{ import_no: number }> {
  return store.engine.transaction(async (transaction) => {
    const { asset_groups: all, left, ...terms } = await standingStatement(transaction, org_id, exception_id)
    const wrong = asset_groups.find((group) => !all?.includes(group))
    if (wrong !== undefined) throw bad(`exception ${exception_id} is not about the asset group "${wrong.slice(0, 100)}": leave it out`)
    const before = (group: string) => Math.min(left?.get(group) ?? NEVER, terms.ends_at ?? NEVER)
    const ended = asset_groups.find((group) => before(group) < ends_at)
    if (ended !== undefined) throw bad(`exception ${exception_id} has ended for the asset group "${ended.slice(0, 100)}" before`)
    checkTerms({ ...terms, ends_at })
    const rest = all!.filter((group) => !asset_groups.includes(group) && before(group) > ends_at)
    const said = { exception_id, ends_at }
    return act(store, transaction, org_id, actor, rest.length === 0 ? { ...said, act: 'end' } : { ...said, act: 'leave', asset_groups })
  })
}

/**
 * After an act on an exception was undone: the exception becomes what its other acts come to, as import `import_no`. `options`: those of
 * the undone import.
 */
export function restateAfterUndo(transaction: Engine, org_id: number, options: string, import_no: number): Promise<Placed> {
  const { exception_id } = JSON.parse(options) as Act
  return restate(transaction, org_id, exception_id, import_no)
}

/** The scope of an exception on one finding: its asset, its subject and its component. Throws UserError('unknown_finding'). */
export async function scopeOfFinding(engine: Engine, org_id: number, finding_id: number): Promise<ExceptionScope> {
  const [key] = await engine.query<{ asset_id: number; kind: 'vulnerability' | 'control'; subject: string; component: string }>(
    'select asset_id, kind, subject, component from finding_key where org_id = $org_id and finding_id = $finding_id',
    { org_id, finding_id },
  )
  if (!key) throw new UserError('unknown_finding', `there is no finding ${finding_id} here`, { status: 404 })
  const { asset_id, kind, subject, component } = key
  return { asset_ids: [asset_id], asset_groups: null, kind, subject, component }
}

/** Writes an act as an import, and what the exception then comes to. */
async function act(
  store: Store,
  transaction: Engine,
  org_id: number,
  actor: string,
  said: Act,
): Promise<{ exception_id: number; import_no: number }> {
  const import_no = await nextImport(transaction)
  const { exception_id, act, ...rest } = said
  const options = JSON.stringify({ exception_id, act, ...rest })
  const { opened, closed } = await restate(transaction, org_id, exception_id, import_no, options)
  const verb = { add: 'added', change: 'corrected', end: 'ended', leave: 'ended for some groups' }[act]
  await writeImport(transaction, {
    import_no,
    org_id,
    kind: 'change',
    format: EXCEPTION_FORMAT,
    format_version: 1,
    source: null,
    tool: null,
    tool_version: null,
    file_name: null,
    observed_at: null,
    recorded_at: store.now(),
    actor,
    input_digest: createHash('sha256').update(options).digest('hex'),
    input_bytes: Buffer.byteLength(options),
    options,
    counts: { ...noCounts(), opened, closed, notes: [`Exception ${exception_id} ${verb}`] },
    undoes_import_no: null,
  })
  return { exception_id, import_no }
}

/** `left`: the groups for which it ended before the others, and when. */
type Statement = ExceptionScope & ExceptionTerms & { left?: ReadonlyMap<string, Instant> }

/** What acts come to, in their order; null when the one that added it does not stand. */
function outcome(acts: readonly Act[]): Statement | null {
  let held: Statement | null = null
  for (const each of acts) {
    const { act, exception_id: _, ...said } = each
    if (each.act === 'leave') {
      const left = each.asset_groups.map((group) => [group, each.ends_at] as const)
      if (held) held = { ...(held as Statement), left: new Map([...((held as Statement).left ?? []), ...left]) }
    } else if (act === 'add') held = readScope(said as Statement & { asset_group?: string | null })
    else if (held) held = { ...(held as Statement), ...said }
  }
  return held && (held.ends_at === null || held.starts_at < held.ends_at) ? held : null
}

/** What was added, also before an exception could be about several groups. */
const readScope = ({ asset_group, ...said }: Statement & { asset_group?: string | null }): Statement =>
  asset_group === undefined ? said : { ...said, asset_groups: asset_group === null ? null : [asset_group] }

/** The standing acts on an exception in the order of learning. */
async function actsOn(transaction: Engine, org_id: number, exception_id: number): Promise<Act[]> {
  const rows = await transaction.query<{ options: string }>(
    `select options from import where org_id = $org_id and kind = 'change' and format = '${EXCEPTION_FORMAT}' and undone_in = ${NEVER}
       and starts_with(options, $begins) order by import_no`,
    { org_id, begins: `{"exception_id":${exception_id},` },
  )
  return rows.map((row) => JSON.parse(row.options) as Act)
}

async function standingTerms(transaction: Engine, org_id: number, exception_id: number): Promise<ExceptionTerms> {
  const { justification, reason, author, starts_at, ends_at } = await standingStatement(transaction, org_id, exception_id)
  return { justification, reason, author, starts_at, ends_at }
}

async function standingStatement(transaction: Engine, org_id: number, exception_id: number): Promise<Statement> {
  const held = outcome(await actsOn(transaction, org_id, exception_id))
  if (!held) {
    const [stated] = await transaction.query(
      'select 1 as stated from statement_key where org_id = $org_id and statement_id = $exception_id',
      {
        org_id,
        exception_id,
      },
    )
    if (stated)
      throw bad(
        `${exception_id} is a statement of another party, which only its author changes: undo the import of its document to take it back`,
      )
    throw new UserError('unknown_exception', `there is no exception ${exception_id} here`, { status: 404 })
  }
  return held
}

const columns = [
  'org_id',
  'exception_id',
  'asset_id',
  'asset_group',
  'kind',
  'subject',
  'component',
  'justification',
  'reason',
  'author',
  'valid_from',
  'valid_to',
] as const

/**
 * Makes the standing rows of an exception what its acts come to, `more` being one that is not written yet: a row that only ends is
 * closed, one that is otherwise wrong is retracted, what is missing is stated. Touches the assets on which scores may move.
 */
async function restate(transaction: Engine, org_id: number, exception_id: number, import_no: number, more?: string): Promise<Placed> {
  const acts = await actsOn(transaction, org_id, exception_id)
  if (more !== undefined) acts.push(JSON.parse(more) as Act)
  const wanted = new Map(rowsOf(org_id, exception_id, outcome(acts)).map((row) => [row.asset_id ?? row.asset_group, row]))
  const placed: Placed = { opened: 0, closed: 0 }
  const changed: Row[] = []
  const standing = await transaction.query<Row>(
    `select ${columns.join(', ')}, closed_in from exception_history where org_id = $org_id and exception_id = $exception_id and retracted_in = ${NEVER}`,
    { org_id, exception_id },
  )
  const same = (one: Row, other: Row, apart: string) => columns.every((column) => column === apart || one[column] === other[column])
  const ofRow = `org_id = $org_id and exception_id = $exception_id and retracted_in = ${NEVER} and coalesce(asset_id, -1) = $asset_id and coalesce(asset_group, '') = $asset_group`
  for (const row of standing) {
    const place = (row['asset_id'] ?? row['asset_group']) as number | string | null
    const now = wanted.get(place)
    if (now && same(row, now, '')) {
      wanted.delete(place)
      continue
    }
    changed.push(row)
    const params = { org_id, exception_id, import_no, asset_id: row['asset_id'] ?? -1, asset_group: row['asset_group'] ?? '' }
    if (now && row['closed_in'] === NEVER && same(row, now, 'valid_to')) {
      await transaction.run(`update exception_history set valid_to = $valid_to, closed_in = $import_no where ${ofRow}`, {
        ...params,
        valid_to: now.valid_to,
      })
      wanted.delete(place)
    } else await transaction.run(`update exception_history set retracted_in = $import_no where ${ofRow}`, params)
    placed.closed++
  }
  placed.opened = await transaction.append(
    'exception_history',
    [...columns, 'opened_in', 'closed_in', 'retracted_in'],
    [...wanted.values()].map((row) => [
      ...columns.map((column) => row[column]),
      import_no,
      row.valid_to === NEVER ? NEVER : import_no,
      NEVER,
    ]),
  )
  await touch(transaction, [...changed, ...wanted.values()])
  return placed
}

type ExceptionRow = { [column in (typeof columns)[number]]: Value } & {
  asset_id: number | null
  asset_group: string | null
  valid_to: number
}

/** One row per asset or group, or one that is not narrowed to any. */
function rowsOf(org_id: number, exception_id: number, said: Statement | null): ExceptionRow[] {
  if (!said) return []
  const { asset_ids, asset_groups, kind, subject, component, justification, reason, author, starts_at, ends_at, left } = said
  const places: { asset_id: number | null; asset_group: string | null }[] = asset_groups?.map((asset_group) => ({
    asset_id: null,
    asset_group,
  })) ??
    asset_ids?.map((asset_id) => ({ asset_id, asset_group: null })) ?? [{ asset_id: null, asset_group: null }]
  const endOf = (group: string | null) => Math.min(ends_at ?? NEVER, (group === null ? undefined : left?.get(group)) ?? NEVER)
  return places
    .filter(({ asset_group }) => starts_at < endOf(asset_group))
    .map((place) => ({
      org_id,
      exception_id,
      ...place,
      kind,
      subject,
      component,
      justification,
      reason,
      author,
      valid_from: starts_at,
      valid_to: endOf(place.asset_group),
    }))
}

/**
 * Touches the assets that have a finding which one of these rows could cover, at whatever time they were in its group. One that moves no score
 * does when it is global: it suspends those of groups.
 */
async function touch(transaction: Engine, rows: readonly Row[]): Promise<void> {
  const moving = rows.filter(
    (row) => scoreMoving.includes(row['justification'] as Justification) || (row['asset_id'] === null && row['asset_group'] === null),
  )
  if (!moving.length) return
  const asset_ids = moving.flatMap((row) => (row['asset_id'] === null ? [] : [row['asset_id'] as number]))
  const of = 'insert into touched_asset select distinct k.org_id, k.asset_id from finding_key k where k.org_id = $org_id'
  const org_id = moving[0]!['org_id'] as number
  if (asset_ids.length) await transaction.run(`${of} and k.asset_id = any($asset_ids)`, { org_id, asset_ids })
  const wide = new Set(
    moving
      .filter((row) => row['asset_id'] === null)
      .map((row) => JSON.stringify([row['asset_group'], row['kind'], row['subject'], row['component']])),
  )
  for (const text of wide) {
    const [asset_group = null, kind = null, subject = null, component = null] = JSON.parse(text) as (string | null)[]
    const given = { ...(subject === null ? {} : { kind, subject }), ...(component === null ? {} : { component }) }
    const found = Object.keys(given).map((name) => `and k.${name} = $${name}`)
    const inGroup = 'and k.asset_id in (select asset_id from asset_history where org_id = $org_id and asset_group = $asset_group)'
    await transaction.run(`${of} ${found.join(' ')} ${asset_group === null ? '' : inGroup}`, {
      org_id,
      ...given,
      ...(asset_group === null ? {} : { asset_group }),
    })
  }
}

const bad = (what: string): UserError => new UserError('bad_exception', what)

function checkScope({ asset_ids, asset_groups, kind, subject, component }: ExceptionScope): void {
  if (asset_ids && asset_groups) throw bad('an exception is about assets or about asset groups: name one of them')
  if (asset_ids?.length === 0) throw bad('the list of assets is empty: leave it out for all assets')
  if (asset_groups?.length === 0) throw bad('the list of asset groups is empty: leave it out for all assets')
  if (asset_groups && asset_groups.length > MOST_GROUPS)
    throw bad(`an exception names at most ${MOST_GROUPS} asset groups: make it global instead`)
  if (asset_ids && asset_ids.length > MOST_ASSETS) throw bad(`an exception names at most ${MOST_ASSETS} assets: use an asset group`)
  if ((kind === null) !== (subject === null)) throw bad('a vulnerability or control needs its kind and its id')
  if (component === '' && subject === null) throw bad('a component has a name of at least one character')
  if (asset_groups?.includes('') || subject === '') throw bad('an asset group or subject has a name of at least one character')
  for (const text of [...(asset_groups ?? []), subject, component]) checkText(text)
}

function checkTerms({ reason, author, starts_at, ends_at }: ExceptionTerms): void {
  if (reason.trim() === '') throw bad('an exception needs a reason')
  if (author.trim() === '') throw bad('an exception needs the name of who made it')
  for (const text of [reason, author]) checkText(text)
  for (const at of [starts_at, ends_at ?? starts_at])
    if (!(EARLIEST <= at && at <= LATEST)) throw bad('an exception begins and ends between 1999 and 2050')
  if (ends_at !== null && ends_at <= starts_at)
    throw bad(
      `the exception begins ${formatInstant(starts_at)} and would end ${formatInstant(ends_at)}: it ends after it begins. One that should never have been is undone: plimsoll undo with the number of the import that added it`,
    )
}

function checkText(text: string | null): void {
  if (text?.includes('\u0000')) throw bad('a text holds a zero character')
}

async function checkAssets(transaction: Engine, org_id: number, asset_ids: readonly number[] | null): Promise<void> {
  if (!asset_ids) return
  const rows = await transaction.query<{ asset_id: number }>(
    'select asset_id from asset_key where org_id = $org_id and asset_id = any($asset_ids)',
    { org_id, asset_ids: [...asset_ids] },
  )
  const known = new Set(rows.map((row) => row.asset_id))
  const missing = asset_ids.find((asset_id) => !known.has(asset_id))
  if (missing !== undefined) throw new UserError('unknown_asset', `there is no asset ${missing} here`, { status: 404 })
}
