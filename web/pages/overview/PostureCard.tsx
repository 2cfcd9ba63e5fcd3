import { useState } from 'react'
import { useAsk } from '../../api.ts'
import type { RiskEvent } from '../../api.ts'
import { moveDay, shortDay } from '../../format.ts'
import { Card } from '../../components/Card.tsx'
import { EventIcon } from '../../components/EventType.tsx'
import { Empty, Loading, Problem } from '../../components/Problem.tsx'
import { To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'

const kinds = [
  ['all', 'All'],
  ['initiative', 'Initiatives'],
  ['metric', 'Metrics'],
] as const

/** Posture events of the last week; when there were none, the newest ones. */
export function PostureCard({ events, className }: { events: RiskEvent[]; className?: string }) {
  const [kind, setKind] = useState<(typeof kinds)[number][0]>('all')
  const last = useLastDay()
  const filter = kind === 'all' ? {} : { filter: JSON.stringify({ score: kind }) }
  const { data, error, refetch } = useAsk('/api/v1/events', { query: { feed: 'posture', from: moveDay(last, -6), limit: 8, ...filter } })
  const week = data?.items ?? []
  const shown = week.length > 0 ? week : events.filter((event) => kind === 'all' || event.score === kind)
  const change = { feed: 'posture', ...(kind === 'all' ? {} : { score: kind }) }
  return (
    <Card
      title="Posture events"
      note={data && (week.length > 0 ? 'last 7 days' : 'none in the last 7 days; the newest')}
      className={className ?? ''}
      aside={
        <To page="/events" change={change}>
          All
        </To>
      }
    >
      <fieldset aria-label="Which posture events" className="mb-1 flex gap-1">
        {kinds.map(([id, title]) => (
          <button
            key={id}
            type="button"
            aria-pressed={kind === id}
            onClick={() => setKind(id)}
            className="h-7 rounded-md px-2 text-xs text-ink-2 hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:font-medium aria-pressed:text-accent-ink"
          >
            {title}
          </button>
        ))}
      </fieldset>
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : !data ? (
        <Loading className="h-40" />
      ) : shown.length === 0 ? (
        <Empty title="Nothing happened yet">Scores that move by their threshold or more in a day will stand here.</Empty>
      ) : (
        <ul className="divide-y divide-line">
          {shown.map((event) => (
            <li key={event.event_id} className="flex min-h-9 items-center gap-2.5 py-1 text-sm">
              <EventIcon type={event.type} direction={event.direction} />
              <To
                page="/events"
                change={{ feed: 'posture', open: event.event_id }}
                className={`min-w-0 flex-1 truncate hover:underline ${event.state === 'open' ? 'text-ink' : 'text-ink-3'}`}
                title={event.headline}
              >
                {event.headline}
              </To>
              {event.recovered_on !== null && <span className="text-xs text-better">recovered</span>}
              <span className="num w-14 text-right text-xs whitespace-nowrap text-ink-3">{shortDay(event.day)}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
