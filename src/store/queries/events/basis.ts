import { DAY_US, NEVER } from '../../../model/time.ts'
import { NEVER_DAY } from '../../days.ts'
import { assetTexts } from '../../derive/assets.ts'
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

/**
 * What metrics that go on (see goesOn), the risk feed and the effects of its events are made of, as rows of (the first day whose events can depend on it, the values). Neither depends on
 * anything that begins or ends after a day for what it says of it; texts about a vulnerability count from its first day here on.
 */
const sources: readonly { day: string; values: readonly string[]; from: string }[] = [
  { day: '0', values: ['stage', 'epss', 'cvss_tenths', 'internet', 'internal'], from: 'hazard' },
  {
    day: 'from_day',
    values: ['finding_id', 'asset_id', 'severity', 'cvss_tenths', 'stage', 'valid_from', 'from_cause', 'excepted'],
    from: 'finding_history where org_id = $org_id and from_day < to_day',
  },
  {
    day: 'to_day',
    values: ['finding_id', 'to_cause'],
    from: `finding_history where org_id = $org_id and from_day < to_day and to_day < ${NEVER_DAY}`,
  },
  {
    day: 'day',
    values: ['asset_id', 'cause', 'hazard', 'exposure', 'weight', 'hazard_delta', 'weighted_delta', 'weight_delta'],
    from: 'asset_day where org_id = $org_id',
  },
  { day: 'from_day', values: assetColumns, from: 'asset_history where org_id = $org_id and from_day < to_day' },
  { day: 'to_day', values: ['asset_id'], from: `asset_history where org_id = $org_id and from_day < to_day and to_day < ${NEVER_DAY}` },
  { day: 'from_day', values: ['asset_id', 'subject'], from: 'fresh_history where org_id = $org_id and from_day < to_day' },
  {
    day: 'to_day',
    values: ['asset_id', 'subject'],
    from: `fresh_history where org_id = $org_id and from_day < to_day and to_day < ${NEVER_DAY}`,
  },
  {
    day: notAfter('valid_from'),
    values: ['finding_id', 'valid_from', 'source', 'fixed_version is null'],
    from: `sighting_history where org_id = $org_id and retracted_in = ${NEVER}`,
  },
  {
    day: notAfter('valid_to'),
    values: ['finding_id', 'valid_to', 'source'],
    from: `sighting_history where org_id = $org_id and retracted_in = ${NEVER} and fixed_version is not null and valid_to < ${NEVER}`,
  },
  {
    day: notAfter('first_at'),
    values: ['asset_id', 'first_at', 'source'],
    from: `(select asset_id, source, min(observed_at) as first_at from coverage_history
      where org_id = $org_id and subject = 'vulnerability' and access > 0 and retracted_in = ${NEVER} group by asset_id, source) look`,
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
  {
    day: notAfter('valid_from'),
    values: ['asset_id', 'valid_from', 'name', 'version', 'source'],
    from: `software_history where org_id = $org_id and retracted_in = ${NEVER}`,
  },
  {
    day: notAfter('valid_to'),
    values: ['asset_id', 'valid_to', 'name', 'version', 'source'],
    from: `software_history where org_id = $org_id and retracted_in = ${NEVER} and valid_to < ${NEVER}`,
  },
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

/**
 * The first day whose metrics and risk events may be others than those that are kept: 0 when all may. The digests of what they are made of are kept for the next
 * time. `rules`: all that events depend on beside facts, as a text.
 */
export async function firstChangedDay(transaction: Engine, org_id: number, today: number, rules: string): Promise<number> {
  const hash = hashSql[transaction.name]
  const rows = await transaction.query<{ day: number; digest: number }>(
    `with ${eventSubjects}, ${endedSupport}
     select day, cast(sum(hash) % ${MODULUS} as bigint) as digest from (
       select 0 as day, ${hash(['cast($rules as text)'])} as hash
       ${sources.map(({ day, values, from }, place) => `union all select ${day}, ${hash([String(place), ...values])} from ${from}`).join('\n       ')}
     ) basis where day <= $today group by day order by day`,
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
  if (until > today) return 0
  const changed = [...before.keys(), ...now.keys()].filter((day) => day <= until && (before.get(day) ?? 0) !== (now.get(day) ?? 0))
  return Math.min(until + 1, ...changed)
}
