import type { RiskEvent } from '../../api.ts'
import { percent, shortDay } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { EventIcon } from '../../components/EventType.tsx'
import { Empty } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'

/** The newest events of a feed. */
export function EventsCard({
  title,
  feed,
  events,
  className,
}: {
  title: string
  feed: 'risk' | 'posture'
  events: RiskEvent[]
  className?: string
}) {
  const change = feed === 'posture' ? { feed } : {}
  return (
    <Card
      title={title}
      className={className ?? ''}
      aside={
        <To page="/events" change={change}>
          {feed === 'risk' ? 'Risk feed' : 'All'}
        </To>
      }
    >
      {events.length === 0 ? (
        <Empty title="Nothing happened yet">
          {feed === 'risk'
            ? 'New vulnerabilities and exploits that touch your assets will stand here.'
            : 'Scores that get 2 points worse or more in a day will stand here.'}
        </Empty>
      ) : (
        <ul className="divide-y divide-line">
          {events.map((event) => (
            <li key={event.event_id} className="flex min-h-9 items-center gap-2.5 py-1 text-sm">
              <EventIcon type={event.type} direction={event.direction} />
              <To
                page="/events"
                change={{ ...change, open: event.event_id }}
                className="min-w-0 flex-1 truncate text-ink hover:underline"
                title={event.headline}
              >
                {event.headline}
              </To>
              {feed === 'risk' && <span className="num text-xs text-ink-3">{percent(event.share)}</span>}
              <span className="num w-14 text-right text-xs whitespace-nowrap text-ink-3">{shortDay(event.day)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
