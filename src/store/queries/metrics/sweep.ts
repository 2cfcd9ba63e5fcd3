import type { Params } from '../../engines/engine.ts'
import { STEPS_PER_DAY } from '../../../model/cause.ts'
import { DAY_US, NEVER } from '../../../model/time.ts'
import { NEVER_DAY, dayJoin, daySql } from '../../days.ts'
import { causeOfStep, causeSql, dayOfStep, NEVER_STEP, stepSql, turningDays } from '../../steps.ts'
import { unsupportedSoftware } from '../support.ts'
import { vulnerabilitySteps } from '../../vulnerability-steps.ts'
import { idOf } from './columns.ts'

/** A metric ready for SQL: predicates over `a` (asset_history), `f`, `v`, `c` (see insights/condition-fields.ts) with their parameters. */
export interface MetricSql {
  /** Over `a`: who is asked. */
  population: string
  /** Only assets that were looked at for this within the staleness are counted. */
  subject: 'vulnerability' | 'control' | 'software' | 'asset'
  /** Only assets on which a check for one of these objectives passed or failed are counted; null: whatever was looked for. A list of parameters' names. */
  objectives: string | null
  /** Exposed when any term holds; a term's `asset` and `finding` must hold both, null holds always. `kind`: it can only hold for findings of this kind; null: of any. */
  terms: readonly { asset: string | null; finding: string | null; kind: string | null }[]
  /** What the findings' predicates read beside the finding's own columns. */
  reads: { vulnerability: boolean; control: boolean; component: boolean; fixable: boolean; software: boolean }
  params: Params
}

/** SQL: this asset's newest group is among `$groups`; the empty text when the reader may see all. */
export const inGroups = (asset_id: string, groups: readonly string[] | null): string =>
  groups === null
    ? ''
    : `and ${asset_id} in (select g.asset_id from (
        select distinct on (asset_id) asset_id, asset_group from asset_history where org_id = $org_id order by asset_id, valid_to desc
      ) g where g.asset_group = any($groups))`

/** Parameters that go with {@link inGroups}. A list is never empty: no group has an empty name. */
export const groupParams = (groups: readonly string[] | null): Params => (groups === null ? {} : { groups: groups.length ? groups : [''] })

/** SQL: the value that one of several metrics gives, by the column `metric` of `row`; of a single one its own. */
const ofMetric = (row: string, values: readonly string[]): string =>
  values.length === 1 ? `(${values[0]})` : `case ${row}.metric ${values.map((sql, metric) => `when ${metric} then (${sql})`).join(' ')} end`

/** SQL: rows of numbers as a table. */
const numbers = (rows: readonly (readonly number[])[]): string => `(values ${rows.map((row) => `(${row.join(', ')})`).join(', ')})`

/** A term with the metric that it is of, its place in it and its place among all. */
interface PlacedTerm {
  asset: string | null
  finding: string | null
  kind: string | null
  metric: number
  slot: number
  place: number
}

/**
 * The CTEs that every question about metrics begins with, down to `state`: one row per metric (its place in the list), asset and step (day and cause) at
 * which whether it is asked (`total`) or exposed changes, with the row before beside it. In integer steps: +1 where an interval starts, -1 where it
 * ends, one window per metric and asset. On a day on which an asset begins or ceases to be asked, all that moves has that cause. Several metrics share
 * one pass: they must ask about the same subject, all of them or none for objectives ({@link sweptTogether}), and name their parameters differently.
 * Parameters: the metrics' own, $org_id, and $groups where `groups` is not null. `since`: a day; what has ended before it is left out, so that rows are right from that day on, with
 * what is beside them of the day before. Only for metrics that {@link goesOn}.
 */
