import type { Catalog } from '../../src/insights/catalog.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

/** Metrics of the small catalog. */
const MOST = 4

/** The catalog with a few metrics about vulnerabilities and the initiatives that have one of them: what it is about is worked out in a moment. */
export function smallCatalog(): Catalog {
  const metrics = new Map(
    [...shippedCatalog.metrics].filter(([, { needs }]) => needs.every((need) => need === 'vulnerabilities')).slice(0, MOST),
  )
  const initiatives = new Map(
    [...shippedCatalog.initiatives]
      .map(([id, initiative]) => [id, { ...initiative, metrics: initiative.metrics.filter((part) => metrics.has(part.id)) }] as const)
      .filter(([, initiative]) => initiative.metrics.length > 0),
  )
  return { ...shippedCatalog, metrics, initiatives }
}
