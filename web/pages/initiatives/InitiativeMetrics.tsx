import { useMemo } from 'react'
import { addressOf } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { metricColumns, metricSorts, MetricsTable } from '../../components/MetricsTable.tsx'
import { useLocalList } from '../../components/local-list.ts'
import type { Initiative } from './initiative.ts'

/** All metrics of an initiative, the greatest effect on its score first. */
export function InitiativeMetrics({ initiative }: { initiative: Initiative }) {
  const { get } = useParameters()
  const moment = useMoment()
  const asked = useMemo(
    () => ({ data: { items: initiative.metric_list }, error: null, isPending: false, refetch: () => undefined }),
    [initiative],
  )
  const list = useLocalList(asked, {
    address: addressOf('/api/v1/metrics', {}, { ...moment }),
    sort: get('sort') || '-score_impact',
    by: metricSorts,
  })
  return (
    <section aria-label="Metrics" className="flex flex-col gap-2">
      <FilterBar total={list.total} noun={['metric', 'metrics']}>
        <ListTools label="Metrics" columns={metricColumns} address={list.address} command="plimsoll metrics" />
      </FilterBar>
      <MetricsTable list={list} label={`Metrics of ${initiative.title}`} />
    </section>
  )
}