export function metricSweep(metrics: readonly MetricSql[], groups: readonly string[] | null, since = 0): string {
  const lasting = (row: string) => (since > 0 ? `and ${row}.to_day >= ${since}` : '')
  const { subject } = metrics[0]!
  const several = metrics.length > 1
  const by = several ? 'metric, asset_id' : 'asset_id'
  const sameMetric = (a: string, b: string) => (several ? `and ${a}.metric = ${b}.metric` : '')
  const asked = metrics[0]!.objectives !== null
  let place = 0
  const terms = metrics.flatMap((each, metric) => each.terms.map((term, slot): PlacedTerm => ({ ...term, metric, slot, place: place++ })))
  const ofAsset = terms.filter((term) => term.asset !== null)
  const ofFinding = terms.filter((term) => term.finding !== null)
  const slots = (list: readonly PlacedTerm[]) => [...new Set(list.map(({ slot }) => slot))].toSorted((a, b) => a - b)
  const columns = ['w', ...slots(ofAsset).map((slot) => `a${slot}`), ...slots(ofFinding).map((slot) => `x${slot}`)]
  const row = (values: Record<string, string>) => columns.map((column) => `${values[column] ?? '0'} as ${column}`).join(', ')
  const assetSlots = Object.fromEntries(
    slots(ofAsset).map((slot) => [
      `a${slot}`,
      ifSo(
        ofMetric(
          't',
          metrics.map((_, metric) => ofAsset.find((term) => term.metric === metric && term.slot === slot)?.asset ?? 'false'),
        ),
      ),
    ]),
  )
  const findingSlots = Object.fromEntries(slots(ofFinding).map((slot) => [`x${slot}`, ifSo(`x.slot = ${slot}`)]))
  const holds = metrics.map((each) =>
    each.terms
      .map((term, slot) =>
        [term.asset === null ? null : `a${slot} > 0`, term.finding === null ? null : `x${slot} > 0`].filter(Boolean).join(' and '),
      )
      .map((term) => `(${term})`)
      .join(' or '),
  )
  const attributeStep = (row: string) =>
    `case when e.sign = 1 then ${row}.from_day else ${row}.to_day end * 16 + ${causeSql('attribute_changed')}`
  // Many findings of an asset are one row then.
  const begunBefore = (step: string) => (since > 0 ? `greatest(${step}, ${firstStep(since)})` : step)
  const findingStep = begunBefore('case when e.sign = 1 then x.from_step else x.to_step end')
  const all = numbers(metrics.map((_, metric) => [metric]))
  return `with ${ofFinding.length ? `${qualifiedFindings(metrics, ofFinding, groups, since)},` : ''}
  own as (select a.* from asset_history a where a.org_id = $org_id and a.from_day < a.to_day ${lasting('a')} ${inGroups('a.asset_id', groups)}),
  ${asked ? `${askedRuns(metrics.map(({ objectives }) => objectives!))},` : ''}
  look as (${
    asked
      ? `select q.metric, h.asset_id, greatest(h.from_day, q.from_day) as from_day, least(h.to_day, q.to_day) as to_day
        from fresh_history h join asked_run q on q.asset_id = h.asset_id and q.asked and q.from_day < h.to_day and h.from_day < q.to_day
        where h.org_id = $org_id and h.subject = '${subject}' and h.from_day < h.to_day`
      : `select t.metric, h.asset_id, h.from_day, h.to_day from fresh_history h cross join ${all} t(metric)
        where h.org_id = $org_id and h.subject = '${subject}' and h.from_day < h.to_day ${lasting('h')}`
  }),
  counted as (
    select h.metric, a.asset_id, greatest(a.from_day, h.from_day) as from_day, least(a.to_day, h.to_day) as to_day
    from own a join look h on h.asset_id = a.asset_id and h.from_day < a.to_day and a.from_day < h.to_day
    where ${ofMetric(
      'h',
      metrics.map(({ population }) => population),
    )}
  ),
  turn as (${turningDays('counted', 'own', 'look', several)}),
  moved as (
    select c.metric, c.asset_id, ${attributeStep('c')} as step, ${row({ w: 'e.sign' })}
    from counted c cross join (values (1), (-1)) e(sign) where e.sign = 1 or c.to_day < ${NEVER_DAY}
    ${
      ofAsset.length
        ? `union all
    select t.metric, a.asset_id, ${attributeStep('a')}, ${row(assetSlots)}
    from own a cross join (values (1), (-1)) e(sign) cross join ${numbers([...new Set(ofAsset.map(({ metric }) => metric))].map((metric) => [metric]))} t(metric)
    where e.sign = 1 or a.to_day < ${NEVER_DAY}`
        : ''
    }
    ${
      ofFinding.length
        ? `union all
    select x.metric, x.asset_id, ${findingStep}, ${row(findingSlots)}
    from exposed_run x cross join (values (1), (-1)) e(sign) where e.sign = 1 or x.to_step < ${NEVER_STEP}`
        : ''
    }
  ),
  by_step as (
    select ${several ? 'm.metric' : '0 as metric'}, m.asset_id, case when t.cause is null then m.step else t.day * 16 + t.cause end as step, ${columns.map((column) => `cast(sum(m.${column}) as bigint) as ${column}`).join(', ')}
    from moved m left join turn t on t.asset_id = m.asset_id ${sameMetric('t', 'm')} and t.day = ${dayOfStep('m.step')} group by ${several ? '1, 2, 3' : '2, 3'}
  ),
  running as (
    select metric, asset_id, step, ${columns.map((column) => `sum(${column}) over before_that as ${column}`).join(', ')}
    from by_step window before_that as (partition by ${by} order by step rows between unbounded preceding and current row)
  ),
  answer as (
    select metric, asset_id, step, case when w > 0 then 1 else 0 end as total,
      case when w > 0 and ${ofMetric('running', holds)} then 1 else 0 end as exposed
    from running
  ),
  state as (
    select metric, asset_id, ${dayOfStep('step')} as day, ${causeOfStep('step')} as cause, total, exposed, coalesce(lag(total) over w, 0) as total_before, coalesce(lag(exposed) over w, 0) as exposed_before
    from answer window w as (partition by ${by} order by step)
  )`
}

