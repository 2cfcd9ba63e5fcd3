import type { ReactNode } from 'react'
import { ArrowRight } from 'lucide-react'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, day, instant, percent, score } from '../../format.ts'
import { AffectedAssets } from '../../components/AffectedAssets.tsx'
import { SeverityBadge } from '../../components/Badge.tsx'
import { buttonLook } from '../../components/Button.tsx'
import { Facts } from '../../components/Card.tsx'
import { EventEffect, EventIcon, eventTypeName } from '../../components/EventType.tsx'
import { Flyout } from '../../components/Flyout.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { VulnerabilityList } from '../../components/VulnerabilityList.tsx'

type Event = Answer<'/api/v1/events/{id}'>

/** One event in a drawer. An empty id shows nothing. */
export function EventFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, refetch } = useAsk('/api/v1/events/{id}', { path: { id }, enabled: id !== '' })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind={data ? eventTypeName(data.type) : 'Event'} title={data?.headline ?? 'Event'} wide>
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <Content event={data} /> : <Loading className="h-96" />}
    </Flyout>
  )
}

function Content({ event }: { event: Event }) {
  const { get } = useParameters()
  const assets = useList('/api/v1/events/{id}/assets', {
    path: { id: event.event_id },
    query: get('asset_sort') ? { sort: get('asset_sort') } : {},
  })
  return (
    <TabStrip
      label="Event"
      tabs={[
        { id: 'general', title: 'General', content: <General event={event} /> },
        {
          id: 'assets',
          title: 'Impacted assets',
          amount: event.assets,
          content: <AffectedAssets list={assets} label={`Assets of ${event.headline}`} />,
        },
      ]}
    />
  )
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
  return <To page="/">Open the overview</To>
}

function Impact({ title, assets, share }: { title: string; assets: number; share: number }) {
  return (
    <div className="rounded-lg bg-sunken px-3 py-2.5">
      <p className="text-xs text-ink-3">{title}</p>
      <p className="num mt-0.5 text-sm">
        <span className="text-lg font-semibold">{count(assets)}</span> {assets === 1 ? 'asset' : 'assets'}, {percent(share)}
      </p>
      <ShareBar share={share} className="mt-1.5" />
    </div>
  )
}

function General({ event }: { event: Event }) {
  return (
    <div className="flex flex-col gap-5">
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <span className="flex items-center gap-1.5">
          <EventIcon type={event.type} direction={event.direction} />
          {eventTypeName(event.type)}
        </span>
        {event.severity && <SeverityBadge severity={event.severity} />}
        <span className="num text-ink-2">{day(event.day)}</span>
        <EventEffect direction={event.direction} effect={event.effect} />
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <Impact title="Originally impacted" assets={event.assets} share={event.share} />
        <Impact title="Impacted now" assets={event.assets_now} share={event.share_now} />
      </div>
      {event.score_before !== null && event.score_after !== null && (
        <p className="text-sm">
          Score{' '}
          <span className="num font-semibold">
            {score(event.score_before)} → {score(event.score_after)}
          </span>{' '}
          <ScoreLink event={event} />
        </p>
      )}
      <Facts
        facts={[
          ['Happened', instant(event.happened_at)],
          ...(event.component
            ? [
                [
                  'Component',
                  <To key="c" page="/software" change={{ search: event.component }}>
                    {event.component}
                  </To>,
                ] as [string, ReactNode],
              ]
            : []),
          ...(event.source ? [['Known from', event.source] as [string, string]] : []),
        ]}
      />
      {event.vulnerabilities.length > 0 && (
        <section aria-label="Related vulnerabilities">
          <h3 className="text-sm font-semibold">
            Related vulnerabilities <span className="num font-normal text-ink-3">{event.vulnerabilities.length}</span>
          </h3>
          <VulnerabilityList vulnerabilities={event.vulnerabilities} />
        </section>
      )}
      {event.recommendation && (
        <To
          page="/recommendations"
          change={{ open: event.recommendation.id }}
          className={buttonLook('primary', 'h-auto min-h-9 justify-between py-2 whitespace-normal')}
        >
          <span>
            Related recommendation: <span className="font-semibold">{event.recommendation.title}</span>
          </span>
          <ArrowRight size={15} className="shrink-0" aria-hidden />
        </To>
      )}
    </div>
  )
}
