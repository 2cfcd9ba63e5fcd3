import { DAY_US, NEVER } from '../../../model/time.ts'
import { dayJoin, daySql, NEVER_DAY } from '../../days.ts'
import { assetTexts } from '../../derive/assets.ts'
import { changedAfter, takenBefore } from '../../derive/touched.ts'
import type { Engine } from '../../engines/engine.ts'
import { endedSupport, eventSubjects } from './subjects.ts'

/** Digests are kept modulo this: below 2^53, as every integer of ours. */
const MODULUS = 2 ** 48

/** SQL: a number 0 … MODULUS - 1 that depends on these values only, also on which of them are null. It need be the same on one engine alone. */
const hashSql: Record<Engine['name'], (values: readonly string[]) => string> = {
  duckdb: (values) => `cast(hash(${values.join(', ')}) >> 16 as bigint)`,
  postgres: (values) =>
    `((hashtextextended(${values.map((value) => `coalesce(cast(${value} as text), '~')`).join(` || '|' || `)}, 0) >> 16) & ${MODULUS - 1})`,
}

/** SQL: a day that is not after the organisation's day of an instant, whatever its zone: no day has to be looked up for it. */
const notAfter = (instant: string): string => `cast(floor(cast(${instant} as double precision) / ${DAY_US}) as integer) - 1`

/** Columns of asset_history that any question reads, its days apart. */
const assetColumns = ['asset_id', 'type', 'name', 'internet_facing', 'value', ...assetTexts]

/** Rows of (the first day whose metrics and events can depend on it, the values). */
interface Source {
  day: string
  values: readonly string[]
  from: string
}

/** What is derived per asset: of `assets`, a select of asset_id, from a day on. */
function derivedSources(assets: string, since: number): readonly Source[] {
  const own = (day: string) => `org_id = $org_id and ${day} >= ${since} and asset_id in (${assets})`
  const begins = `${own('from_day')} and from_day < to_day`
  const ends = `${own('to_day')} and from_day < to_day and to_day < ${NEVER_DAY}`
  return [
    {
      day: 'from_day',
      values: ['finding_id', 'asset_id', 'severity', 'cvss_tenths', 'stage', 'valid_from', 'from_cause', 'excepted'],
      from: `finding_history where ${begins}`,
    },
    { day: 'to_day', values: ['finding_id', 'to_cause'], from: `finding_history where ${ends}` },
    {
      day: 'day',
      values: ['asset_id', 'cause', 'hazard', 'exposure', 'weight', 'hazard_delta', 'weighted_delta', 'weight_delta'],
      from: `asset_day where ${own('day')}`,
    },
    { day: 'from_day', values: assetColumns, from: `asset_history where ${begins}` },
    { day: 'to_day', values: ['asset_id'], from: `asset_history where ${ends}` },
    { day: 'from_day', values: ['asset_id', 'subject'], from: `fresh_history where ${begins}` },
    { day: 'to_day', values: ['asset_id', 'subject'], from: `fresh_history where ${ends}` },
  ]
}

/** Facts that metrics and events are made of themselves, beside what is derived of them: what counts of the beginning and the end of a row. `ending`: of which rows the end counts. */
const factTables = [
  {
    table: 'sighting_history',
    begins: ['finding_id', 'valid_from', 'source', 'fixed_version is null'],
    ends: ['finding_id', 'valid_to', 'source'],
    ending: 'fixed_version is not null',
  },
  {
    table: 'software_history',
    begins: ['asset_id', 'valid_from', 'name', 'version', 'source'],
    ends: ['asset_id', 'valid_to', 'name', 'version', 'source'],
    ending: 'true',
  },
]

/**
 * What else metrics that go on (see goesOn), the risk feed and the effects of its events are made of: not very much of each. None depends on
 * anything that begins or ends after a day for what it says of it; texts about a vulnerability count from its first day here on.
 */
