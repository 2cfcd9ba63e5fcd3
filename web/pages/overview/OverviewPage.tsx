import { useMemo } from 'react'
import { useAsk } from '../../api.ts'
import { instant, moveDay } from '../../format.ts'
import { Page } from '../../components/Page.tsx'
import { useLastDay } from '../../components/shell.ts'
import { Loading, Problem } from '../../components/Problem.tsx'
import { CoverageCard } from './CoverageCard.tsx'
import { EventsCard } from './EventsCard.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { InitiativesCard } from './InitiativesCard.tsx'
import { MetricsCard } from './MetricsCard.tsx'
import { RecommendationsCard } from './RecommendationsCard.tsx'
import { ExposureCard, SecureCard } from './ScoreCards.tsx'
import { SeverityCard } from './SeverityCard.tsx'
import { SourcesCard } from './SourcesCard.tsx'
import { TrendCard } from './TrendCard.tsx'

/** Eighteen months. */
const DAYS = 548

/** Where we stand, which way it moves, why, and what to do. */
export function OverviewPage() {
  const last = useLastDay()
  const query = useMemo(() => ({ from: moveDay(last, -DAYS) }), [last])
  const { data, error, refetch } = useAsk('/api/v1/overview', { query })
  if (error) {
    return (
      <Page title="Overview" name="Overview">
        <Problem error={error} retry={() => void refetch()} />
      </Page>
    )
  }
  if (!data) return <Waiting />
  if (data.empty) return <FirstSteps />
  return (
    <Page title="Overview" name="Overview" line={`${data.organisation.name}, as of ${instant(data.as_of)}`}>
      <div className="grid grid-cols-12 gap-4">
        <ExposureCard score={data.exposure} className="col-span-12 sm:col-span-6 xl:col-span-3" />
        <SecureCard score={data.secure} className="col-span-12 sm:col-span-6 xl:col-span-3" />
        <TrendCard overview={data} className="col-span-12 xl:col-span-6" />
        <SeverityCard counts={data.severity_counts} exploited={data.exploited} className="col-span-12 sm:col-span-6 xl:col-span-3" />
        <CoverageCard coverage={data.coverage} types={data.asset_types} className="col-span-12 sm:col-span-6 xl:col-span-3" />
        <InitiativesCard initiatives={data.initiatives} className="col-span-12 xl:col-span-6" />
        <RecommendationsCard recommendations={data.recommendations} className="col-span-12 xl:col-span-6" />
        <MetricsCard metrics={data.metrics} className="col-span-12 xl:col-span-6" />
        <EventsCard title="Latest risk events" feed="risk" events={data.events} className="col-span-12 lg:col-span-6 xl:col-span-5" />
        <EventsCard
          title="Latest posture events"
          feed="posture"
          events={data.posture_events}
          className="col-span-12 lg:col-span-6 xl:col-span-4"
        />
        <SourcesCard sources={data.sources} asOf={data.as_of} className="col-span-12 xl:col-span-3" />
      </div>
    </Page>
  )
}

function Waiting() {
  return (
    <Page title="Overview" name="Overview" line="Reading …">
      <div className="grid grid-cols-12 gap-4">
        <Loading className="col-span-3 h-72" />
        <Loading className="col-span-3 h-72" />
        <Loading className="col-span-6 h-72" />
        <Loading className="col-span-6 h-56" />
        <Loading className="col-span-6 h-56" />
      </div>
    </Page>
  )
}