/**
 * Whether what a metric answers from a day on follows from what holds on that day or later: so for what is asked of findings, assets and vulnerabilities. Which
 * control was ever checked, and how a tool calls it today, counts for all days.
 */
export const goesOn = ({ objectives, reads }: MetricSql): boolean => objectives === null && !reads.control && !reads.software

/** Metrics of which these texts are equal can share one sweep: what they ask, and what of the findings tells their kinds of finding apart. */
export const sweptTogether = ({ subject, objectives, reads }: MetricSql): string =>
  [subject, objectives !== null, reads.component, reads.fixable, reads.software].join(' ')

/**
 * CTE `asked_run` (metric, asset_id, from_day, to_day, asked): on which days a check for one of the objectives had an answer on the asset. A tool that states
 * failures only (secrets, rules in code) answers for every asset that it looked at, from its first look on. `objectives`: a list's parameter, by metric.
 */
const askedRuns = (objectives: readonly string[]): string => `meant as (
    select distinct t.metric, o.control_id from control_objective o cross join ${numbers(objectives.map((_, metric) => [metric]))} t(metric)
    where o.org_id = $org_id and ${ofMetric(
      't',
      objectives.map((list) => `o.objective = any(${list})`),
    )}
  ),
  answered as (
    select m.metric, r.asset_id, ${daySql('r.valid_from', 'd1')} as from_day, ${daySql('r.valid_to', 'd2')} as to_day
    from control_result_history r join meant m on m.control_id = r.control_id
      left join day d1 on ${dayJoin('r.valid_from', '$org_id', 'd1')}
      left join day d2 on ${dayJoin('r.valid_to', '$org_id', 'd2')}
    where r.org_id = $org_id and r.retracted_in = 9007199254740991 and r.status in ('pass', 'fail')
  ),
  with_results as (
    select distinct m.metric, r.source from control_result_history r join meant m on m.control_id = r.control_id
    where r.org_id = $org_id and r.retracted_in = 9007199254740991
  ),
  only_failures as (
    select distinct m.metric, s.source from sighting_history s join finding_key k on k.finding_id = s.finding_id join meant m on m.control_id = k.subject
      left join with_results w on w.metric = m.metric and w.source = s.source
    where k.org_id = $org_id and k.kind = 'control' and s.org_id = $org_id and s.retracted_in = 9007199254740991 and w.source is null
  ),
  first_look as (
    select f.metric, c.asset_id, min(c.observed_at) as observed_at from coverage_history c join only_failures f on f.source = c.source
    where c.org_id = $org_id and c.subject = 'control' and c.retracted_in = 9007199254740991 group by f.metric, c.asset_id
  ),
  asked_step as (
    select metric, asset_id, day, cast(sum(sign) as bigint) as sign from (
      select metric, asset_id, from_day as day, 1 as sign from answered where from_day < to_day
      union all select metric, asset_id, to_day, -1 from answered where from_day < to_day and to_day < ${NEVER_DAY}
      union all select l.metric, l.asset_id, ${daySql('l.observed_at', 'd')}, 1 from first_look l left join day d on ${dayJoin('l.observed_at', '$org_id', 'd')}
    ) steps group by metric, asset_id, day
  ),
  asked_run as (
    select metric, asset_id, day as from_day, lead(day, 1, ${NEVER_DAY}) over (partition by metric, asset_id order by day) as to_day,
      sum(sign) over (partition by metric, asset_id order by day rows between unbounded preceding and current row) > 0 as asked
    from asked_step
  )`

