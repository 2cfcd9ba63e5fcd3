import type { SourceSummary } from '../../api.ts'
import { ago } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { To } from '../../components/To.tsx'

/** How fresh each source is; stale ones first. */
export function SourcesCard({ sources, asOf, className }: { sources: SourceSummary[]; asOf: string; className?: string }) {
  const sorted = [...sources].sort((a, b) => Number(b.state === 'stale') - Number(a.state === 'stale'))
  const shown = sorted.slice(0, 9)
  return (
    <Card title="Sources" className={className ?? ''} aside={<To page="/sources">Import</To>}>
      <ul className="flex flex-col gap-1.5 text-sm">
        {shown.map((source) => (
          <li key={source.source} className="flex items-center gap-2">
            <span aria-hidden className={`size-2 shrink-0 rounded-full ${source.state === 'fresh' ? 'bg-zone-low' : 'bg-zone-medium'}`} />
            <span className="min-w-0 flex-1 truncate" title={source.title}>
              {source.title}
            </span>
            <span className={`text-xs whitespace-nowrap ${source.state === 'stale' ? 'text-warn' : 'text-ink-3'}`}>
              {source.state === 'stale' ? 'stale, ' : ''}
              {ago(source.last_observed_at ?? source.last_import_at, asOf)}
            </span>
          </li>
        ))}
      </ul>
      {sorted.length > shown.length && (
        <p className="mt-2 text-xs">
          <To page="/sources">and {sorted.length - shown.length} more</To>
        </p>
      )}
    </Card>
  )
}
