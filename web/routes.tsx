import { lazy } from 'react'
import type { ComponentType } from 'react'

/** The pages by their address; each is its own chunk, read when it is opened. Parameters come as wouter names them. */
export const routes: [address: string, page: ComponentType][] = [
  ['/', lazy(async () => ({ default: (await import('./pages/overview/OverviewPage.tsx')).OverviewPage }))],
  ['/initiatives', lazy(async () => ({ default: (await import('./pages/initiatives/InitiativesPage.tsx')).InitiativesPage }))],
  ['/initiatives/new', lazy(async () => ({ default: (await import('./pages/programme/InitiativeBuilder.tsx')).InitiativeBuilderPage }))],
  [
    '/initiatives/product',
    lazy(async () => ({ default: (await import('./pages/programme/ProductInitiative.tsx')).ProductInitiativePage })),
  ],
  ['/initiatives/:id', lazy(async () => ({ default: (await import('./pages/initiatives/InitiativePage.tsx')).InitiativePage }))],
  [
    '/initiatives/:id/edit',
    lazy(async () => ({ default: (await import('./pages/programme/InitiativeBuilder.tsx')).InitiativeBuilderPage })),
  ],
  ['/metrics/new', lazy(async () => ({ default: (await import('./pages/programme/MetricBuilder.tsx')).MetricBuilderPage }))],
  ['/metrics/:id/edit', lazy(async () => ({ default: (await import('./pages/programme/MetricBuilder.tsx')).MetricBuilderPage }))],
  ['/programme', lazy(async () => ({ default: (await import('./pages/programme/ProgrammePage.tsx')).ProgrammePage }))],
  ['/metrics', lazy(async () => ({ default: (await import('./pages/metrics/MetricsPage.tsx')).MetricsPage }))],
  [
    '/recommendations',
    lazy(async () => ({ default: (await import('./pages/recommendations/RecommendationsPage.tsx')).RecommendationsPage })),
  ],
  ['/events', lazy(async () => ({ default: (await import('./pages/events/EventsPage.tsx')).EventsPage }))],
  ['/explain', lazy(async () => ({ default: (await import('./pages/explain/ExplainPage.tsx')).ExplainPage }))],
  ['/exposure', lazy(async () => ({ default: (await import('./pages/exposure/ExposurePage.tsx')).ExposurePage }))],
  ['/secure-score', lazy(async () => ({ default: (await import('./pages/secure-score/SecureScorePage.tsx')).SecureScorePage }))],
  ['/secure-score/actions', lazy(async () => ({ default: (await import('./pages/secure-score/ActionsPage.tsx')).ActionsPage }))],
  ['/secure-score/history', lazy(async () => ({ default: (await import('./pages/secure-score/HistoryPage.tsx')).HistoryPage }))],
  ['/secure-score/trends', lazy(async () => ({ default: (await import('./pages/secure-score/TrendsPage.tsx')).TrendsPage }))],
  ['/benchmarks', lazy(async () => ({ default: (await import('./pages/benchmarks/BenchmarksPage.tsx')).BenchmarksPage }))],
  ['/assets', lazy(async () => ({ default: (await import('./pages/assets/AssetsPage.tsx')).AssetsPage }))],
  ['/assets/:id', lazy(async () => ({ default: (await import('./pages/assets/AssetPage.tsx')).AssetPage }))],
  [
    '/critical-assets',
    lazy(async () => ({ default: (await import('./pages/critical-assets/CriticalAssetsPage.tsx')).CriticalAssetsPage })),
  ],
  ['/software', lazy(async () => ({ default: (await import('./pages/software/SoftwareListPage.tsx')).SoftwareListPage }))],
  ['/software/:name', lazy(async () => ({ default: (await import('./pages/software/SoftwarePage.tsx')).SoftwarePage }))],
  [
    '/vulnerabilities',
    lazy(async () => ({ default: (await import('./pages/vulnerabilities/VulnerabilitiesPage.tsx')).VulnerabilitiesPage })),
  ],
  [
    '/vulnerabilities/:id',
    lazy(async () => ({ default: (await import('./pages/vulnerabilities/VulnerabilityPage.tsx')).VulnerabilityPage })),
  ],
  ['/remediation', lazy(async () => ({ default: (await import('./pages/remediation/RemediationPage.tsx')).RemediationPage }))],
  ['/exceptions', lazy(async () => ({ default: (await import('./pages/exceptions/ExceptionsPage.tsx')).ExceptionsPage }))],
  ['/inaccuracies', lazy(async () => ({ default: (await import('./pages/inaccuracies/InaccuraciesPage.tsx')).InaccuraciesPage }))],
  ['/kpis', lazy(async () => ({ default: (await import('./pages/kpis/KpisPage.tsx')).KpisPage }))],
  ['/notifications', lazy(async () => ({ default: (await import('./pages/notifications/NotificationsPage.tsx')).NotificationsPage }))],
  ['/organisations', lazy(async () => ({ default: (await import('./pages/organisations/OrganisationsPage.tsx')).OrganisationsPage }))],
  ['/sources', lazy(async () => ({ default: (await import('./pages/sources/SourcesPage.tsx')).SourcesPage }))],
  ['/settings', lazy(async () => ({ default: (await import('./pages/settings/SettingsPage.tsx')).SettingsPage }))],
]
