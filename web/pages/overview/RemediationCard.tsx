import { useList } from '../../api.ts'
import { Card } from '../../components/Card.tsx'
import { To } from '../../components/To.tsx'
import { day } from '../../format.ts'
import { ActivityState, Progress } from '../remediation/Progress.tsx'

const FEW = 5

/** What is being mended, the earliest due first. Nothing where nothing was requested. */
export function RemediationCard({ className }: { className?: string }) {
  const list = useList('/api/v1/remediation', { query: { filter: '{"status":"active"}', sort: 'due_on' } })
  if (list.rows.length === 0) return null
  return (
    <Card
      title="Top remediation activities"
      note="the earliest due first"
      className={className ?? ''}
      aside={<To page="/remediation">All activities</To>}
    >
      <ul className="divide-y divide-line">
        {list.rows.slice(0, FEW).map((one) => (
          <li key={one.remediation_id} className="grid min-h-10 grid-cols-[minmax(0,1fr)_auto_10rem_6rem] items-center gap-3 py-1 text-sm">
            <To page="/remediation" change={{ open: String(one.remediation_id) }} className="link truncate font-medium" title={one.title}>
              {one.title}
            </To>
            <ActivityState one={one} />
            <Progress one={one} />
            <span className={`num text-right ${one.overdue ? 'text-worse' : 'text-ink-3'}`}>{day(one.due_on)}</span>
          </li>
        ))}
      </ul>
    </Card>
  )
}