const ifSo = (predicate: string): string => `case when ${predicate} then e.sign else 0 end`

/** Columns of a finding that conditions may ask for, beside what it is about. What none asks for does not tell findings apart. */
const ownColumns = ['severity', 'cvss_tenths', 'stage', 'component', 'fixable']

/** SQL over a row `u` of unsupported software: what stands for the columns of a finding; all others are not known. */
export const unsupportedAsFinding: Readonly<Record<string, string>> = {
  kind: "'software'",
  subject: 'u.subject',
  severity: 'cast(null as smallint)',
  cvss_tenths: 'cast(null as smallint)',
  stage: 'cast(0 as smallint)',
  component: 'u.component',
}

/**
 * CTEs down to `exposed_run` (metric, slot, asset_id, from_step, to_step): the runs in which a finding meets a term. Conditions are asked once per
 * distinct finding-like thing and version of its vulnerability, merged to runs, and only then met with the many findings.
 */
function qualifiedFindings(
  metrics: readonly MetricSql[],
  terms: readonly PlacedTerm[],
  groups: readonly string[] | null,
  since: number,
): string {
  const several = metrics.length > 1
  const read = (what: keyof MetricSql['reads']) => metrics.some(({ reads }) => reads[what])
  const fixable = read('fixable')
  const plain = !fixable && !read('software')
  const kinds = [...new Set(terms.map(({ kind }) => kind))]
  const only = kinds.length === 1 ? kinds[0]! : null
  const key = [
    ...(only === null ? ['kind'] : []),
    'subject',
    ...ownColumns.filter((column) => terms.some(({ finding }) => finding!.includes(`f.${column}`))),
  ]
  const same = key.map((column) =>
    ['severity', 'cvss_tenths'].includes(column) ? `coalesce(f.${column}, -1) = coalesce(q.${column}, -1)` : `f.${column} = q.${column}`,
  )
  // Findings of an asset matter only where the metric asks about it, and where what a term asks of the asset holds too.
  const able = metrics.map(({ population }, metric) => {
    const own = terms.filter((term) => term.metric === metric).map(({ asset }) => asset)
    return own.includes(null) ? population : `(${population}) and (${own.map((asset) => `(${asset})`).join(' or ') || 'false'})`
  })
  const everyone = groups === null && able.every((predicate) => predicate === 'true')
  const asking = (finding: string) =>
    everyone ? '' : `join ${several ? '(select distinct asset_id from asked)' : 'asked'} asked on asked.asset_id = ${finding}.asset_id`
  return `asked as (
    select distinct t.metric, a.asset_id from asset_history a cross join ${numbers(metrics.map((_, metric) => [metric]))} t(metric)
    where a.org_id = $org_id and ${ofMetric('t', able)} ${inGroups('a.asset_id', groups)}
  ),
  ${fixable ? `${fixableRuns(since)},` : ''}
  ${read('software') ? `${unsupportedSoftware},` : ''}
  found as ${plain ? 'not materialized ' : ''}(
    select f.asset_id, f.finding_id, ${key.filter((column) => column !== 'fixable').join(', ')}, ${stepSql('f.from_day', 'f.from_cause')} as from_step, ${stepSql('f.to_day', 'f.to_cause')} as to_step
    from finding_history f where f.org_id = $org_id and f.from_day < f.to_day and not f.excepted ${only === null ? '' : `and f.kind = '${only}'`} ${since > 0 ? `and f.to_day >= ${since}` : ''}
    ${
      read('software')
        ? `union all
    select u.asset_id, 0, ${key
      .filter((column) => column !== 'fixable')
      .map((column) => unsupportedAsFinding[column]!)
      .join(', ')}, ${stepSql('u.from_day', 'u.from_cause')}, ${stepSql('u.to_day', 'u.to_cause')}
    from unsupported u where u.from_day < u.to_day`
        : ''
    }
  ),
  version_of_finding as ${plain ? 'not materialized ' : ''}(
    select f.asset_id, f.finding_id, ${key.map((column) => (column === 'fixable' ? 'coalesce(x.fixable, false) as fixable' : `f.${column}`)).join(', ')},
      ${fixable ? 'greatest(f.from_step, coalesce(x.from_step, f.from_step)) as from_step, least(f.to_step, coalesce(x.to_step, f.to_step)) as to_step' : 'f.from_step, f.to_step'}
    from found f ${plain ? '' : asking('f')}
      ${fixable ? 'left join fixable_run x on x.finding_id = f.finding_id and x.from_step < f.to_step and f.from_step < x.to_step' : ''}
  ),
  likeness as (select ${only === null ? '' : `'${only}' as kind, `}l.* from (select distinct ${key.join(', ')} from version_of_finding) l),
  ${
    read('vulnerability')
      ? `likeness_subject as (select distinct cast($org_id as integer) as org_id, subject from likeness where kind = 'vulnerability'),
  ${vulnerabilitySteps('likeness_subject', since)},`
      : ''
  }
  ${read('control') ? `${newestControl},` : ''}
  met as (
    select t.metric, t.slot, t.term, ${key.map((column) => `f.${column}`).join(', ')},
      ${read('vulnerability') ? `coalesce(v.from_step, 0) as from_step, coalesce(v.to_step, ${NEVER_STEP}) as to_step` : `0 as from_step, ${NEVER_STEP} as to_step`}
    from likeness f cross join ${numbers(terms.map(({ metric, slot, place }) => [metric, slot, place]))} t(metric, slot, term)
      ${read('vulnerability') ? `left join vulnerability_step v on v.vulnerability_id = ${idOf('vulnerability')} ${since > 0 ? `and v.to_step >= ${since * STEPS_PER_DAY}` : ''}` : ''}
      ${read('control') ? `left join newest_control c on c.control_id = ${idOf('control')}` : ''}
    where case t.term ${terms.map(({ place, finding }) => `when ${place} then (${finding})`).join(' ')} end
  ),
  begun as (
    select *, case when lag(to_step) over (partition by term, ${key.join(', ')} order by from_step) = from_step then 0 else 1 end as begins from met
  ),
  numbered as (select *, sum(begins) over (partition by term, ${key.join(', ')} order by from_step rows between unbounded preceding and current row) as run from begun),
  met_run as (
    select metric, slot, ${key.join(', ')}, min(from_step) as from_step, max(to_step) as to_step from numbered group by metric, slot, term, ${key.join(', ')}, run
  ),
  exposed_run as (
    select q.metric, q.slot, f.asset_id, greatest(f.from_step, q.from_step) as from_step, least(f.to_step, q.to_step) as to_step
    from version_of_finding f join met_run q on ${same.join(' and ')} ${plain ? asking('f') : ''}
    where f.from_step < q.to_step and q.from_step < f.to_step ${several && !everyone ? 'and (q.metric, f.asset_id) in (select metric, asset_id from asked)' : ''}
  )`
}

