import type { MetricSummary } from '../../api.ts'
import { Sparkline } from '../../charts/Sparkline.tsx'
import { count, percent, tone } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

/** The metrics with the most significant exposure. */
export function MetricsCard({ metrics, className }: { metrics: MetricSummary[]; className?: string }) {
  return (
    <Card
      title="Top metrics"
      note="share exposed, lower is better"
      className={className ?? ''}
      aside={<To page="/metrics">All metrics</To>}
    >
      {metrics.length === 0 ? (
        <Empty title="No metric has data yet" />
      ) : (
        <ul className="divide-y divide-line">
          {metrics.map((metric) => (
            <li key={metric.id} className="grid min-h-10 grid-cols-[minmax(0,1fr)_4.5rem_3.75rem_5.25rem] items-center gap-3 py-1 text-sm">
              <To page="/metrics" change={{ open: metric.id }} className="link font-medium">
                {metric.title}
              </To>
              <Sparkline values={metric.trend} width={72} span={0.08} tone={tone(metric.change_14d, 'lower_is_better')} />
              <span className="num text-right font-semibold">{percent(metric.exposure)}</span>
              <span className="num text-right text-xs text-ink-3">
                {count(metric.exposed)} of {count(metric.total)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
