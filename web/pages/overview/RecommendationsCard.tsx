import type { Overview } from '../../api.ts'
import { counted, gain } from '../../format.ts'
import { StageBadge } from '../../components/Badge.tsx'
import { Card } from '../../components/Card.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

/** What to do first. */
export function RecommendationsCard({ recommendations, className }: { recommendations: Overview['recommendations']; className?: string }) {
  return (
    <Card
      title="Top recommendations"
      note="by expected gain"
      className={className ?? ''}
      aside={<To page="/recommendations">All recommendations</To>}
    >
      {recommendations.length === 0 ? (
        <Empty title="Nothing to do">No open finding has a known remedy.</Empty>
      ) : (
        <ol className="divide-y divide-line">
          {recommendations.map((one) => (
            <li key={one.id} className="grid min-h-10 grid-cols-[minmax(0,1fr)_auto_4.75rem_6.5rem] py-1 items-center gap-3 text-sm">
              <To page="/recommendations" change={{ open: one.id }} className="link font-medium">
                {one.title}
              </To>
              <span>
                <StageBadge stage={one.stage} />
              </span>
              <span className="num text-right text-xs text-ink-3">{counted(one.assets, 'asset')}</span>
              <span className="text-right whitespace-nowrap">
                <span className="num font-semibold text-better">{gain(one.gain)}</span>{' '}
                <span className="text-xs text-ink-3">{one.score === 'secure' ? 'secure' : 'exposure'}</span>
              </span>
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}