const sources: readonly Source[] = [
  { day: '0', values: ['stage', 'epss', 'cvss_tenths', 'internet', 'internal'], from: 'hazard' },
  {
    day: notAfter('first_at'),
    values: ['asset_id', 'first_at', 'source'],
    from: `look_span where org_id = $org_id and subject = 'vulnerability'`,
  },
  {
    day: 's.first_day',
    values: ['a.published_at', 't.published_at', 's.subject', 'c.component'],
    from: `subject_of s join component_of c on c.subject = s.subject left join advice a on a.vulnerability_id = s.subject left join text t on t.vulnerability_id = s.subject`,
  },
  {
    day: `greatest(s.first_day, ${notAfter('v.valid_from')})`,
    values: ['v.epss', 'v.stage', 'v.cvss_tenths', 'v.valid_from', 's.subject'],
    from: `(select subject, min(from_day) as first_day from finding_history where org_id = $org_id and kind = 'vulnerability' and from_day < to_day group by subject) s
      join vulnerability_history v on v.vulnerability_id = s.subject`,
  },
  {
    day: `greatest(s.first_day, ${notAfter('e.valid_from')})`,
    values: ['e.valid_from', 's.subject', 'e.source'],
    from: `subject_of s join epss_history e on e.vulnerability_id = s.subject and e.retracted_in = ${NEVER}`,
  },
  {
    day: `greatest(s.first_day, ${notAfter('e.valid_from')})`,
    values: ['e.stage', 'e.valid_from', 's.subject', 'e.source'],
    from: `subject_of s join exploit_history e on e.vulnerability_id = s.subject and e.retracted_in = ${NEVER}`,
  },
  { day: notAfter('told_at'), values: ['told_at'], from: `news where kind = 'epss_model'` },
  { day: 'day', values: ['asset_id', 'ends_at', 'name', 'version', 'source'], from: 'ended_support' },
  {
    // A control's newest words are told of all that was ever said of it.
    day: `least(${notAfter('c.first_at')}, coalesce(f.first_day, ${NEVER_DAY}))`,
    values: ['c.first_at', 'c.valid_from', 'c.severity', 'c.control_id', 'c.source', 'c.title', 'c.product', 'c.category'],
    from: `(select control_id, source, valid_from, severity, title, product, category, min(valid_from) over (partition by control_id) as first_at
        from control_history where org_id = $org_id and retracted_in = ${NEVER}) c
      left join (select subject, min(from_day) as first_day from finding_history where org_id = $org_id and kind = 'control' group by subject) f on f.subject = c.control_id`,
  },
  {
    day: notAfter('first_at'),
    values: ['first_at', 'source'],
    from: `(select source, min(valid_from) as first_at from control_history where org_id = $org_id and retracted_in = ${NEVER} group by source) assessing`,
  },
]

/** SQL: digests of sources by day, as (day, digest). */
function digestsSql(engine: Engine['name'], list: readonly Source[], until: string, others: readonly string[] = []): string {
  const hash = hashSql[engine]
  const parts = list.map(({ day, values, from }, place) => `select ${day} as day, ${hash([String(place), ...values])} as hash from ${from}`)
  return `select day, cast(sum(hash) % ${MODULUS} as bigint) as digest from (
       ${[...parts, ...others].join('\n       union all ')}
     ) basis where day <= ${until} group by day`
}

/** The digests by day of what is derived of the assets that the computation under way makes anew, all of it or from the first change on. */
async function derivedDigests(transaction: Engine, org_id: number, until: number): Promise<Map<number, number>> {
  const [first] = await transaction.query<{ day: number | null }>(
    `select ${daySql('l.since', 'd')} as day from (select since from touched_later where org_id = $org_id order by since limit 1) l left join day d on ${dayJoin('l.since', '$org_id', 'd')}`,
    { org_id },
  )
  const [whole] = await transaction.query('select 1 as any_row from touched where asset_id > 0 and org_id = $org_id limit 1', { org_id })
  const list = [
    ...(whole ? derivedSources('select asset_id from touched', 0) : []),
    ...(first?.day == null ? [] : derivedSources('select asset_id from touched_later', first.day)),
  ]
  if (list.length === 0) return new Map()
  const rows = await transaction.query<{ day: number; digest: number }>(digestsSql(transaction.name, list, String(until)), { org_id })
  return new Map(rows.map(({ day, digest }) => [day, digest]))
}

/**
 * Notes digests of what is derived of the assets that are going to be made anew in the temporary table `basis_before` (org_id, day, digest): what has really changed of them
 * is found by comparing, see {@link firstChangedDay}.
 */
