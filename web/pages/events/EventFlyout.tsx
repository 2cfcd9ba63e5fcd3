import { useState } from 'react'
import type { ReactNode } from 'react'
import { ArrowRight } from 'lucide-react'
import { useAsk, useList } from '../../api.ts'
import type { Answer } from '../../api.ts'
import { useParameters } from '../../address.ts'
import { ShareBar } from '../../charts/ShareBar.tsx'
import { count, day, instant, moveDay, percent, word } from '../../format.ts'
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
import { PostureEvent } from './PostureEvent.tsx'
import { TrackEvent } from './TrackEvent.tsx'

type Event = Answer<'/api/v1/events/{id}'>

/** One event in a drawer. An empty id shows nothing. */
export function EventFlyout({ id, onClose }: { id: string; onClose: () => void }) {
  const { get } = useParameters()
  const { data, error, refetch } = useAsk('/api/v1/events/{id}', {
    path: { id },
    query: get('replay') ? { replay: 'true' } : {},
    enabled: id !== '',
  })
  return (
    <Flyout open={id !== ''} onClose={onClose} kind={data ? eventTypeName(data.type) : 'Event'} title={data?.headline ?? 'Event'} wide>
      {error ? <Problem error={error} retry={() => void refetch()} /> : data ? <Content event={data} /> : <Loading className="h-96" />}
    </Flyout>
  )
}

function Content({ event }: { event: Event }) {
  return event.feed === 'posture' ? <PostureEvent event={event} /> : <RiskEvent event={event} />
}

function RiskEvent({ event }: { event: Event }) {
  const { get } = useParameters()
  const assets = useList('/api/v1/events/{id}/assets', {
    path: { id: event.event_id },
    query: { ...(get('asset_sort') ? { sort: get('asset_sort') } : {}), ...(get('replay') ? { replay: 'true' as const } : {}) },
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

const causeNames: Record<string, string> = {
  coverage_changed: 'Coverage changed',
  new_vulnerability: 'New vulnerability published',
  exploit_intelligence: 'Exploit intelligence changed',
  configuration_changed: 'Software or configuration changed',
  remediated: 'Remediated',
  exception_started: 'Exception started',
  exception_ended: 'Exception ended',
}

/** What the event moved the score by, as parts of the causes of its day. */
function Effects({ event }: { event: Event }) {
  const { get } = useParameters()
  return (
    <section aria-label="Effect on the exposure score">
      <h3 className="text-sm font-semibold">Effect on the exposure score</h3>
      <ul className="mt-1 text-sm">
        {event.effects.map((effect) => (
          <li key={effect.cause} className="flex items-baseline justify-between gap-3 border-t border-line py-1">
            <To
              page="/explain"
              change={{ from: moveDay(event.day, -1), to: event.day, cause: effect.cause, replay: get('replay') || null }}
            >
              {causeNames[effect.cause] ?? word(effect.cause)}
            </To>
            <EventEffect direction={event.direction} effect={effect.part} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const FIRST = 10

const certainties = {
  stated: 'the source gives this time',
  disclosed: 'the source gives the day of disclosure',
  first_shown: 'the first time that the source showed it',
  reported: 'when a tool looked',
  set: 'set by a person',
} as const

/** Who said it, when that was and how certain the time is, and when we learned it. */
function EvidenceList({ evidence }: { evidence: Event['evidence'] }) {
  const [all, setAll] = useState(false)
  const shown = all ? evidence : evidence.slice(0, FIRST)
  return (
    <section aria-label="Evidence">
      <h3 className="text-sm font-semibold">Evidence</h3>
      <ul className="mt-1 text-sm">
        {shown.map((said) => (
          <li
            key={`${said.subject} ${said.source} ${said.reference} ${said.import_no} ${said.said_at}`}
            className="border-t border-line py-1.5"
          >
            <p className="break-words">
              {said.subject && <span className="font-medium">{said.subject} </span>}
              {said.source}
              {said.reference && <span className="text-ink-2">, {said.reference}</span>}
            </p>
            <p className="text-xs text-ink-3">
              {day(said.said_at)}, {certainties[said.certainty]}; learned {instant(said.learned_at)} by{' '}
              <To page="/sources" change={{ open: String(said.import_no) }} className="hover:underline">
                import {said.import_no}
              </To>
            </p>
          </li>
        ))}
      </ul>
      {evidence.length > FIRST && (
        <button type="button" className="link mt-1 text-sm" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? 'Show fewer' : `Show ${count(evidence.length - FIRST)} more`}
        </button>
      )}
    </section>
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
      <TrackEvent key={event.event_id} event={event} />
      <div className="grid gap-3 sm:grid-cols-2">
        <Impact title="Originally impacted" assets={event.assets} share={event.share} />
        <Impact title="Impacted now" assets={event.assets_now} share={event.share_now} />
      </div>
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
      {event.effects.length > 0 && <Effects event={event} />}
      {event.vulnerabilities.length > 0 && (
        <section aria-label="Related vulnerabilities">
          <h3 className="text-sm font-semibold">
            Related vulnerabilities <span className="num font-normal text-ink-3">{event.vulnerabilities.length}</span>
          </h3>
          <VulnerabilityList vulnerabilities={event.vulnerabilities} />
        </section>
      )}
      {event.evidence.length > 0 && <EvidenceList evidence={event.evidence} />}
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