/** CTE `vulnerability_day`: versions of the vulnerabilities of `subjects` in the organisation's days. */
export const vulnerabilityDays = (subjects: string): string => `vulnerability_day as (
    select * from (
      select v.vulnerability_id, v.epss, v.stage, v.cvss_tenths, ${daySql('v.valid_from', 'd1')} as from_day, ${daySql('v.valid_to', 'd2')} as to_day
      from vulnerability_history v join ${subjects} l on l.subject = v.vulnerability_id
        left join day d1 on ${dayJoin('v.valid_from', '$org_id', 'd1')}
        left join day d2 on ${dayJoin('v.valid_to', '$org_id', 'd2')}
    ) in_days where from_day < to_day
  )`

/**
 * CTE `newest_control`: what the tools said last of each control, full descriptions before those that only results gave (source
 * "…/results"). Its title or category is no event in the life of an asset.
 */
export const newestControl = `newest_control as (
    select distinct on (control_id) control_id, source, category, max_points, title, severity, description, remediation, url, product, frameworks, details
    from control_history where org_id = $org_id and retracted_in = 9007199254740991 
    order by control_id, case when source like '%/results' then 1 else 0 end, valid_to desc, valid_from desc, source collate "C"
  )`

/**
 * CTE `fixable_run`: for each finding that ever had a fixed version, runs of having one and of having none, from step 0 to never. A fix becoming known is a change of content.
 * `since`: a day; sightings that ended before it are left out, so that runs are right from that day on.
 */
