import type { Catalog } from '../../src/insights/catalog.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

/** Metrics of every sort of question: vulnerabilities, controls, objectives, inventory, reach, criticality. */
const sample = [
  'accounts-without-multi-factor-sign-in',
  'assets-with-failed-critical-controls',
  'assets-with-fixable-critical-vulnerabilities',
  'assets-with-known-exploited-vulnerabilities',
  'assets-with-likely-exploited-vulnerabilities',
  'assets-with-verified-exploits',
  'assets-without-audit-logs',
  'cloud-resources-with-critical-vulnerabilities',
  'critical-assets-with-exploitable-vulnerabilities',
  'images-with-critical-vulnerabilities',
  'internet-facing-assets-with-exploited-vulnerabilities',
  'macos-endpoints-without-endpoint-agent',
  'servers-with-critical-vulnerabilities',
  'tenants-with-severe-misconfigurations',
]

/** The catalog with a sample of its metrics and what its initiatives are made of by them: tests that compute often need not ask all of them. */
export function sampleCatalog(): Catalog {
  const metrics = new Map([...shippedCatalog.metrics].filter(([id]) => sample.includes(id)))
  const initiatives = new Map(
    [...shippedCatalog.initiatives]
      .map(([id, initiative]) => [id, { ...initiative, metrics: initiative.metrics.filter((part) => metrics.has(part.id)) }] as const)
      .filter(([, initiative]) => initiative.metrics.length > 0),
  )
  return { ...shippedCatalog, metrics, initiatives }
}
