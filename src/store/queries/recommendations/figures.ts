import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { coveringCtes } from '../exceptions/list.ts'
import { anyInForce } from '../exceptions/in-force.ts'
import { type AskedMoment, momentParams } from '../moment.ts'
import { foundFindings, foundParams } from './found.ts'

/** A recommendation that is no function of the finding alone: its id, and which findings it closes as a predicate over f, v, c. */
export interface CampaignSql {
  id: string
  member: string
  params: Params
}

/** A metric's question of one finding, as a predicate over a, f, v, c. */
export interface MatchSql {
  sql: string
  params: Params
}

/** What stands open of a recommendation at the end of a day, whether exceptions cover it or not. */
export interface OpenFigures {
  recommendation: string
  assets: number
  /** Those with a finding that no score-moving exception covers. */
  assets_after: number
  /** Of these, those that are in the exposure score. */
  scored: number
  internet_assets: number
  critical_assets: number
  findings: number
  /** Findings that an exception or statement in force covers, whatever its justification. */
  covered: number
  subjects: number
  stage: number
  severity: number | null
  /** Bit n: some finding has reached exploit stage n. */
  stages: number
  /** Different vulnerabilities that are known to be exploited and for which no source states a fix. */
  zero_days: number
  /** Asset types, in any order. */
  types: string[]
  /** Positions of the given metrics' questions that some finding answers with yes. */
  matches: number[]
}

const typeNames = ['device', 'image', 'cloud_resource', 'account', 'tenant', 'repository', 'application', 'cluster', 'identity', 'other']

/** The part of `each` (a row per finding and recommendation) that campaigns bring. */
export const eachOf = (columns: string, from: string, campaigns: readonly CampaignSql[]): string => `each_one as (
    select recommendation, ${columns} from ${from} where recommendation <> ''
    ${campaigns.map(({ id }, index) => `union all select '${id.replaceAll("'", "''")}', ${columns} from ${from} where campaign_${index}`).join('\n    ')}
  )`

const campaignColumns = (campaigns: readonly CampaignSql[]) =>
  Object.fromEntries(campaigns.map(({ member }, index) => [`campaign_${index}`, member]))

/** What stands open of every recommendation, campaigns among them. `matches`: the questions that {@link OpenFigures.matches} answers. */
export async function openFigures(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  campaigns: readonly CampaignSql[],
  matches: readonly MatchSql[],
): Promise<OpenFigures[]> {
  const covered = await anyInForce(engine, scope, moment)
  const members = { ...campaignColumns(campaigns), ...Object.fromEntries(matches.map(({ sql }, index) => [`match_${index}`, sql])) }
  const marks = matches.map((_, index) => `match_${index}`)
  const rows = await engine.query<Record<string, number | string | null>>(
    `${foundFindings(scope.groups, members, { excepted: true })}
    ${covered ? `, ${coveringCtes(scope, '')}, spoken_of as (select distinct finding_id from covering)` : ''},
    marked as (
      select d.*, case when s.asset_id is not null then 1 else 0 end as in_score, ${covered ? 'case when k.finding_id is not null then 1 else 0 end' : '0'} as covered
      from found d left join standing s on s.asset_id = d.asset_id ${covered ? 'left join spoken_of k on k.finding_id = d.finding_id' : ''}
    ),
    ${eachOf(['asset_id', 'finding_id', 'kind', 'subject', 'type', 'stage', 'severity', 'fixable', 'excepted', 'internet_facing', 'criticality', 'in_score', 'covered', ...marks].join(', '), 'marked', campaigns)}
    select recommendation, cast(count(distinct asset_id) as bigint) as assets,
      cast(count(distinct case when not excepted then asset_id end) as bigint) as assets_after,
      cast(count(distinct case when not excepted and in_score = 1 then asset_id end) as bigint) as scored,
      cast(count(distinct case when internet_facing then asset_id end) as bigint) as internet_assets,
      cast(count(distinct case when criticality in ('high', 'very_high') then asset_id end) as bigint) as critical_assets,
      cast(count(*) as bigint) as findings, cast(sum(covered) as bigint) as covered, cast(count(distinct subject) as bigint) as subjects,
      max(stage) as stage, max(severity) as severity,
      ${[1, 2, 3, 4, 5].map((stage) => `max(case when stage = ${stage} then ${2 ** stage} else 0 end)`).join(' + ')} as stages,
      cast(count(distinct case when kind = 'vulnerability' and stage >= 4 and not fixable then subject end) as bigint) as zero_days,
      ${typeNames.map((type, index) => `max(case when type = '${type}' then 1 else 0 end) as type_${index}`).join(', ')}
      ${marks.map((mark) => `, max(case when ${mark} then 1 else 0 end) as ${mark}`).join('')}
    from each_one group by recommendation order by recommendation collate "C"`,
    {
      ...foundParams(scope, moment.day),
      ...(covered ? momentParams(scope, moment) : {}),
      ...Object.assign({}, ...campaigns.map(({ params }) => params)),
      ...Object.assign({}, ...matches.map(({ params }) => params)),
    },
  )
  return rows.map((row) => ({
    ...(row as unknown as OpenFigures),
    types: typeNames.filter((_, index) => row[`type_${index}`] === 1),
    matches: matches.flatMap((_, index) => (row[`match_${index}`] === 1 ? [index] : [])),
  }))
}

/** Who states the open findings of a recommendation, and of which version: findings by source and version. */
export interface StatedBy {
  recommendation: string
  source: string
  version: string | null
  findings: number
}

/** The sources and versions behind every recommendation that follows from findings, campaigns among them. */
export function statedBy(engine: Engine, scope: Scope, day: number, campaigns: readonly CampaignSql[]): Promise<StatedBy[]> {
  return engine.query<StatedBy>(
    `${foundFindings(scope.groups, campaignColumns(campaigns), { excepted: true })},
    ${eachOf('finding_id', 'found', campaigns)}
    select e.recommendation, s.source, s.version, cast(count(*) as bigint) as findings
    from each_one e join sighting_history s on s.finding_id = e.finding_id cross join moment m
    where s.retracted_in = 9007199254740991 and s.valid_from < m.ends_at and m.ends_at <= s.valid_to
    group by e.recommendation, s.source, s.version`,
    { ...foundParams(scope, day), ...Object.assign({}, ...campaigns.map(({ params }) => params)) },
  )
}
