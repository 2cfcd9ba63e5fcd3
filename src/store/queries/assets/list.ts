import { assetTypes, criticalities, osFamilies, type AssetType, type Criticality } from '../../../model/asset.ts'
import { formatInstant, NEVER } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { grouped } from '../grouped.ts'
import { among, type AskedMoment, countsSql, exposedAssets, holds, momentParams, openFindings, presentAssets } from '../moment.ts'
import { askPage, columnsRead, keptPage, type ListColumn, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
import { levelOf } from '../words.ts'

/** What a list of assets says of each. */
export interface AssetItem {
  asset_id: number
  name: string
  type: AssetType
  os_family: string | null
  os: string | null
  criticality: Criticality | null
  internet_facing: boolean | null
  owner: string | null
  asset_group: string | null
  endpoint_agent: string | null
  cloud_provider: string | null
  /** 0–100, lower is better; null when it is not in the score. */
  exposure: number | null
  level: 'low' | 'medium' | 'high' | null
  state: 'active' | 'stale' | 'never_scanned' | 'left'
  /** Distinct open vulnerabilities that are not merely informational; of them the critical and the known exploited. */
  vulnerabilities: number
  critical: number
  exploited: number
  failed_controls: number
  sources: string[]
  last_seen_at: string | null
}

interface AssetRow extends Omit<
  AssetItem,
  'level' | 'sources' | 'last_seen_at' | 'vulnerabilities' | 'critical' | 'exploited' | 'failed_controls'
> {
  exposure: number | null
}

/** An asset of a page, before what is asked for the page alone. */
type FoundRow = Pick<AssetRow, 'asset_id' | 'state' | 'exposure'>

/** SQL: position of a word in a list of ours. */
const rank = (sql: string, words: readonly string[]): string =>
  `case ${sql} ${words.map((word, index) => `when '${word}' then ${index}`).join(' ')} end`

const own: [string, ListColumn][] = [
  ['name', { type: 'text', title: 'name', sql: 'x.name' }],
  ['type', { type: 'text', title: 'type', values: assetTypes, sql: 'x.type' }],
  ['os_family', { type: 'text', title: 'operating system family', values: osFamilies, sql: 'x.os_family' }],
  ['os', { type: 'text', title: 'operating system', sql: 'x.os' }],
  ['criticality', { type: 'ordered', title: 'criticality', values: criticalities, sql: rank('x.criticality', criticalities) }],
  ['internet_facing', { type: 'boolean', title: 'internet-facing', sql: 'x.internet_facing' }],
  ['owner', { type: 'text', title: 'owner', sql: 'x.owner' }],
  ['asset_group', { type: 'text', title: 'asset group', sql: 'x.asset_group' }],
  ['environment', { type: 'text', title: 'environment', sql: 'x.environment' }],
  ['endpoint_agent', { type: 'text', title: 'endpoint agent', sql: 'x.endpoint_agent' }],
  ['cloud_provider', { type: 'text', title: 'cloud provider', sql: 'x.cloud_provider' }],
  ['cloud_account', { type: 'text', title: 'cloud account', sql: 'x.cloud_account' }],
  ['region', { type: 'text', title: 'region', sql: 'x.region' }],
]

/** Fields of the asset list, by their own name and by the name that conditions of metrics use (`asset.type`). */
export const assetListColumns: ListColumns = new Map<string, ListColumn>([
  ...own,
  [
    'source',
    {
      type: 'text',
      several: true,
      title: 'discovered by',
      sql: `exists (select 1 from presence_history p where p.org_id = $org_id and p.asset_id = x.asset_id and p.retracted_in = ${NEVER} and p.valid_from <= $at and $at < p.valid_to and p.source in ($values))`,
    },
  ],
  ['asset_id', { type: 'number', title: 'number', sql: 'x.asset_id' }],
  ['state', { type: 'text', title: 'state', values: ['active', 'stale', 'never_scanned'], sql: 'x.state' }],
  ['coverage', { type: 'text', title: 'scanned for vulnerabilities', values: ['scanned', 'stale', 'never_scanned'], sql: 'x.coverage' }],
  ['exposure', { type: 'number', title: 'exposure', scale: 10_000_000, sql: 'x.exposure' }],
  [
    'level',
    {
      type: 'ordered',
      title: 'level',
      values: ['low', 'medium', 'high'],
      sql: 'case when x.exposure < 300000000 then 0 when x.exposure < 700000000 then 1 when x.exposure is not null then 2 end',
    },
  ],
  ['vulnerabilities', { type: 'number', title: 'vulnerabilities', sql: 'x.vulnerabilities' }],
  ['critical', { type: 'number', title: 'critical vulnerabilities', sql: 'x.critical' }],
  ['exploited', { type: 'number', title: 'known exploited vulnerabilities', sql: 'x.exploited' }],
  ['failed_controls', { type: 'number', title: 'failed controls', sql: 'x.failed_controls' }],
  ...own.map(([name, column]): [string, ListColumn] => [`asset.${name}`, column]),
])

const counted = ['vulnerabilities', 'critical', 'exploited', 'failed_controls']
const list = { columns: assetListColumns, search: ['x.name', 'x.owner', 'x.asset_group'], sort: '-exposure' } as const

const perAsset = `counted as (
    select o.asset_id, count(distinct case when ${countsSql} then o.subject end) as vulnerabilities,
      count(distinct case when o.kind = 'vulnerability' and o.severity = 4 then o.subject end) as critical,
      count(distinct case when o.kind = 'vulnerability' and o.stage >= 4 then o.subject end) as exploited,
      count(distinct case when o.kind = 'control' then o.subject end) as failed_controls
    from open o group by o.asset_id)`

/** Assets that have not left, the most exposed first. */
export const listAssets = (engine: Engine, scope: Scope, moment: AskedMoment, page: PageQuestion): Promise<PageAnswer<AssetItem>> =>
  keptPage(engine, 'assets', [scope, moment], page, () => askAssets(engine, scope, moment, page))

/** The numbers of the assets of the list that meet a filter and a search, at most `limit`, and how many there are. */
export async function findAssets(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  page: PageQuestion,
): Promise<{ asset_ids: number[]; total: number }> {
  const { items, total } = await askFound(engine, scope, moment, page)
  return { asset_ids: items.map(({ asset_id }) => asset_id), total }
}

async function askFound(engine: Engine, scope: Scope, moment: AskedMoment, page: PageQuestion): Promise<PageAnswer<FoundRow>> {
  const read = columnsRead(page, list)
  const withCounts = counted.some((column) => read.has(column))
  return askPage<FoundRow>(
    engine,
    {
      ...list,
      ctes: `${presentAssets(scope)}, ${exposedAssets}${withCounts ? `, ${openFindings()}, ${perAsset}` : ''}`,
      select: `select a.asset_id, a.name, a.type, a.os_family, a.os, a.criticality, a.internet_facing, a.owner, a.asset_group, a.environment, a.endpoint_agent,
          a.cloud_provider, a.cloud_account, a.region, a.state, a.coverage, case when e.weight > 0 then e.exposure end as exposure
          ${withCounts ? counted.map((column) => `, coalesce(n.${column}, 0) as ${column}`).join('') : ''}
        from a left join exposed e on e.asset_id = a.asset_id ${withCounts ? 'left join counted n on n.asset_id = a.asset_id' : ''}`,
      carry: ['state', 'exposure'],
      params: momentParams(scope, moment),
      key: [{ column: 'asset_id', type: 'number' }],
    },
    page,
  )
}

async function askAssets(engine: Engine, scope: Scope, moment: AskedMoment, page: PageQuestion): Promise<PageAnswer<AssetItem>> {
  const answer = await askFound(engine, scope, moment, page)
  const { items: found } = answer
  const described = found.length
    ? await engine.query<Omit<AssetRow, keyof FoundRow> & { asset_id: number }>(
        `select h.asset_id, h.name, h.type, h.os_family, h.os, h.criticality, h.internet_facing, h.owner, h.asset_group, h.endpoint_agent, h.cloud_provider
        from asset_history h where h.org_id = $org_id and ${among('h.asset_id', 'asset_ids')} and ${holds('h')}`,
        { org_id: scope.org_id, at: moment.at, asset_ids: found.map((row) => row.asset_id) },
      )
    : []
  const rowOf = new Map(described.map((row) => [row.asset_id, row]))
  const rows = found.flatMap((row) => {
    const about = rowOf.get(row.asset_id)
    return about ? [{ ...about, ...row }] : []
  })
  return { ...answer, items: await completeAssets(engine, scope, moment, rows) }
}

/** Adds what is worked out only for the assets that are shown: counts, sources, last look. */
export async function completeAssets(engine: Engine, scope: Scope, moment: AskedMoment, assets: readonly AssetRow[]): Promise<AssetItem[]> {
  if (assets.length === 0) return []
  const params = { ...momentParams(scope, moment), asset_ids: assets.map((asset) => asset.asset_id) }
  const [counts, seen] = await Promise.all([
    engine.query<{ asset_id: number; vulnerabilities: number; critical: number; exploited: number; failed_controls: number }>(
      `with a as (select asset_id, internet_facing from asset_history h where h.org_id = $org_id and ${among('h.asset_id', 'asset_ids')} and ${holds('h')}),
      ${openFindings('a', `and ${among('f.asset_id', 'asset_ids')}`)}, ${perAsset}
      select * from counted`,
      params,
    ),
    engine.query<{ asset_id: number; source: string; last: number }>(
      `select c.asset_id, c.source, max(c.observed_at) as last from coverage_history c
      where c.org_id = $org_id and ${among('c.asset_id', 'asset_ids')} and c.retracted_in = ${NEVER} and c.observed_at <= $at
      group by c.asset_id, c.source order by c.asset_id, c.source collate "C"`,
      params,
    ),
  ])
  const countsOf = new Map(counts.map((row) => [row.asset_id, row]))
  const seenOf = grouped(seen, (row) => row.asset_id)
  return assets.map((row) => {
    const { vulnerabilities = 0, critical = 0, exploited = 0, failed_controls = 0 } = countsOf.get(row.asset_id) ?? {}
    const looks = seenOf.get(row.asset_id) ?? []
    const { asset_id, name, type, os_family, os, criticality, internet_facing, owner, asset_group, endpoint_agent, cloud_provider, state } =
      row
    return {
      asset_id,
      name,
      type,
      os_family,
      os,
      criticality,
      internet_facing,
      owner,
      asset_group,
      endpoint_agent,
      cloud_provider,
      state,
      exposure: row.exposure === null ? null : row.exposure / 10_000_000,
      level: levelOf(row.exposure),
      vulnerabilities,
      critical,
      exploited,
      failed_controls,
      sources: looks.map((look) => look.source),
      last_seen_at: looks.length ? formatInstant(Math.max(...looks.map((look) => look.last))) : null,
    }
  })
}
