import { useAsk } from '../api.ts'
import { moveDay, shortDay } from '../format.ts'
import { Card } from './Card.tsx'
import { EventEffect, EventIcon } from './EventType.tsx'
import { Empty } from './Problem.tsx'
import { To } from './To.tsx'
import { useLastDay } from './shell.ts'

/** The events of the last seven days that moved the exposure score most. */
export function TopEvents({ className }: { className?: string }) {
  const last = useLastDay()
  const from = moveDay(last, -6)
  const { data } = useAsk('/api/v1/events', { query: { feed: 'risk', from, sort: '-impact', limit: 3 } as never })
  const events = data?.items ?? []
  const more = { from, sort: '-impact' }
  return (
    <Card
      title="Top events"
      note="last 7 days"
      className={className ?? ''}
      aside={
        <To page="/events" change={data && data.total > 0 ? more : {}}>
          {data && data.total > events.length ? `Show all ${data.total}` : 'Risk feed'}
        </To>
      }
    >
      {data && events.length === 0 ? (
        <Empty title="A quiet week">No new vulnerability or exploit touched the assets, and nothing was mitigated.</Empty>
      ) : (
        <ul className="divide-y divide-line">
          {events.map((event) => (
            <li key={event.event_id} className="flex min-h-9 items-center gap-2.5 py-1 text-sm">
              <EventIcon type={event.type} direction={event.direction} />
              <To
                page="/events"
                change={{ ...more, open: event.event_id }}
                className="min-w-0 flex-1 truncate text-ink hover:underline"
                title={event.headline}
              >
                {event.headline}
              </To>
              <span className="text-xs">
                <EventEffect direction={event.direction} effect={event.effect} />
              </span>
              <span className="num w-14 text-right text-xs whitespace-nowrap text-ink-3">{shortDay(event.day)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
