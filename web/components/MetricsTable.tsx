import { useMemo } from 'react'
import { useLocation } from 'wouter'
import type { Listing, MetricSummary } from '../api.ts'
import { ShareBar } from '../charts/ShareBar.tsx'
import { Sparkline } from '../charts/Sparkline.tsx'
import { count, day, fine, percent, tone, word } from '../format.ts'
import { Chip, NoData } from './Badge.tsx'
import { Change } from './Change.tsx'
import { DataTable } from './DataTable.tsx'
import type { Column } from './DataTable.tsx'
import { Empty } from './Problem.tsx'
import { Here, To } from './To.tsx'

/** Which value of a metric each sort goes by. */
export const metricSorts: Record<string, (metric: MetricSummary) => string | number | null> = {
  title: (metric) => metric.title,
  exposure: (metric) => (metric.state === 'no_data' ? null : metric.exposure),
  exposed: (metric) => (metric.state === 'no_data' ? null : metric.exposed),
  score_impact: (metric) => metric.score_impact,
  weight: (metric) => ({ accepted: 0, low: 1, medium: 2, high: 3 })[metric.weight],
  change_14d: (metric) => metric.change_14d,
  state: (metric) => ['needs_attention', 'mitigated', 'mitigated_elsewhere', 'met', 'error', 'no_data'].indexOf(metric.state),
  last_changed_on: (metric) => metric.last_changed_on,
}

/** The state of a metric as people read it. */
export function MetricState({ metric }: { metric: Pick<MetricSummary, 'state' | 'no_data'> }) {
  if (metric.state === 'needs_attention') return <Chip tone="worse">Needs attention</Chip>
  if (metric.state === 'met') return <Chip tone="better">Met</Chip>
  if (metric.state === 'mitigated' || metric.state === 'mitigated_elsewhere') return <Chip tone="accent">{word(metric.state)}</Chip>
  if (metric.state === 'error') return <Chip tone="warn">Failed</Chip>
  return (
    <span title={metric.no_data ?? undefined}>
      <NoData />
    </span>
  )
}

/** On the page of all metrics the filters stay; from elsewhere it leads there. */
function MetricLink({ metric }: { metric: MetricSummary }) {
  const [path] = useLocation()
  const look = { className: metric.state === 'no_data' ? 'hover:underline' : 'link font-medium', title: metric.title }
  if (path === '/metrics') {
    return (
      <Here change={{ open: metric.id }} {...look}>
        {metric.title}
      </Here>
    )
  }
  return (
    <To page="/metrics" change={{ open: metric.id }} {...look}>
      {metric.title}
    </To>
  )
}

/** Columns of a list of metrics; the title opens the metric. */
export const metricColumns: Column<MetricSummary>[] = [
  {
    id: 'title',
    title: 'Metric',
    sort: 'title',
    cell: (metric) => <MetricLink metric={metric} />,
  },
  {
    id: 'exposure',
    title: 'Exposed',
    width: 150,
    sort: 'exposure',
    down: true,
    hint: 'Share of its assets that are exposed; lower is better',
    cell: (metric) =>
      metric.exposure === null || metric.state === 'no_data' ? (
        <span className="text-ink-3">–</span>
      ) : (
        <span className="flex items-center gap-2">
          <ShareBar share={metric.exposure} fill="bg-exposed" className="w-16" />
          <span className="num">{percent(metric.exposure)}</span>
        </span>
      ),
  },
  {
    id: 'exposed',
    title: 'Assets',
    width: 110,
    sort: 'exposed',
    down: true,
    align: 'right',
    cell: (metric) => (metric.state === 'no_data' ? '–' : `${count(metric.exposed)} of ${count(metric.total)}`),
  },
  { id: 'state', title: 'State', width: 150, sort: 'state', cell: (metric) => <MetricState metric={metric} /> },
  {
    id: 'weight',
    title: 'Weight',
    width: 85,
    sort: 'weight',
    down: true,
    cell: (metric) => (metric.weight === 'accepted' ? 'Risk accepted' : word(metric.weight)),
  },
  {
    id: 'score_impact',
    title: 'Score impact',
    width: 128,
    sort: 'score_impact',
    down: true,
    align: 'right',
    hint: 'Points of 0–100 that its initiative would gain with this metric met',
    cell: (metric) => (metric.score_impact === null ? '–' : fine(metric.score_impact)),
  },
  {
    id: 'trend',
    title: '14 days',
    width: 120,
    cell: (metric) => <Sparkline values={metric.trend} span={0.08} tone={tone(metric.change_14d, 'lower_is_better')} />,
  },
  {
    id: 'change_14d',
    title: 'Change',
    width: 115,
    sort: 'change_14d',
    down: true,
    hint: 'Percentage points in 14 days',
    cell: (metric) => (
      <Change
        value={metric.change_14d}
        direction="lower_is_better"
        className="text-xs"
        why={{ score: 'metric', id: metric.id, days: 14 }}
      />
    ),
  },
  {
    id: 'initiatives',
    title: 'Initiatives',
    width: 200,
    hidden: true,
    cell: (metric) => metric.initiatives.map((one) => one.title).join(', '),
  },
  {
    id: 'last_changed_on',
    title: 'Last changed',
    width: 120,
    sort: 'last_changed_on',
    down: true,
    hidden: true,
    cell: (metric) => day(metric.last_changed_on),
  },
]

/** A list of metrics; those without data are greyed out. */
export function MetricsTable({
  list,
  label,
  fill = false,
  selected,
}: {
  list: Listing<MetricSummary>
  label: string
  fill?: boolean
  selected?: string
}) {
  const columns = useMemo(() => metricColumns, [])
  return (
    <DataTable
      label={label}
      columns={columns}
      list={list}
      rowKey={(metric) => metric.id}
      defaultSort="-score_impact"
      fill={fill}
      muted={(metric) => metric.state === 'no_data'}
      selected={(metric) => metric.id === selected}
      empty={<Empty title="No metric fits">Clear the filters to see all.</Empty>}
    />
  )
}