const fixableRuns = (since: number): string => `fix_step as (
    select finding_id, step, cast(sum(sign) as bigint) as sign from (
      select s.finding_id, e.sign, greatest(${firstStep(since)}, case e.sign when 0 then 0 when 1 then ${daySql('s.valid_from', 'd1')} else ${daySql('s.valid_to', 'd2')} end * 16 + ${causeSql('content_changed')} * abs(e.sign)) as step
      from sighting_history s cross join (values (1), (-1), (0)) e(sign)
        left join day d1 on ${dayJoin('s.valid_from', '$org_id', 'd1')}
        left join day d2 on ${dayJoin('s.valid_to', '$org_id', 'd2')}
      where s.org_id = $org_id and s.fixed_version is not null and s.retracted_in = ${NEVER} and (e.sign >= 0 or s.valid_to < ${NEVER}) ${since > 0 ? `and s.valid_to >= ${(since - 1) * DAY_US}` : ''}
    ) steps group by finding_id, step
  ),
  changing as (select distinct finding_id from fix_step where step > ${firstStep(since)}),
  fixable_run as (
    select finding_id, sign > 0 as fixable, step as from_step, ${NEVER_STEP} as to_step from fix_step where finding_id not in (select finding_id from changing)
    union all
    select finding_id, sum(sign) over (partition by finding_id order by step rows between unbounded preceding and current row) > 0 as fixable,
      step as from_step, lead(step, 1, ${NEVER_STEP}) over (partition by finding_id order by step) as to_step
    from fix_step where finding_id in (select finding_id from changing)
  )`

/** The step at which all that began before day `since` counts as begun. */
const firstStep = (since: number): number => (since > 0 ? (since - 1) * STEPS_PER_DAY : 0)
