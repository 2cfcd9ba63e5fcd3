import { useAsk } from '../../api.ts'
import { conditionOf } from '../../condition.ts'
import { count, day as writeDay, moveDay } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { EventEffect, EventIcon, eventTypeName } from '../../components/EventType.tsx'
import { Empty, Loading } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'

/** The risk events of one software in the last eighteen months, newest first. */
export function SoftwareEvents({ name }: { name: string }) {
  const last = useLastDay()
  const from = moveDay(last, -548)
  const filter = conditionOf({ component: name }) ?? ''
  const { data } = useAsk('/api/v1/events', { query: { feed: 'risk', from, filter, limit: 10 } as never })
  if (!data) return <Loading className="h-40" />
  if (data.total === 0) return <Empty title="No event">Nothing changed the risk of this software in the last eighteen months.</Empty>
  return (
    <Card
      title="Event timeline"
      note={data.total === 1 ? '1 event in 18 months' : `${count(data.total)} events in 18 months`}
      aside={
        <To page="/events" change={{ component: name, from }}>
          All of them
        </To>
      }
    >
      <ul className="divide-y divide-line text-sm">
        {data.items.map((event) => (
          <li key={event.event_id} className="flex min-h-9 items-center gap-3 py-1">
            <span className="num w-24 shrink-0 text-ink-2">{writeDay(event.day)}</span>
            <EventIcon type={event.type} direction={event.direction} />
            <span className="w-48 shrink-0 truncate text-ink-2">{eventTypeName(event.type)}</span>
            <To
              page="/events"
              change={{ component: name, from, open: event.event_id }}
              className="min-w-0 flex-1 truncate hover:underline"
              title={event.headline}
            >
              {event.headline}
            </To>
            <EventEffect direction={event.direction} effect={event.effect} />
          </li>
        ))}
      </ul>
    </Card>
  )
}
