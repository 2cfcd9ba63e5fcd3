import { exploitStages, type ExploitStage } from '../../../model/exploit.ts'
import { type SoftwareTag, softwareTags } from '../../../model/recommendation.ts'
import { formatInstant } from '../../../model/time.ts'
import type { Engine, Params } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, countsSql, momentParams, openFindings, presentAssets, standing } from '../moment.ts'
import { severalSql } from '../given.ts'
import { askPage, keptPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
import {
  endOf,
  endsSql,
  feedSupport,
  saidBy,
  supportJoin,
  type SupportSaidBy,
  supportSql,
  type SupportState,
  supportStates,
  supportWord,
} from '../support.ts'
import { stageWord } from '../words.ts'

/** A software by name and vendor. */
export interface SoftwareItem {
  name: string
  vendor: string | null
  /** Distinct known versions. */
  versions: number
  assets: number
  /** Distinct open vulnerabilities in it that are not merely informational, and the critical ones of them. */
  vulnerabilities: number
  critical: number
  stage: ExploitStage
  /** Assets with at least one of them. */
  exposed_assets: number
  /** The earliest of its versions: as a report states it, else as a feed of ends of support does. */
  end_of_support_at: string | null
  end_of_support_by: SupportSaidBy | null
  /** How that stands at the asked moment; null: nobody states when support ends. */
  support: SupportState | null
  /** Common Platform Enumeration name, of one of its versions; null: no report states one. */
  cpe: string | null
  /** Points that its open vulnerabilities have in the exposure score of the day. */
  impact: number
  tags: SoftwareTag[]
}

/** What is known of a software from elsewhere; of those that are left out it is 0 points and no tag. */
export interface SoftwareTold {
  name: string
  vendor_key: string
  /** Millionths of points. */
  impact: number
  tags: readonly SoftwareTag[]
}

interface SoftwareRow extends Omit<SoftwareItem, 'stage' | 'end_of_support_at' | 'end_of_support_by' | 'support' | 'tags'> {
  /** |all|its|tags| */
  tags: string | null
  stage: number
  support: number | null
  ends: string | null
  ends_at: number | null
}

/** Fields of the software list. */
export const softwareColumns: ListColumns = new Map<string, ListColumn>([
  ['name', { type: 'text', title: 'name', sql: 'x.name' }],
  ['vendor', { type: 'text', title: 'vendor', sql: 'x.vendor' }],
  ['versions', { type: 'number', title: 'versions', sql: 'x.versions' }],
  ['assets', { type: 'number', title: 'assets', sql: 'x.assets' }],
  ['exposed_assets', { type: 'number', title: 'exposed assets', sql: 'x.exposed_assets' }],
  ['vulnerabilities', { type: 'number', title: 'vulnerabilities', sql: 'x.vulnerabilities' }],
  ['critical', { type: 'number', title: 'critical vulnerabilities', sql: 'x.critical' }],
  ['stage', { type: 'ordered', title: 'exploit stage', values: exploitStages, sql: 'x.stage' }],
  ['support', { type: 'ordered', title: 'end of support', values: supportStates, sql: 'x.support' }],
  ['cpe', { type: 'text', title: 'CPE', sql: 'x.cpe' }],
  ['has_cpe', { type: 'text', title: 'has a CPE', values: ['yes', 'no'], sql: "case when x.cpe is null then 'no' else 'yes' end" }],
  ['impact', { type: 'number', title: 'points of the exposure score', scale: 1_000_000, sql: 'x.impact' }],
  ['tag', { type: 'text', title: 'tag', values: softwareTags, several: true, sql: severalSql('x.tags') }],
])

/**
 * CTEs down to `had` (asset_id, name, vendor, version, ends, cpe): software that reports list, and components that only a finding names;
 * `hit` (asset_id, name, vendor, subject, version, severity, stage): the open vulnerabilities in it.
 */
export const softwareCtes = (
  scope: Scope,
  only = '',
): string => `${presentAssets(scope)}, ${openFindings('a', `and f.kind = 'vulnerability' and f.component <> '' ${only.replaceAll('s.name', 'f.component')}`)},
  ${feedSupport},
  listed as (
    select s.asset_id, s.name, s.vendor, s.version, ${endsSql} as ends, max(s.cpe collate "C") as cpe
    from software_history s join a on a.asset_id = s.asset_id ${supportJoin}
    where s.org_id = $org_id and ${standing('s')} ${only} group by s.asset_id, s.name, s.vendor, s.version),
  listed_name as (select asset_id, name, max(vendor collate "C") as vendor from listed group by asset_id, name),
  hit as (
    select o.asset_id, o.component as name, l.vendor, o.subject, o.severity, o.stage, g.version
    from open o left join listed_name l on l.asset_id = o.asset_id and l.name = o.component
    left join sighting_history g on g.finding_id = o.finding_id and ${standing('g')}
    where ${countsSql}),
  had as (
    select asset_id, name, vendor, version, ends, cpe from listed
    union all select distinct h.asset_id, h.name, h.vendor, coalesce(h.version, ''), null, null from hit h
    where not exists (select 1 from listed l where l.asset_id = h.asset_id and l.name = h.name))`

/** Select over {@link softwareCtes}: a row per software, with what is told of it from elsewhere. */
export const perSoftware = (
  told: readonly SoftwareTold[],
): string => `select s.name, s.vendor, s.vendor_key, s.versions, s.assets, coalesce(v.vulnerabilities, 0) as vulnerabilities, coalesce(v.critical, 0) as critical,
    coalesce(v.stage, 0) as stage, coalesce(v.exposed_assets, 0) as exposed_assets, s.ends, ${endOf('s.ends')} as ends_at, ${supportSql(endOf('s.ends'))} as support, s.cpe,
    ${told.length === 0 ? 'cast(0 as bigint) as impact, cast(null as text) as tags' : `coalesce(t.impact, 0) as impact, nullif(t.tags, '') as tags`}
  from (
    select name, max(vendor collate "C") as vendor, coalesce(vendor, '') as vendor_key, count(distinct nullif(version, '')) as versions, count(distinct asset_id) as assets, min(ends) as ends, max(cpe collate "C") as cpe
    from had group by name, coalesce(vendor, '')) s
  left join (
    select name, coalesce(vendor, '') as vendor_key, count(distinct subject) as vulnerabilities, count(distinct case when severity = 4 then subject end) as critical, max(stage) as stage,
      count(distinct asset_id) as exposed_assets
    from hit group by name, coalesce(vendor, '')) v on v.name = s.name and v.vendor_key = s.vendor_key
  ${told.length === 0 ? '' : toldSql}`

const toldSql = `left join (select unnest($told_name) as name, unnest($told_vendor) as vendor_key, unnest($told_impact) as impact, unnest($told_tags) as tags) t
    on t.name = s.name and t.vendor_key = s.vendor_key`

/** The parameters of {@link perSoftware}. */
export const toldParams = (told: readonly SoftwareTold[]): Params =>
  told.length === 0
    ? {}
    : {
        told_name: told.map(({ name }) => name),
        told_vendor: told.map(({ vendor_key }) => vendor_key),
        told_impact: told.map(({ impact }) => impact),
        told_tags: told.map(({ tags }) => (tags.length === 0 ? '' : `|${tags.join('|')}|`)),
      }

/** Software on assets that have not left, the most vulnerabilities first. `told`: the same for the same scope and moment. */
export const listSoftware = (
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
  told: readonly SoftwareTold[] = [],
): Promise<PageAnswer<SoftwareItem>> =>
  keptPage(engine, 'software', [scope, moment], page, () => askSoftware(engine, scope, moment, page, told))

async function askSoftware(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
  told: readonly SoftwareTold[],
): Promise<PageAnswer<SoftwareItem>> {
  const answer = await askPage<SoftwareRow>(
    engine,
    {
      ctes: softwareCtes(scope),
      select: perSoftware(told),
      params: { ...momentParams(scope, moment), ...toldParams(told) },
      columns: softwareColumns,
      key: [
        { column: 'name', type: 'text' },
        { column: 'vendor_key', type: 'text' },
      ],
      search: ['x.name', 'x.vendor', 'x.cpe'],
      sort: '-vulnerabilities',
    },
    page,
  )
  return { ...answer, items: answer.items.map(softwareItem) }
}

export const softwareItem = ({
  name,
  vendor,
  versions,
  assets,
  vulnerabilities,
  critical,
  stage,
  exposed_assets,
  ends,
  ends_at,
  support,
  cpe,
  impact,
  tags,
}: SoftwareRow): SoftwareItem => ({
  name,
  vendor,
  versions,
  assets,
  vulnerabilities,
  critical,
  stage: stageWord(stage),
  exposed_assets,
  end_of_support_at: formatInstant(ends_at),
  end_of_support_by: saidBy(ends),
  support: supportWord(support),
  cpe,
  impact: impact / 1_000_000,
  tags: (tags?.split('|').filter((tag) => tag !== '') ?? []) as SoftwareTag[],
})
