import type { ReactNode } from 'react'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { Trend } from '../../charts/Trend.tsx'
import {
  change as inWords,
  counted,
  day,
  direction as phrase,
  fine,
  gain,
  instant,
  moveDay,
  percent,
  score as writeScore,
  sentence,
  tone,
  word,
} from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { Facts } from '../../components/Card.tsx'
import { EventIcon, eventTypeName } from '../../components/EventType.tsx'
import { Loading } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { TrackEvent } from './TrackEvent.tsx'

type Event = Answer<'/api/v1/events/{id}'>
type Move = NonNullable<Event['move']>

/** A posture event: what happened to which score, why, on which assets, and what would help. */
export function PostureEvent({ event }: { event: Event }) {
  const { move } = event
  const general = { id: 'general', title: 'General', content: <General event={event} /> }
  if (!move || (move.worse_assets === 0 && move.better_assets === 0)) return general.content
  const newly = event.score === 'exposure' ? 'Made it worse' : 'Newly exposed'
  const gone = event.score === 'exposure' ? 'Made it better' : 'No longer exposed'
  return (
    <TabStrip
      label="Event"
      tabs={[
        general,
        { id: 'worse', title: newly, amount: move.worse_assets, content: <Changed event={event} change="worse" title={newly} /> },
        { id: 'better', title: gone, amount: move.better_assets, content: <Changed event={event} change="better" title={gone} /> },
        ...(event.score === 'metric' && event.assets > 0
          ? [{ id: 'assets', title: 'All exposed that day', amount: event.assets, content: <Changed event={event} title="Exposed" /> }]
          : []),
      ]}
    />
  )
}

function Changed({ event, change, title }: { event: Event; change?: 'worse' | 'better'; title: string }) {
  const { get } = useParameters()
  const list = useList('/api/v1/events/{id}/assets', {
    path: { id: event.event_id },
    query: { ...(change ? { change } : {}), ...(get('asset_sort') ? { sort: get('asset_sort') } : {}) },
  })
  return <AffectedAssets list={list} label={`${title}: ${event.headline}`} />
}

/** Where the event's score is shown. */
function ScoreLink({ event }: { event: Event }) {
  if (event.score === 'initiative' && event.score_id)
    return <To page={`/initiatives/${encodeURIComponent(event.score_id)}`}>Open the initiative</To>
  if (event.score === 'metric' && event.score_id)
    return (
      <To page="/metrics" change={{ open: event.score_id }}>
        Open the metric
      </To>
    )
  if (event.score === 'secure') return <To page="/secure-score">Open the secure score</To>
  if (event.score === 'exposure') return <To page="/">Open the overview</To>
  if (event.source) return <To page="/sources">Open the sources</To>
  return null
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 className="mb-1 text-sm font-semibold">{title}</h3>
      {children}
    </section>
  )
}

const inks = { better: 'text-better', worse: 'text-worse', same: 'text-ink-3' } as const

/** A part of a change in words, coloured by whether it did good. */
function Part({ value, direction }: { value: number; direction: Move['direction'] }) {
  return <span className={`num whitespace-nowrap ${inks[tone(value, direction)]}`}>{inWords(value, direction)}</span>
}

