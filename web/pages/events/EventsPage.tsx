import { useMemo } from 'react'
import { useList } from '../../api.ts'
import type { RiskEvent } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { conditionOf } from '../../condition.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, day, fine, moveDay, percent, score } from '../../format.ts'
import { Chip, SeverityBadge } from '../../components/Badge.tsx'
import { buttonLook } from '../../components/Button.tsx'
import { DataTable } from '../../components/DataTable.tsx'
import type { Column } from '../../components/DataTable.tsx'
import { EventEffect, EventIcon, eventTypeName } from '../../components/EventType.tsx'
import { FilterBar, SearchField } from '../../components/FilterBar.tsx'
import { ListTools } from '../../components/ListTools.tsx'
import { Page } from '../../components/Page.tsx'
import { Pages, usePages } from '../../components/Pages.tsx'
import { Empty } from '../../components/Problem.tsx'
import { RangePicker } from '../../components/RangePicker.tsx'
import { Here } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'
import { EventDays } from './EventDays.tsx'
import { EventFlyout } from './EventFlyout.tsx'
import { FeedTabs } from './FeedTabs.tsx'
import { RangeCounters } from './RangeCounters.tsx'
import { ReplaySwitch } from './ReplaySwitch.tsx'
import { ShareFilter } from './ShareFilter.tsx'
import { TypeCounters } from './TypeCounters.tsx'

const severities = ['critical', 'high', 'medium', 'low'].map((value) => ({ value }))

const headline: Column<RiskEvent> = {
  id: 'headline',
  title: 'Event',
  cell: (event) => <EventTitle event={event} />,
}

function EventTitle({ event }: { event: RiskEvent }) {
  return (
    <span className="flex items-center gap-2.5">
      <EventIcon type={event.type} direction={event.direction} />
      <Here change={{ open: event.event_id }} className="truncate text-accent-ink hover:underline" title={event.headline}>
        {event.headline}
      </Here>
    </span>
  )
}

const when: Column<RiskEvent> = {
  id: 'day',
  title: 'Date',
  width: 118,
  sort: 'day',
  down: true,
  cell: (event) => <span className="num">{day(event.day)}</span>,
}
const kind: Column<RiskEvent> = { id: 'type', title: 'Type', width: 172, cell: (event) => eventTypeName(event.type) }

const scores = [
  { value: 'exposure', title: 'Exposure score' },
  { value: 'secure', title: 'Secure score' },
  { value: 'initiative', title: 'Initiatives' },
  { value: 'metric', title: 'Metrics' },
]
const states = [{ value: 'open' }, { value: 'acknowledged' }]
const recoveries = [{ value: 'not_recovered' }, { value: 'recovered' }]

/** Of both feeds: whether somebody knows of it, and who sees to it. */
const tracking: Column<RiskEvent>[] = [
  {
    id: 'state',
    title: 'State',
    width: 118,
    sort: 'state',
    cell: (event) => (event.state === 'open' ? <span className="text-ink-3">Open</span> : <Chip tone="accent">Acknowledged</Chip>),
  },
  { id: 'owner', title: 'Owner', width: 110, sort: 'owner', cell: (event) => <span title={event.owner ?? ''}>{event.owner ?? '–'}</span> },
]

const riskColumns: Column<RiskEvent>[] = [
  when,
  headline,
  kind,
  { id: 'component', title: 'Component', width: 135, cell: (event) => <span title={event.component ?? ''}>{event.component ?? '–'}</span> },
  {
    id: 'share',
    title: 'Originally impacted',
    width: 160,
    sort: 'share',
    down: true,
    hint: 'Assets that it impacted at the end of its day, and their share of the active assets of that day',
    cell: (event) => (
      <span className="flex items-center gap-2">
        <ShareBar share={event.share} className="w-8 min-w-8" />
        <span className="num">
          {count(event.assets)} <span className="text-ink-3">({percent(event.share)})</span>
        </span>
      </span>
    ),
  },
  {
    id: 'assets_now',
    title: 'Impacted now',
    width: 120,
    sort: 'assets_now',
    down: true,
    align: 'right',
    hidden: true,
    cell: (event) => `${count(event.assets_now)} (${percent(event.share_now)})`,
  },
  {
    id: 'direction',
    title: 'Effect',
    width: 150,
    sort: 'impact',
    down: true,
    hint: 'What it moved the exposure score by, in points',
    cell: (event) => <EventEffect direction={event.direction} effect={event.effect} short />,
  },
  {
    id: 'severity',
    title: 'Severity',
    width: 92,
    sort: 'severity',
    down: true,
    cell: (event) => (event.severity === null ? '–' : <SeverityBadge severity={event.severity} />),
  },
  {
    id: 'subjects',
    title: 'Vulnerabilities',
    width: 150,
    hidden: true,
    cell: (event) => (event.subjects.length === 1 ? event.subjects[0] : `${count(event.subjects.length)} of them`),
  },
  { id: 'source', title: 'Source', width: 120, hidden: true, cell: (event) => event.source ?? '–' },
  ...tracking.map((column) => ({ ...column, hidden: true })),
]

/** How far the score of a posture event moved, in words. */
function Moved({ event }: { event: RiskEvent }) {
  if (event.score_before === null || event.score_after === null || event.direction === 'neutral') return '–'
  const ink = event.direction === 'worse' ? 'text-worse' : 'text-better'
  return <span className={`num ${ink}`}>{`${fine(Math.abs(event.score_after - event.score_before))} ${event.direction}`}</span>
}

