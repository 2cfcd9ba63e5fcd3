import { useMemo } from 'react'
import type { RecommendationSummary } from '../../api.ts'
import { useList } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { count, gain } from '../../format.ts'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import type { Initiative } from './initiative.ts'

const kindWord: Record<RecommendationSummary['kind'], string> = {
  update: 'Update',
  setting: 'Setting',
  campaign: 'Campaign',
  attention: 'Attention',
  metric: 'Metric',
}

const columns: Column<RecommendationSummary>[] = [
  {
    id: 'title',
    title: 'Recommendation',
    sort: 'title',
    cell: (one) => (
      <To page="/recommendations" change={{ open: one.id }} className="link font-medium" title={one.title}>
        {one.title}
      </To>
    ),
  },
  { id: 'kind', title: 'Kind', width: 110, sort: 'kind', cell: (one) => kindWord[one.kind] },
  {
    id: 'gain',
    title: 'Expected gain',
    width: 160,
    sort: 'gain',
    down: true,
    align: 'right',
    hint: 'Points of the exposure score, of the secure score for settings',
    cell: (one) => (
      <>
        <span className="font-semibold text-better">{gain(one.gain)}</span> <span className="text-xs text-ink-3">{one.score}</span>
      </>
    ),
  },
  { id: 'assets', title: 'Assets', width: 100, sort: 'assets', down: true, align: 'right', cell: (one) => count(one.assets) },
  {
    id: 'critical',
    title: 'Critical assets',
    width: 125,
    sort: 'critical_assets',
    down: true,
    align: 'right',
    cell: (one) => count(one.critical_assets),
  },
  { id: 'source', title: 'Source', width: 140, hidden: true, sort: 'source', cell: (one) => one.source ?? '–' },
]

/** What to do for an initiative: only what applies to assets that are there. */
export function InitiativeRecommendations({ initiative }: { initiative: Initiative }) {
  const { get } = useParameters()
  const search = get('search')
  const path = useMemo(() => ({ id: initiative.id }), [initiative.id])
  const list = useList('/api/v1/initiatives/{id}/recommendations', {
    path,
    query: { ...(get('recommendation_sort') ? { sort: get('recommendation_sort') } : {}), ...(search ? { search } : {}) },
  })
  return (
    <section aria-label="Recommendations" className="flex flex-col gap-2">
      <FilterBar search="Search recommendations" total={list.total} noun={['recommendation', 'recommendations']}>
        <ListTools label="Recommendations" columns={columns} address={list.address} />
      </FilterBar>
      <DataTable
        label={`Recommendations of ${initiative.title}`}
        columns={columns}
        list={list}
        rowKey={(one) => one.id}
        parameter="recommendation_sort"
        height={640}
        empty={<Empty title="No recommendation">Nothing that is known would make this initiative better now.</Empty>}
      />
    </section>
  )
}