export async function noteBasis(transaction: Engine): Promise<void> {
  await transaction.query('drop table if exists basis_before')
  await transaction.query('create temporary table basis_before (org_id integer, day integer, digest bigint)')
  const orgs = await transaction.query<{ org_id: number }>(
    'select distinct org_id from event_basis where org_id in (select org_id from touched) order by org_id',
  )
  for (const { org_id } of orgs) {
    const digests = await derivedDigests(transaction, org_id, NEVER_DAY)
    await transaction.append(
      'basis_before',
      ['org_id', 'day', 'digest'],
      [...digests].map(([day, digest]) => [org_id, day, digest]),
    )
  }
}

/** The first day up to `until` on which something differs that the computation under way has made anew of assets. Infinity: none. */
async function firstDerivedDay(transaction: Engine, org_id: number, until: number): Promise<number> {
  const noted = await transaction.query<{ day: number; digest: number }>('select day, digest from basis_before where org_id = $org_id', {
    org_id,
  })
  return firstDifference(new Map(noted.map(({ day, digest }) => [day, digest])), await derivedDigests(transaction, org_id, until), until)
}

/** The first day up to `until` of which two sets of digests differ; a day without a digest has digest 0. Infinity: none. */
function firstDifference(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>, until: number): number {
  const days = [...before.keys(), ...now.keys()].filter((day) => day <= until && (before.get(day) ?? 0) !== (now.get(day) ?? 0))
  return days.reduce((first, day) => Math.min(first, day), Infinity)
}

/** The first day from which on facts since the last computation differ from what was known before; 0 when some were removed by policy. Infinity: none. */
async function firstStatedDay(transaction: Engine, org_id: number): Promise<number> {
  const taken = await takenBefore(transaction)
  const [removed] = await transaction.query(
    'select 1 as any_row from retention_horizon where org_id = $org_id and set_in > $taken limit 1',
    { org_id, taken },
  )
  if (removed) return 0
  const hash = hashSql[transaction.name]
  const changed = factTables.flatMap(({ table, begins, ends, ending }, place) => {
    const rows = `from ${table} where org_id = $org_id and ${changedAfter(taken)}`
    const now = `${rows} and retracted_in = ${NEVER}`
    const was = `${rows} and opened_in <= ${taken} and retracted_in > ${taken}`
    const [begun, ended] = [hash([String(2 * place), ...begins]), hash([String(2 * place + 1), ...ends])]
    return [
      `select ${notAfter('valid_from')} as day, ${begun} as hash ${now}`,
      `select ${notAfter('valid_from')}, -${begun} ${was}`,
      `select ${notAfter('valid_to')}, ${ended} ${now} and ${ending} and valid_to < ${NEVER}`,
      `select ${notAfter('valid_to')}, -${ended} ${was} and ${ending} and valid_to < ${NEVER} and closed_in <= ${taken}`,
    ]
  })
  const [row] = await transaction.query<{ day: number }>(
    `select day from (${changed.join(' union all ')}) stated group by day having sum(hash) <> 0 order by day limit 1`,
    { org_id },
  )
  return row?.day ?? Infinity
}

/**
 * The first day whose metrics and risk events may be others than those that are kept: 0 when all may. Of assets the temporary tables of the computation under way say it;
 * the digests of what else they are made of are kept for the next time. `rules`: all that events depend on beside facts, as a text.
 */
export async function firstChangedDay(transaction: Engine, org_id: number, today: number, rules: string): Promise<number> {
  const rulesSql = `select 0 as day, ${hashSql[transaction.name](['cast($rules as text)'])} as hash`
  const rows = await transaction.query<{ day: number; digest: number }>(
    `with ${eventSubjects}, ${endedSupport} ${digestsSql(transaction.name, sources, '$today', [rulesSql])}`,
    { org_id, today, rules },
  )
  const now = new Map(rows.map(({ day, digest }) => [day, digest]))
  const kept = await transaction.query<{ day: number; digest: number }>('select day, digest from event_basis where org_id = $org_id', {
    org_id,
  })
  const before = new Map(kept.map(({ day, digest }) => [day, digest]))
  if (!now.has(today)) now.set(today, 0)
  await transaction.run('delete from event_basis where org_id = $org_id', { org_id })
  await transaction.append(
    'event_basis',
    ['org_id', 'day', 'digest'],
    [...now].map(([day, digest]) => [org_id, day, digest]),
  )
  const until = Math.max(-1, ...before.keys())
  if (until > today || before.size === 0) return 0
  return Math.min(
    until + 1,
    firstDifference(before, now, until),
    await firstDerivedDay(transaction, org_id, until),
    await firstStatedDay(transaction, org_id),
  )
}
