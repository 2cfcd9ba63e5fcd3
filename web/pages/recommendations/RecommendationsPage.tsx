import { useMemo } from 'react'
import { useList } from '../../api.ts'
import type { RecommendationSummary } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, gain, word } from '../../format.ts'
import { Chip, SeverityBadge, StageBadge } from '../../components/Badge.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { Here } from '../../components/To.tsx'
import { RecommendationFlyout } from './RecommendationFlyout.tsx'

const kinds = [{ value: 'update' }, { value: 'setting' }, { value: 'campaign' }, { value: 'attention', title: 'Needs attention' }]
const stages = ['ransomware', 'known_exploited', 'kit', 'verified', 'public', 'none'].map((value) => ({ value }))
const severities = ['critical', 'high', 'medium', 'low'].map((value) => ({ value }))
const scores = [
  { value: 'exposure', title: 'Exposure score' },
  { value: 'secure', title: 'Secure score' },
]

function columnsFor(greatest: number): Column<RecommendationSummary>[] {
  return [
    {
      id: 'title',
      title: 'Recommendation',
      cell: (one) => (
        <Here change={{ open: one.id }} className="link font-medium" title={one.title}>
          {one.title}
        </Here>
      ),
    },
    {
      id: 'gain',
      title: 'Expected gain',
      width: 190,
      sort: 'gain',
      down: true,
      hint: 'What the score would gain if exactly these findings closed now. Gains of several are not added.',
      cell: (one) => (
        <span className="flex items-center gap-2.5">
          <ShareBar share={greatest > 0 ? one.gain / greatest : 0} fill="bg-better" className="w-10" />
          <span className="num w-11 text-right font-semibold">{gain(one.gain)}</span>
          <span className="text-xs text-ink-3">{one.score}</span>
        </span>
      ),
    },
    {
      id: 'stage',
      title: 'Threat',
      width: 182,
      sort: 'stage',
      down: true,
      cell: (one) => <StageBadge stage={one.stage} all={one.score === 'exposure'} />,
    },
    {
      id: 'severity',
      title: 'Severity',
      width: 105,
      sort: 'severity',
      down: true,
      cell: (one) => <SeverityBadge severity={one.severity} />,
    },
    { id: 'assets', title: 'Assets', width: 82, sort: 'assets', down: true, align: 'right', cell: (one) => count(one.assets) },
    {
      id: 'critical_assets',
      title: 'Critical assets',
      width: 128,
      sort: 'critical_assets',
      down: true,
      align: 'right',
      cell: (one) => count(one.critical_assets),
    },
    {
      id: 'vulnerabilities',
      title: 'Vulnerabilities',
      width: 128,
      sort: 'vulnerabilities',
      down: true,
      align: 'right',
      cell: (one) => (one.vulnerabilities === 0 ? '–' : count(one.vulnerabilities)),
    },
    { id: 'kind', title: 'Kind', width: 100, sort: 'kind', hidden: true, cell: (one) => <Chip>{word(one.kind)}</Chip> },
    {
      id: 'findings',
      title: 'Findings',
      width: 95,
      sort: 'findings',
      down: true,
      align: 'right',
      hidden: true,
      cell: (one) => count(one.findings),
    },
    { id: 'component', title: 'Component', width: 150, sort: 'component', hidden: true, cell: (one) => one.component ?? '–' },
    { id: 'category', title: 'Category', width: 130, sort: 'category', hidden: true, cell: (one) => one.category ?? '–' },
    { id: 'source', title: 'Source', width: 130, sort: 'source', hidden: true, cell: (one) => one.source ?? '–' },
  ]
}

/** What to do, by what the score would gain. */
export function RecommendationsPage() {
  const { get, all, set } = useParameters()
  const filter = conditionOf({ kind: all('kind'), stage: all('stage'), severity: all('severity'), score: all('score') })
  const list = useList('/api/v1/recommendations', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const greatest = Math.max(0, ...list.rows.map((one) => one.gain))
  const columns = useMemo(() => columnsFor(greatest), [greatest])
  const open = get('open')
  return (
    <Page
      title="Recommendations"
      name="Recommendations"
      line="Each removes many findings at once. Ranked by expected gain, in points of the score."
      full
    >
      <FilterBar
        search="Search recommendations"
        filters={[
          { parameter: 'stage', title: 'Threat', options: stages },
          { parameter: 'severity', title: 'Severity', options: severities },
          { parameter: 'kind', title: 'Kind', options: kinds },
          { parameter: 'score', title: 'Score', options: scores },
        ]}
        total={list.total}
        noun={['recommendation', 'recommendations']}
      >
        <ListTools label="Recommendations" columns={columns} address={list.address} command="plimsoll recommendations" />
      </FilterBar>
      <DataTable
        label="Recommendations"
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        defaultSort="-gain"
        fill
        selected={(one) => one.id === open}
        empty={<Empty title="No recommendation">Nothing is open that a known fix would close, or the filters leave none.</Empty>}
      />
      <RecommendationFlyout id={open} onClose={() => set({ open: null, tab: null, asset_sort: null })} />
    </Page>
  )
}
