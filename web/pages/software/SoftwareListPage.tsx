import { useList } from '../../api.ts'
import type { SoftwareSummary } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { count, fine } from '../../format.ts'
import { StageBadge } from '../../components/Badge.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { segment } from '../../components/segment.ts'
import { Tags } from '../recommendations/marks.tsx'
import { SupportEnd } from './SupportEnd.tsx'

const stages = ['ransomware', 'known_exploited', 'kit', 'verified', 'public', 'none'].map((value) => ({ value }))

const supports = [
  { value: 'ended', title: 'Ended' },
  { value: 'ending', title: 'Ends within six months' },
  { value: 'supported', title: 'Supported for longer' },
]

const tags = [
  { value: 'zero_day', title: 'Zero-day' },
  { value: 'new_fix', title: 'New fix' },
  { value: 'no_fix', title: 'No fix' },
  { value: 'some_fixes', title: 'Some fixes' },
]

const cpes = [
  { value: 'yes', title: 'Stated by a report' },
  { value: 'no', title: 'Not available' },
]

const columns: Column<SoftwareSummary>[] = [
  {
    id: 'name',
    title: 'Software',
    sort: 'name',
    cell: (one) => (
      <To
        page={`/software/${segment(one.name)}`}
        {...(one.vendor ? { change: { vendor: one.vendor } } : {})}
        className="link font-medium"
        title={one.name}
      >
        {one.name}
      </To>
    ),
  },
  { id: 'vendor', title: 'Vendor', width: 170, sort: 'vendor', cell: (one) => one.vendor ?? '–' },
  {
    id: 'vulnerabilities',
    title: 'Vulnerabilities',
    width: 135,
    sort: 'vulnerabilities',
    down: true,
    align: 'right',
    cell: (one) => count(one.vulnerabilities),
  },
  {
    id: 'critical',
    title: 'Critical',
    width: 90,
    sort: 'critical',
    down: true,
    align: 'right',
    cell: (one) => (one.critical > 0 ? <span className="font-medium text-critical-ink">{count(one.critical)}</span> : '0'),
  },
  { id: 'stage', title: 'Threat', width: 182, sort: 'stage', down: true, cell: (one) => <StageBadge stage={one.stage} /> },
  {
    id: 'exposed',
    title: 'Exposed assets',
    width: 140,
    sort: 'exposed_assets',
    down: true,
    align: 'right',
    cell: (one) => `${count(one.exposed_assets)} of ${count(one.assets)}`,
  },
  {
    id: 'impact',
    title: 'Impact',
    width: 100,
    sort: 'impact',
    down: true,
    align: 'right',
    hint: 'Points that its open vulnerabilities have in the exposure score',
    cell: (one) => (one.impact > 0 ? fine(one.impact) : '–'),
  },
  { id: 'tags', title: 'Tags', width: 170, cell: (one) => <Tags tags={one.tags} /> },
  {
    id: 'cpe',
    title: 'CPE',
    width: 220,
    sort: 'cpe',
    hidden: true,
    cell: (one) => (one.cpe === null ? <span className="text-ink-3">Not available</span> : <span title={one.cpe}>{one.cpe}</span>),
  },
  { id: 'versions', title: 'Versions', width: 102, sort: 'versions', down: true, align: 'right', cell: (one) => count(one.versions) },
  {
    id: 'support',
    title: 'Support ends',
    width: 190,
    sort: 'support',
    down: true,
    hint: 'As reports state it',
    cell: (one) => <SupportEnd one={one} />,
  },
]

/** What is installed, by what is known to be wrong with it. */
export function SoftwareListPage() {
  const { get, all } = useParameters()
  const filter = conditionOf({
    stage: all('stage'),
    support: all('support'),
    tag: all('tag'),
    has_cpe: all('cpe'),
    vulnerabilities: get('weak') === 'yes' ? '>= 1' : null,
  })
  const list = useList('/api/v1/software', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  return (
    <Page title="Software" name="Software" line="What is installed, and what is known to be wrong with it." full>
      <FilterBar
        search="Search software"
        filters={[
          { parameter: 'stage', title: 'Threat', options: stages },
          { parameter: 'support', title: 'Support', options: supports },
          { parameter: 'tag', title: 'Tags', options: tags },
          { parameter: 'cpe', title: 'CPE', options: cpes },
          { parameter: 'weak', title: 'Weaknesses', options: [{ value: 'yes', title: 'Has known vulnerabilities' }] },
        ]}
        total={list.total}
        noun={['product', 'products']}
      >
        <ListTools label="Software" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label="Software"
        columns={columns}
        list={list}
        rowKey={(one) => `${one.name} ${one.vendor ?? ''}`}
        defaultSort="-vulnerabilities"
        fill
        empty={
          <Empty title="No software">
            No report lists software, or the filters leave none. An SBOM (CycloneDX) or a software inventory brings it.
          </Empty>
        }
      />
    </Page>
  )
}
