import { useList } from '../../api.ts'
import type { VulnerabilitySummary } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf, yesOrNo } from '../../condition.ts'
import { count, cvss, day } from '../../format.ts'
import { Chip, Epss, SeverityBadge, StageBadge } from '../../components/Badge.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { segment } from '../../components/segment.ts'
import { counted, isZeroDay, VulnerabilityCounters } from './VulnerabilityCounters.tsx'

const filters = [
  { parameter: 'severity', title: 'Severity', options: ['critical', 'high', 'medium', 'low', 'informational'].map((value) => ({ value })) },
  {
    parameter: 'stage',
    title: 'Threat',
    options: ['ransomware', 'known_exploited', 'kit', 'verified', 'public', 'none'].map((value) => ({ value })),
  },
  {
    parameter: 'fix',
    title: 'Fix',
    options: [
      { value: 'yes', title: 'Available' },
      { value: 'no', title: 'None known' },
    ],
  },
]

/** The counter that is chosen and the filters must all hold. */
function asked(show: string, plain: string | undefined): string | undefined {
  const all = [
    ...(Object.hasOwn(counted, show) ? [counted[show as keyof typeof counted].condition] : []),
    ...(plain ? [JSON.parse(plain) as object] : []),
  ]
  return all.length === 0 ? undefined : JSON.stringify(all.length === 1 ? all[0] : { all })
}

const columns: Column<VulnerabilitySummary>[] = [
  {
    id: 'id',
    title: 'Vulnerability',
    sort: 'vulnerability_id',
    cell: (one) => (
      <span className="flex items-center gap-2">
        <To page={`/vulnerabilities/${segment(one.vulnerability_id)}`} className="link shrink-0 font-medium">
          {one.vulnerability_id}
        </To>
        {isZeroDay(one) && <Chip tone="worse">Zero-day</Chip>}
        <span className="truncate text-ink-3" title={[one.title, ...one.aliases].filter(Boolean).join(', ')}>
          {one.title}
        </span>
      </span>
    ),
  },
  { id: 'severity', title: 'Severity', width: 110, sort: 'severity', down: true, cell: (one) => <SeverityBadge severity={one.severity} /> },
  { id: 'cvss', title: 'CVSS', width: 75, sort: 'cvss', down: true, align: 'right', cell: (one) => cvss(one.cvss) },
  {
    id: 'epss',
    title: 'EPSS',
    width: 105,
    sort: 'epss',
    down: true,
    align: 'right',
    hint: 'Probability of exploitation in the next 30 days',
    cell: (one) => <Epss value={one.epss} />,
  },
  { id: 'stage', title: 'Threat', width: 182, sort: 'stage', down: true, cell: (one) => <StageBadge stage={one.stage} /> },
  { id: 'assets', title: 'Assets', width: 85, sort: 'assets', down: true, align: 'right', cell: (one) => count(one.assets) },
  {
    id: 'components',
    title: 'Components',
    width: 180,
    cell: (one) => <span title={one.components.join(', ')}>{one.components.join(', ') || '–'}</span>,
  },
  {
    id: 'fix',
    title: 'Fix',
    width: 115,
    cell: (one) => (one.fix_available ? <span className="text-better">Available</span> : <span className="text-ink-3">None known</span>),
  },
  { id: 'aliases', title: 'Also called', width: 170, hidden: true, cell: (one) => one.aliases.join(', ') || '–' },
  {
    id: 'published',
    title: 'Published',
    width: 110,
    cell: (one) => <span className="num">{day(one.published_at)}</span>,
  },
  {
    id: 'first_seen',
    title: 'First seen here',
    width: 120,
    hidden: true,
    cell: (one) => <span className="num">{day(one.first_seen_at)}</span>,
  },
]

/** Vulnerabilities that are open on some asset. */
export function VulnerabilitiesPage() {
  const { get, all } = useParameters()
  const filter = asked(get('show'), conditionOf({ severity: all('severity'), stage: all('stage'), fix_available: yesOrNo(all('fix')) }))
  const list = useList('/api/v1/vulnerabilities', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  return (
    <Page title="Vulnerabilities" name="Vulnerabilities" line="Those that are open on at least one asset now." full>
      <VulnerabilityCounters />
      <FilterBar search="Search id, alias, title" filters={filters} total={list.total} noun={['vulnerability', 'vulnerabilities']}>
        <ListTools label="Vulnerabilities" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="Vulnerabilities"
        columns={columns}
        list={list}
        rowKey={(one) => one.vulnerability_id}
        fill
        empty={<Empty title="No vulnerability">None is open, or the filters leave none.</Empty>}
      />
    </Page>
  )
}
