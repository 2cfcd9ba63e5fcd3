import { useCallback } from 'react'
import { addressOf, useAsk } from '../../api.ts'
import type { MetricSummary } from '../../api.ts'
import { useMoment, useParameters } from '../../address.ts'
import { counted, word } from '../../format.ts'
import { FilterBar } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { metricColumns, metricSorts, MetricsTable } from '../../components/MetricsTable.tsx'
import { Page } from '../../components/Page.tsx'
import { Here } from '../../components/To.tsx'
import { useLocalList } from '../../components/local-list.ts'
import { NewMetricLink } from '../programme/MetricProgramme.tsx'
import { MetricFlyout } from './MetricFlyout.tsx'

const states = [
  { value: 'needs_attention', title: 'Needs attention' },
  { value: 'met', title: 'Met' },
  { value: 'mitigated_elsewhere', title: 'Mitigated elsewhere' },
  { value: 'mitigated', title: 'Mitigated' },
  { value: 'no_data', title: 'No data' },
  { value: 'error', title: 'Failed' },
]
const weights = [{ value: 'high' }, { value: 'medium' }, { value: 'low' }, { value: 'accepted', title: 'Risk accepted' }]

/** All metrics; the address's `open` shows one in a drawer. */
export function MetricsPage() {
  const { get, all, set } = useParameters()
  const moment = useMoment()
  const asked = useAsk('/api/v1/metrics')
  const open = get('open')
  const search = get('search').toLowerCase()
  const state = all('state').join()
  const weight = all('weight').join()
  const initiative = all('initiative').join()
  const unfed = (asked.data?.items ?? []).filter((metric) => metric.state === 'no_data')
  const folded = state === '' && search === '' && get('unfed') === '' && unfed.length < (asked.data?.items.length ?? 0)
  const keep = useCallback(
    (metric: MetricSummary) =>
      metric.title.toLowerCase().includes(search) &&
      (!folded || metric.state !== 'no_data') &&
      (state === '' || state.split(',').includes(metric.state)) &&
      (weight === '' || weight.split(',').includes(metric.weight)) &&
      (initiative === '' || metric.initiatives.some((one) => initiative.split(',').includes(one.id))),
    [search, state, weight, initiative, folded],
  )
  const list = useLocalList(asked, {
    address: addressOf('/api/v1/metrics', {}, { ...moment }),
    sort: get('sort') || '-score_impact',
    by: metricSorts,
    keep,
  })
  const initiatives = [...new Map((asked.data?.items ?? []).flatMap((metric) => metric.initiatives).map((one) => [one.id, one.title]))].map(
    ([value, title]) => ({ value, title }),
  )
  return (
    <Page
      title="Metrics"
      name="Metrics"
      line="Each metric asks one question of every asset: exposed or not, and why."
      actions={<NewMetricLink />}
      full
    >
      <FilterBar
        search="Search metrics"
        filters={[
          { parameter: 'state', title: 'State', options: states },
          { parameter: 'weight', title: 'Weight', options: weights },
          { parameter: 'initiative', title: 'Initiative', options: initiatives },
        ]}
        total={list.total}
        noun={['metric', 'metrics']}
      >
        <ListTools label="Metrics" columns={metricColumns} address={list.address} command="plimsoll metrics" />
      </FilterBar>
      <MetricsTable list={list} label="Metrics" fill selected={open} />
      {unfed.length > 0 && state === '' && search === '' && (
        <p className="text-sm text-ink-2">
          {counted(unfed.length, 'metric')} could be measured, {unfed.length === 1 ? 'needs' : 'need'}{' '}
          {[...new Set(unfed.flatMap((metric) => metric.missing))].map(word).join(', ') ||
            (unfed.length === 1 ? 'assets of its kind' : 'assets of their kind')}
          .{' '}
          {folded ? (
            <Here change={{ unfed: 'shown' }} className="link underline underline-offset-2">
              Show them
            </Here>
          ) : (
            <Here change={{ unfed: null }} className="link underline underline-offset-2">
              Hide them
            </Here>
          )}
        </p>
      )}
      <MetricFlyout id={open} onClose={() => set({ open: null, tab: null, asset_sort: null, on: null, recommendation: null })} />
    </Page>
  )
}
