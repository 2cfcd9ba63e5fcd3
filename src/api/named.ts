import { z } from 'zod'
import {
  AffectedAsset, AssetDetail, AssetSummary, ControlDetail, ControlSummary, Counts, Coverage, Definitions, Event, EventDetail, EventList, Finding, GroupScore, Health, History,
  Import, ImportDetail, ImportResult, InitiativeDetail, InitiativeSummary, InstalledSoftware, MetricDetail, MetricSummary, NewOrganisation, Organisation, Overview, Point, Problem,
  Progress, Ready, RecommendationDetail, RecommendationSummary, Score, Scores, SkippedItem, SoftwareDetail, SoftwareSummary, SourceSummary, Verification, VulnerabilityDetail,
  VulnerabilitySummary,
} from './shapes.ts'

/** The shapes that have a name of their own in the OpenAPI description; what uses them refers to them. */
const shapes = {
  AffectedAsset, AssetDetail, AssetSummary, ControlDetail, ControlSummary, Counts, Coverage, Definitions, Event, EventDetail, EventList, Finding, GroupScore, Health, History,
  Import, ImportDetail, ImportResult, InitiativeDetail, InitiativeSummary, InstalledSoftware, MetricDetail, MetricSummary, NewOrganisation, Organisation, Overview, Point, Problem,
  Progress, Ready, RecommendationDetail, RecommendationSummary, Score, Scores, SkippedItem, SoftwareDetail, SoftwareSummary, SourceSummary, Verification, VulnerabilityDetail,
  VulnerabilitySummary,
}

/** Gives a shape its name in the OpenAPI description. */
export function named<T extends z.ZodType>(id: string, shape: T): T {
  z.globalRegistry.add(shape, { ...z.globalRegistry.get(shape), id })
  return shape
}

/** Names all shapes of shapes.ts. Called by whoever builds the application; calling it again changes nothing. */
export function nameShapes(): void {
  for (const [id, shape] of Object.entries(shapes)) named(id, shape)
}