function General({ event }: { event: Event }) {
  const { move } = event
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
        <span className="flex items-center gap-1.5">
          <EventIcon type={event.type} direction={event.direction} />
          {eventTypeName(event.type)}
        </span>
        <span className="num text-ink-2">{day(event.day)}</span>
        <ScoreLink event={event} />
      </div>
      <TrackEvent key={event.event_id} event={event} />
      {event.score_before !== null && event.score_after !== null && <BeforeAfter event={event} />}
      {move && move.causes.length > 0 && <Causes move={move} />}
      {event.initiatives.length > 0 && <Initiatives event={event} />}
      {event.about.length > 0 && <About event={event} />}
      {event.score !== null && event.score_after !== null && <HistoryGraph event={event} />}
      {event.threats.length > 0 && (
        <Section title="Related threats of that week">
          <ul className="divide-y divide-line">
            {event.threats.map((one) => (
              <li key={one.event_id} className="flex items-center gap-2 py-1.5 text-sm">
                <EventIcon type={one.type} direction="worse" />
                <To page="/events" change={{ open: one.event_id }} className="link min-w-0 flex-1">
                  {one.headline}
                </To>
                <span className="num whitespace-nowrap text-xs text-ink-3">
                  {day(one.day)}, {counted(one.assets, 'of these assets', 'of these assets')}
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      {event.recommendations.length > 0 && (
        <Section title="What would help now">
          <ul className="divide-y divide-line">
            {event.recommendations.map((one) => (
              <li key={one.id} className="flex items-center gap-3 py-1.5 text-sm">
                <To page="/recommendations" change={{ open: one.id }} className="link min-w-0 flex-1">
                  {one.title}
                </To>
                <span className="num">
                  <span className="font-semibold text-better">{gain(one.gain)}</span>{' '}
                  <span className="text-xs text-ink-3">expected gain</span>
                </span>
              </li>
            ))}
          </ul>
        </Section>
      )}
      <p className="max-w-prose text-sm text-ink-2">{event.why}</p>
      <Facts
        facts={[
          ['Happened', instant(event.happened_at)],
          ...(event.source ? ([['Source', event.source]] as [string, ReactNode][]) : []),
          ...(event.score === 'metric' && event.score_after !== null
            ? ([['Exposed that day', `${counted(event.assets, 'asset')}, ${percent(event.score_after / 100)} of those asked`]] as [
                string,
                ReactNode,
              ][])
            : []),
        ]}
      />
    </div>
  )
}

function BeforeAfter({ event }: { event: Event }) {
  const { move } = event
  return (
    <div className="rounded-lg bg-sunken px-3 py-2.5">
      <p className="text-xs text-ink-3">Score at the end of the day before, and of that day{move ? `; ${phrase(move.direction)}` : ''}</p>
      <p className="num mt-0.5 flex flex-wrap items-baseline gap-x-2 text-lg font-semibold">
        {writeScore(event.score_before)} → {writeScore(event.score_after)}
        {move && <Part value={move.change} direction={move.direction} />}
      </p>
    </div>
  )
}

function Causes({ move }: { move: Move }) {
  const greatest = Math.max(...move.causes.map((one) => Math.abs(one.part)))
  return (
    <Section title="Why">
      <ul className="divide-y divide-line text-sm">
        {move.causes.map((one) => (
          <li key={one.cause} className="flex items-center gap-3 py-1.5">
            <span className="w-56 shrink-0">
              {one.title}
              {one.note && <span className="block text-xs text-ink-3">{one.note}</span>}
            </span>
            <span aria-hidden className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-sunken">
              <span
                className={`block h-full rounded-full ${tone(one.part, move.direction) === 'worse' ? 'bg-worse' : 'bg-better'}`}
                style={{ width: `${(100 * Math.abs(one.part)) / greatest}%` }}
              />
            </span>
            <span className="w-28 text-right">
              <Part value={one.part} direction={move.direction} />
            </span>
          </li>
        ))}
      </ul>
      {move.parts.length > 0 && (
        <details className="mt-1 text-sm">
          <summary className="cursor-pointer text-ink-2 hover:text-ink">The largest parts</summary>
          <ul className="mt-1 divide-y divide-line">
            {move.parts.map((one) => (
              <li key={`${one.kind} ${one.id} ${one.cause}`} className="flex items-center gap-3 py-1">
                <span className="min-w-0 flex-1 truncate" title={one.name}>
                  {one.kind === 'asset' ? (
                    <To page={`/assets/${one.id}`}>{one.name}</To>
                  ) : one.kind === 'metric' ? (
                    <To page="/metrics" change={{ open: one.id }}>
                      {one.name}
                    </To>
                  ) : (
                    one.name
                  )}
                </span>
                <Part value={one.part} direction={move.direction} />
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  )
}

/** What a metric moved the initiatives by in which it is. */
function Initiatives({ event }: { event: Event }) {
  return (
    <Section title="Effect on initiatives">
      <ul className="divide-y divide-line text-sm">
        {event.initiatives.map((one) => (
          <li key={one.id} className="flex items-center gap-3 py-1.5">
            <To page={`/initiatives/${encodeURIComponent(one.id)}`} className="link min-w-0 flex-1">
              {one.title}
            </To>
            <span className="text-xs text-ink-3">{word(one.weight)} weight</span>
            <span className="w-28 text-right">{one.effect === null ? '–' : <Part value={one.effect} direction="higher_is_better" />}</span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

const pages: Record<string, (id: string) => { page: string; change?: Record<string, string> }> = {
  control: (id) => ({ page: '/secure-score', change: { open: id } }),
  metric: (id) => ({ page: '/metrics', change: { open: id } }),
  initiative: (id) => ({ page: `/initiatives/${encodeURIComponent(id)}` }),
}

function About({ event }: { event: Event }) {
  return (
    <Section title={event.type === 'action_regressed' ? 'Recommended actions that lost points' : 'What was changed'}>
      <ul className="divide-y divide-line text-sm">
        {event.about.map((one) => {
          const to = pages[one.kind]?.(one.id)
          return (
            <li key={`${one.kind} ${one.id}`} className="flex flex-wrap items-center gap-x-3 py-1.5">
              <span className="min-w-0 flex-1">{to ? <To {...to}>{one.title}</To> : one.title}</span>
              {one.change && one.change.before !== one.change.after && (
                <span className="num whitespace-nowrap">
                  {writeScore(one.change.before)} → {writeScore(one.change.after)}{' '}
                  <span className="text-xs text-ink-3">{one.kind === 'metric' ? '% exposed' : 'score'}</span>
                </span>
              )}
              <span className="text-xs text-ink-3">{word(one.kind)}</span>
              {one.change && one.change.notes.length > 0 && (
                <span className="w-full text-xs text-ink-2">{one.change.notes.map((note) => sentence(note)).join(' ')}</span>
              )}
            </li>
          )
        })}
      </ul>
    </Section>
  )
}

/** The score around the day. */
function HistoryGraph({ event }: { event: Event }) {
  const { data } = useAsk('/api/v1/scores/{score}/history', {
    path: { score: event.score as 'exposure' },
    query: { from: moveDay(event.day, -45), to: moveDay(event.day, 45), ...(event.score_id ? { id: event.score_id } : {}) },
  })
  if (!data) return <Loading className="h-44" />
  const dots = [{ day: event.day, events: 1, headline: event.headline }]
  return (
    <Section title="History">
      <Trend
        data={{ line: { title: data.title, points: data.points }, dots, target: data.target, write: fine }}
        label={`${data.title} around ${day(event.day)}`}
        height={170}
      />
    </Section>
  )
}
