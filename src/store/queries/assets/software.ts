import { formatInstant } from '../../../model/time.ts'
import type { Engine } from '../../engines/engine.ts'
import type { Scope } from '../../scope.ts'
import { type AskedMoment, countsSql, knownAssets, momentParams, openFindings, standing } from '../moment.ts'
import { askPage, type ListColumns, type PageAnswer, type PageQuestion } from '../page.ts'
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
import { readList } from '../words.ts'

/** A software on an asset. */
export interface InstalledItem {
  name: string
  version: string | null
  vendor: string | null
  place: string | null
  /** As a report states it, else as a feed of ends of support does. */
  end_of_support_at: string | null
  end_of_support_by: SupportSaidBy | null
  /** How that stands at the asked moment; null: nobody states when support ends. */
  support: SupportState | null
  /** Distinct open vulnerabilities of this asset in this component. */
  vulnerabilities: number
  sources: string[]
  since: string
}

type Row = Omit<InstalledItem, 'sources' | 'since' | 'end_of_support_at' | 'end_of_support_by' | 'support'> & {
  sources: string
  since_at: number
  ends: string | null
  ends_at: number | null
  support: number | null
}

/** Fields of the list of software on an asset. */
export const installedColumns: ListColumns = new Map([
  ['name', { type: 'text', title: 'name', sql: 'x.name' }],
  ['version', { type: 'text', title: 'version', sql: 'x.version' }],
  ['vendor', { type: 'text', title: 'vendor', sql: 'x.vendor' }],
  ['vulnerabilities', { type: 'number', title: 'vulnerabilities', sql: 'x.vulnerabilities' }],
  ['support', { type: 'ordered', title: 'end of support', values: supportStates, sql: 'x.support' }],
  ['since', { type: 'number', title: 'since', sql: 'x.since_at' }],
] as const)

/** Software listed on one asset. */
export async function listInstalled(
  engine: Engine,
  scope: Scope,
  moment: AskedMoment,
  asset_id: number,
  page: PageQuestion,
): Promise<PageAnswer<InstalledItem>> {
  const answer = await askPage<Row>(
    engine,
    {
      ctes: `${knownAssets(scope)}, a as (select * from known where asset_id = $asset_id), ${openFindings('a', 'and f.asset_id = $asset_id')},
        vulnerable as (select o.component, count(distinct o.subject) as vulnerabilities from open o where ${countsSql} group by o.component), ${feedSupport}`,
      select: `select s.name, s.version, min(s.vendor collate "C") as vendor, min(s.place collate "C") as place, ${endsSql} as ends, ${endOf(endsSql)} as ends_at, ${supportSql(endOf(endsSql))} as support, min(s.valid_from) as since_at,
          '["' || string_agg(distinct s.source collate "C", '","' order by s.source collate "C") || '"]' as sources, coalesce(max(v.vulnerabilities), 0) as vulnerabilities
        from software_history s join a on a.asset_id = s.asset_id left join vulnerable v on v.component = s.name ${supportJoin}
        where s.org_id = $org_id and ${standing('s')} group by s.name, s.version`,
      params: { ...momentParams(scope, moment), asset_id },
      columns: installedColumns,
      key: [
        { column: 'name', type: 'text' },
        { column: 'version', type: 'text' },
      ],
      search: ['x.name', 'x.vendor'],
      sort: 'name',
    },
    page,
  )
  const items = answer.items.map(({ name, version, vendor, place, vulnerabilities, sources, since_at, ends, ends_at, support }) => ({
    name,
    version: version || null,
    vendor,
    place,
    vulnerabilities,
    end_of_support_at: formatInstant(ends_at),
    end_of_support_by: saidBy(ends),
    support: supportWord(support),
    sources: readList(sources),
    since: formatInstant(since_at),
  }))
  return { ...answer, items }
}