const postureColumns: Column<RiskEvent>[] = [
  when,
  headline,
  { ...kind, width: 150 },
  {
    id: 'points',
    title: 'Change',
    width: 110,
    sort: 'points',
    down: true,
    hint: 'Points of the score',
    cell: (event) => <Moved event={event} />,
  },
  {
    id: 'before',
    title: 'Before and after',
    width: 125,
    cell: (event) =>
      event.score_before === null || event.score_after === null ? (
        '–'
      ) : (
        <span className="num">{`${score(event.score_before)} → ${score(event.score_after)}`}</span>
      ),
  },
  {
    id: 'assets',
    title: 'Assets',
    width: 80,
    hidden: true,
    sort: 'assets',
    down: true,
    align: 'right',
    cell: (event) => (event.assets === 0 ? '–' : count(event.assets)),
  },
  ...tracking.map((column) => (column.id === 'owner' ? { ...column, hidden: true } : column)),
  {
    id: 'recovered',
    title: 'Recovered',
    width: 112,
    hint: 'First day at whose end what got worse was back',
    cell: (event) =>
      event.direction !== 'worse' ? (
        '–'
      ) : event.recovered_on === null ? (
        <span className="text-ink-3">Not yet</span>
      ) : (
        <span className="num">{day(event.recovered_on)}</span>
      ),
  },
]

/** The risk feed and the posture events. */
export function EventsPage() {
  const { get, all, set } = useParameters()
  const feed = get('feed') === 'posture' ? 'posture' : 'risk'
  const share = Number(get('min_share'))
  const filter = conditionOf({
    state: all('state'),
    recovered: feed === 'posture' ? all('recovered') : [],
    score: feed === 'posture' ? all('score') : [],
    owner: get('owner') ? `~${get('owner')}` : null,
    severity: all('severity'),
    component: get('component') ? `~${get('component')}` : null,
  })
  const byDay = feed === 'risk' && get('view') === 'days'
  const replay = feed === 'risk' && get('replay') === 'true'
  const query = {
    feed,
    ...(replay ? { replay: 'true' as const } : {}),
    ...(all('type').length > 0 ? { type: all('type') } : {}),
    ...(share > 0 ? { min_share: share / 100 } : {}),
    ...(get('from') ? { from: get('from') } : {}),
    ...(get('to') ? { to: get('to') } : {}),
    ...(get('sort') ? { sort: get('sort') } : {}),
    ...(filter ? { filter } : {}),
  } as const
  const list = useList('/api/v1/events', { query })
  const paged = usePages(list)
  const counts = list.first?.counts ?? []
  const last = useLastDay()
  const columns = useMemo(() => (feed === 'risk' ? riskColumns : postureColumns), [feed])
  const open = get('open')
  return (
    <Page
      title="Events"
      name="Events"
      line={
        feed === 'risk'
          ? replay
            ? 'What today’s inventory would have seen, had it been there all the time: the world’s news by the feeds’ own dates.'
            : 'What changed in the world and on your assets, how many of them it touched, and what it moved the exposure score by.'
          : 'What moved your scores by their threshold or more within a day, and what changed what they measure.'
      }
      actions={
        <>
          {feed === 'risk' && (
            <Here
              change={{ view: byDay ? null : 'days' }}
              className={buttonLook('plain', byDay ? 'border-accent bg-accent-soft text-accent-ink' : '')}
            >
              {byDay ? 'Show events' : 'Show days and causes'}
            </Here>
          )}
          <FeedTabs feed={feed} />
        </>
      }
      full
    >
      {feed === 'risk' && <RangeCounters replay={replay} />}
      <TypeCounters counts={counts} />
      <FilterBar
        filters={[
          ...(feed === 'risk'
            ? [{ parameter: 'severity', title: 'Severity', options: severities }]
            : [
                { parameter: 'score', title: 'Score', options: scores },
                { parameter: 'recovered', title: 'Recovered', options: recoveries },
              ]),
          { parameter: 'state', title: 'State', options: states },
        ]}
        more={{
          parameters: ['type', 'min_share', 'component', 'owner', 'from', 'to', 'replay'],
          fields: (
            <>
              {feed === 'risk' && <SearchField parameter="component" label="Component" className="order-first w-48" />}
              {feed === 'posture' && <SearchField parameter="owner" label="Owner" className="order-first w-40" />}
              <RangePicker last={last} />
              {feed === 'risk' && <ShareFilter />}
              {feed === 'risk' && <ReplaySwitch />}
            </>
          ),
        }}
        total={list.total}
        noun={['event', 'events']}
      >
        <ListTools
          label={feed === 'risk' ? 'Risk events' : 'Posture events'}
          columns={columns}
          address={list.address}
          command={
            replay
              ? `plimsoll events --replay ${get('from') || moveDay(last, -180)}..${get('to') || 'today'}`
              : `plimsoll events --feed ${feed}${get('from') ? ` --from ${get('from')}` : ''}${get('to') ? ` --to ${get('to')}` : ''}`
          }
        />
      </FilterBar>
      {byDay ? (
        <EventDays replay={replay} />
      ) : (
        <>
          <DataTable
            label={feed === 'risk' ? 'Risk events' : 'Posture events'}
            columns={columns}
            list={paged.list}
            rowKey={(event) => event.event_id}
            defaultSort="-day"
            fill
            selected={(event) => event.event_id === open}
            empty={
              <Empty title="No event">
                {feed === 'risk'
                  ? 'No new vulnerability or exploit touched your assets, or the filters leave none. Feeds such as KEV, Exploit-DB and EPSS bring the exploits.'
                  : `No score moved by its threshold within a day${get('from') ? ' in this time' : ''}, or the filters leave none. Scores that got better are listed when you choose their type above.`}
              </Empty>
            }
          />
          <Pages size={paged.size} page={paged.page} pages={paged.pages} noun="events" />
        </>
      )}
      <EventFlyout id={open} onClose={() => set({ open: null, tab: null, asset_sort: null })} />
    </Page>
  )
}
