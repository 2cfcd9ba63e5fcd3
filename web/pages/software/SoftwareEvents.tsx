import { useAsk } from '../../api.ts'
import { conditionOf } from '../../condition.ts'
import { count, counted, day as writeDay, moveDay } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { EventEffect, EventIcon, eventTypeName } from '../../components/EventType.tsx'
import { Empty, Loading } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'
import { VersionsOverTime } from './VersionsOverTime.tsx'

/** Eighteen months. */
const DAYS = 548

/** Events of the list; the rest is a click away. */
const SHOWN = 10

/** The most events that one answer holds: dots of older ones are left out. */
const MOST_EVENTS = 1000

/** The risk events of one software in the last eighteen months: below the assets that had it, and as a list, newest first. */
export function SoftwareEvents({ name, vendor }: { name: string; vendor: string }) {
  const last = useLastDay()
  const from = moveDay(last, -DAYS)
  const filter = conditionOf({ component: name }) ?? ''
  const { data } = useAsk('/api/v1/events', { query: { feed: 'risk', from, filter, limit: MOST_EVENTS } as never })
  if (!data) return <Loading className="h-40" />
  if (data.total === 0) return <Empty title="No event">Nothing changed the risk of this software in the last eighteen months.</Empty>
  const byDay = new Map<string, typeof data.items>()
  for (const event of data.items) byDay.set(event.day, [...(byDay.get(event.day) ?? []), event])
  // From the oldest to the newest, as one walks through the chart by keyboard.
  const marks = [...byDay].toReversed().map(([day, events]) => ({
    day,
    dot: (
      <To
        page="/events"
        change={{ component: name, from: day, to: day }}
        title={`${writeDay(day)}: ${events.map((event) => event.headline).join('; ')}`}
        aria-label={`${writeDay(day)}, ${counted(events.length, 'event')}`}
        className="grid size-5 place-items-center"
      >
        <span
          aria-hidden
          className={`size-2 rounded-full ${events.some((event) => event.direction === 'worse') ? 'bg-worse' : 'bg-better'}`}
        />
      </To>
    ),
  }))
  return (
    <div className="flex flex-col gap-4">
      <VersionsOverTime name={name} vendor={vendor} days={DAYS} marks={marks} />
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
          {data.items.slice(0, SHOWN).map((event) => (
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
    </div>
  )
}
