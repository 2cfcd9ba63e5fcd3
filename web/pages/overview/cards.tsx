import type { ReactNode } from 'react'
import type { Overview } from '../../api.ts'
import { CoverageCard } from './CoverageCard.tsx'
import { TopEvents } from '../../components/TopEvents.tsx'
import { InitiativesCard } from './InitiativesCard.tsx'
import { InitiativeTrendsCard } from './InitiativeTrendsCard.tsx'
import { MetricsCard } from './MetricsCard.tsx'
import { PostureCard } from './PostureCard.tsx'
import { RecommendationsCard } from './RecommendationsCard.tsx'
import { RemediationCard } from './RemediationCard.tsx'
import { ExposureCard, SecureCard } from './ScoreCards.tsx'
import { SeverityCard } from './SeverityCard.tsx'
import { SourcesCard } from './SourcesCard.tsx'
import { TrendCard } from './TrendCard.tsx'

/** A card of the overview. */
export interface OverviewCard {
  /** Kept in arrangements: never used for another card. */
  id: string
  title: string
  /** How many of the twelve columns it takes, by the width of the window. */
  width: string
  card: (overview: Overview, className: string) => ReactNode
}

/** All cards of the overview, in the order of the program. To add one, add it here. */
export const cards: readonly OverviewCard[] = [
  {
    id: 'exposure',
    title: 'Exposure score',
    width: 'col-span-12 sm:col-span-6 xl:col-span-3',
    card: ({ exposure }, className) => <ExposureCard score={exposure} className={className} />,
  },
  {
    id: 'secure',
    title: 'Secure score',
    width: 'col-span-12 sm:col-span-6 xl:col-span-3',
    card: ({ secure }, className) => <SecureCard score={secure} className={className} />,
  },
  {
    id: 'trend',
    title: 'Scores over time',
    width: 'col-span-12 xl:col-span-6',
    card: (overview, className) => <TrendCard overview={overview} className={className} />,
  },
  {
    id: 'severity',
    title: 'Open findings by severity',
    width: 'col-span-12 sm:col-span-6 xl:col-span-3',
    card: ({ severity_counts, exploited }, className) => (
      <SeverityCard counts={severity_counts} exploited={exploited} className={className} />
    ),
  },
  {
    id: 'coverage',
    title: 'Coverage',
    width: 'col-span-12 sm:col-span-6 xl:col-span-3',
    card: ({ coverage, asset_types }, className) => <CoverageCard coverage={coverage} types={asset_types} className={className} />,
  },
  {
    id: 'initiatives',
    title: 'Key initiatives',
    width: 'col-span-12 xl:col-span-6',
    card: ({ initiatives }, className) => <InitiativesCard initiatives={initiatives} className={className} />,
  },
  {
    id: 'recommendations',
    title: 'Top recommendations',
    width: 'col-span-12 xl:col-span-6',
    card: ({ recommendations }, className) => <RecommendationsCard recommendations={recommendations} className={className} />,
  },
  {
    id: 'remediation',
    title: 'Top remediation activities',
    width: 'col-span-12 xl:col-span-6',
    card: (_, className) => <RemediationCard className={className} />,
  },
  {
    id: 'metrics',
    title: 'Top metrics',
    width: 'col-span-12 xl:col-span-6',
    card: ({ metrics }, className) => <MetricsCard metrics={metrics} className={className} />,
  },
  {
    id: 'initiative-trends',
    title: 'Key initiatives over time',
    width: 'col-span-12 xl:col-span-6',
    card: (overview, className) => <InitiativeTrendsCard overview={overview} className={className} />,
  },
  {
    id: 'risk-events',
    title: 'Top risk events',
    width: 'col-span-12 lg:col-span-6 xl:col-span-6',
    card: (_, className) => <TopEvents className={className} />,
  },
  {
    id: 'posture-events',
    title: 'Latest posture events',
    width: 'col-span-12 lg:col-span-6 xl:col-span-6',
    card: ({ posture_events }, className) => <PostureCard events={posture_events} className={className} />,
  },
  {
    id: 'sources',
    title: 'Sources',
    width: 'col-span-12 xl:col-span-6',
    card: ({ sources, as_of }, className) => <SourcesCard sources={sources} asOf={as_of} className={className} />,
  },
]
