import { useMemo } from 'react'
import { useParams } from 'wouter'
import { useAsk } from '../../api.ts'
import { count, counted, direction, instant, moveDay, score as writeScore, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'
import { Change } from '../../components/Change.tsx'
import { Page } from '../../components/Page.tsx'
import { Loading, Problem } from '../../components/Problem.tsx'
import { ReportInaccuracy } from '../../components/ReportInaccuracy.tsx'
import { ScoreTrend } from '../../components/ScoreTrend.tsx'
import { Share } from '../../components/Share.tsx'
import { Star } from '../../components/Star.tsx'
import { TabStrip } from '../../components/TabStrip.tsx'
import type { Tab } from '../../components/TabStrip.tsx'
import { To } from '../../components/To.tsx'
import { useLastDay } from '../../components/shell.ts'
import { InitiativeActions } from '../programme/InitiativeActions.tsx'
import { InitiativeHistory } from '../programme/InitiativeHistory.tsx'
import { WeightsPanel } from '../programme/WeightsPanel.tsx'
import { InitiativeMetrics } from './InitiativeMetrics.tsx'
import { InitiativeOverview } from './InitiativeOverview.tsx'
import { InitiativeRecommendations } from './InitiativeRecommendations.tsx'
import { InitiativeSections } from './InitiativeSections.tsx'
import type { Initiative } from './initiative.ts'

const parent = { page: '/initiatives', title: 'Initiatives' }
const writePercent = (value: number): string => `${writeScore(value)} %`

/** One initiative: its score against its target, what it is made of, what to do, how it went. */
export function InitiativePage() {
  const { id = '' } = useParams<{ id: string }>()
  const path = useMemo(() => ({ id: decodeURIComponent(id) }), [id])
  const last = useLastDay()
  const query = useMemo(() => ({ from: moveDay(last, -548) }), [last])
  const asked = useAsk('/api/v1/initiatives/{id}', { path, query })
  const recommendations = useAsk('/api/v1/initiatives/{id}/recommendations', { path, query: { limit: 1 } })
  const { data, error } = asked
  if (error || !data) {
    return (
      <Page title="Initiative" name="Initiative" parent={parent}>
        {error ? <Problem error={error} retry={() => void asked.refetch()} /> : <Loading className="h-96" />}
      </Page>
    )
  }
  const { score } = data
  const tabs: Tab[] = [
    { id: 'overview', title: 'Overview', content: <InitiativeOverview initiative={data} /> },
    data.scored_from === 'metrics'
      ? { id: 'metrics', title: 'Security metrics', amount: data.metrics, content: <InitiativeMetrics initiative={data} /> }
      : { id: 'sections', title: 'Sections', amount: data.sections.length, content: <InitiativeSections initiative={data} /> },
    {
      id: 'recommendations',
      title: 'Security recommendations',
      amount: recommendations.data?.total ?? null,
      content: <InitiativeRecommendations initiative={data} />,
    },
    {
      id: 'history',
      title: 'History',
      content:
        data.scored_from === 'metrics' ? (
          <InitiativeHistory id={data.id} title={data.title} target={score.target} />
        ) : (
          <ScoreTrend
            why={{ score: 'initiative', id: data.id }}
            title={data.title}
            points={data.history}
            target={score.target}
            write={writePercent}
            height={320}
            days={180}
          />
        ),
    },
    ...(data.scored_from === 'metrics' ? [{ id: 'weights', title: 'Weights', content: <WeightsPanel id={data.id} /> }] : []),
  ]
  return (
    <Page
      title={
        <span className="flex flex-wrap items-center gap-2">
          {data.title}
          {score.value !== null && <span className="num">{writePercent(score.value)}</span>}
          {data.preview && <Chip>Preview</Chip>}
        </span>
      }
      name={data.title}
      parent={parent}
      line={
        <span className="flex flex-wrap items-center gap-x-4 gap-y-0.5">
          <span className="text-ink-3">{direction(score.direction)}</span>
          <Change
            value={score.change_1d}
            direction={score.direction}
            since="in 24 hours"
            why={{ score: 'initiative', id: data.id, days: 1 }}
          />
          <Change
            value={score.change_14d}
            direction={score.direction}
            since="in 14 days"
            why={{ score: 'initiative', id: data.id, days: 14 }}
          />
          <span>{score.target === null ? 'No target set' : `Target ${count(score.target)} %`}</span>
          <span className="text-ink-3">Last updated {instant(data.updated_at)}</span>
        </span>
      }
      actions={
        <>
          <Star id={data.id} title={data.title} words />
          <InitiativeActions id={data.id} />
          <ReportInaccuracy about="initiative" subject={data.id} title={data.title} />
          <Share title={data.title} figures={figuresOf(data)} />
        </>
      }
    >
      <MoreData initiative={data} />
      <TabStrip label={data.title} tabs={tabs} />
    </Page>
  )
}

/** What the page says, as lines of a mail. */
function figuresOf({ title, score, metrics, metrics_with_data, scored_from }: Initiative): string[] {
  return [
    `${title}: ${score.value === null ? 'nothing to score yet' : writePercent(score.value)}, ${direction(score.direction)}`,
    ...(score.target === null ? [] : [`Target: ${count(score.target)} %`]),
    ...(scored_from === 'metrics' ? [`Metrics with data: ${metrics_with_data} of ${metrics}`] : []),
  ]
}

/** What more could be measured, and by what. Nothing where all is. */
function MoreData({ initiative }: { initiative: Initiative }) {
  const unfed = initiative.metric_list.filter((metric) => metric.missing.length > 0)
  const empty = initiative.scored_from === 'controls' && initiative.score.value === null
  if (unfed.length === 0 && !empty) return null
  return (
    <p className="rounded-lg bg-warn-soft px-4 py-2.5 text-sm text-warn">
      <span className="font-medium">More data is required.</span>{' '}
      {empty
        ? 'No imported report names requirements of this framework.'
        : `${counted(unfed.length, 'metric')} of ${initiative.metrics} could be measured with: ${initiative.missing.map(word).join(', ')}.`}{' '}
      <To page="/sources" className="font-medium underline underline-offset-2">
        Import a source
      </To>
    </p>
  )
}
