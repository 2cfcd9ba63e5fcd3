import { useMemo } from 'react'
import { useAsk, useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { DataTable } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Empty } from '../../components/Problem.tsx'
import { columnsFor } from './columns.tsx'
import { RecommendationFlyout } from './RecommendationFlyout.tsx'
import { SurfaceHead, SurfaceTabs } from './SurfaceHead.tsx'
import { TogetherBar } from './TogetherBar.tsx'
import { exceptionNames, tagNames } from './words.ts'

const named = (names: Record<string, string>) => Object.entries(names).map(([value, title]) => ({ value, title }))
const plain = (...values: string[]) => values.map((value) => ({ value }))
const filters = [
  { parameter: 'risk', title: 'Risk', options: plain('critical', 'high', 'medium', 'low') },
  {
    parameter: 'threat',
    title: 'Threats',
    options: [
      ...plain('ransomware', 'known_exploited', 'kit', 'verified', 'public'),
      { value: 'active_alert', title: 'Possible active alert' },
    ],
  },
  {
    parameter: 'kind',
    title: 'Kind',
    options: [
      { value: 'update', title: 'Vulnerabilities with a fix' },
      { value: 'attention', title: 'Vulnerabilities without a fix' },
      { value: 'setting', title: 'Misconfigurations' },
      { value: 'campaign', title: 'Campaigns' },
      { value: 'metric', title: 'Actions of metrics' },
    ],
  },
  {
    parameter: 'remediation_type',
    title: 'Remediation',
    options: plain('update', 'upgrade', 'uninstall', 'configuration_change', 'attention_required'),
  },
  { parameter: 'exception', title: 'Status', options: named(exceptionNames) },
  { parameter: 'tag', title: 'Tags', options: named(tagNames) },
  { parameter: 'impact', title: 'Impact', options: plain('high', 'medium', 'low') },
]
const scores = [
  { value: 'exposure', title: 'Exposure score' },
  { value: 'secure', title: 'Secure score' },
  { value: 'initiative', title: 'An initiative' },
]
const asked = [
  'risk',
  'threat',
  'kind',
  'remediation_type',
  'exception',
  'tag',
  'impact',
  'source',
  'score',
  'counts',
  'surface',
  'initiative',
  'metric',
]

/** What to do, over all sources: by attack surface and state, ranked by what the scores would gain. */
export function RecommendationsPage() {
  const { get, all, set } = useParameters()
  const state = get('state') || 'not_compliant'
  const filter = conditionOf({ ...Object.fromEntries(asked.map((name) => [name, all(name)])), state: state === 'all' ? null : state })
  const list = useList('/api/v1/recommendations', {
    query: {
      ...(filter ? { filter } : {}),
      ...(get('search') ? { search: get('search') } : {}),
      ...(get('sort') ? { sort: get('sort') } : {}),
    },
  })
  const { data } = useAsk('/api/v1/recommendations/surfaces')
  const sources = useAsk('/api/v1/sources').data?.items ?? []
  const surface = data?.items.find((one) => one.surface === get('surface'))
  const greatest = Math.max(0, ...list.rows.map((one) => one.gain))
  const picked = all('pick')
  const key = picked.join('\n')
  const columns = useMemo(() => {
    const chosen = key === '' ? [] : key.split('\n')
    return columnsFor(greatest, new Set(chosen), (id, on) =>
      set({ pick: on ? [...chosen, id] : chosen.filter((one) => one !== id) }, { replace: true }),
    )
  }, [greatest, key, set])
  const open = get('open')
  return (
    <Page
      title="Recommendations"
      name="Recommendations"
      line="One catalogue over all sources. Each removes many findings at once; choose several to see what they give back together."
      full
    >
      <SurfaceTabs surfaces={data?.items ?? []} chosen={get('surface')} />
      <SurfaceHead surface={surface} total={data?.total ?? []} />
      <FilterBar
        search="Search recommendations"
        filters={[
          ...filters,
          {
            parameter: 'source',
            title: 'Source',
            options: sources.filter((one) => one.kind === 'report').map((one) => ({ value: one.source })),
          },
          { parameter: 'score', title: 'Score', options: scores },
          {
            parameter: 'counts',
            title: 'Counts',
            options: [
              { value: 'yes', title: 'Counts toward a score' },
              { value: 'no', title: 'Does not count' },
            ],
          },
        ]}
        total={list.total}
        noun={['recommendation', 'recommendations']}
      >
        <ListTools label="Recommendations" columns={columns} address={list.address} command="plimsoll recommendations" />
      </FilterBar>
      <TogetherBar ids={picked} onClear={() => set({ pick: null }, { replace: true })} />
      <DataTable
        label="Recommendations"
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        defaultSort="-gain"
        fill
        selected={(one) => one.id === open}
        muted={(one) => one.stale}
        empty={
          <Empty title="No recommendation">
            {state === 'not_compliant'
              ? 'Nothing is open that a known fix would close, or the filters leave none.'
              : 'Nothing is in this state, or the filters leave none.'}
          </Empty>
        }
      />
      <RecommendationFlyout id={open} onClose={() => set({ open: null, tab: null, asset_sort: null, user_impact: null })} />
    </Page>
  )
}
