import { type Catalog, parseInitiative, parseMetric } from '../../src/insights/catalog.ts'
import { shippedCatalog } from '../shipped-catalog.ts'

/** The text of a metric about vulnerabilities. `population`, `exposed_when`: YAML in one line. */
export const metricYaml = (title: string, population: string, exposed_when: string, more = ''): string =>
  `title: ${title}\nwhy: It is asked about on each day.\npopulation: ${population}\nexposed_when: ${exposed_when}\nreason: "{subject}"\n${more}`

/** The text of an initiative. `metrics`: YAML in one line; `target`: 0–1. */
export const initiativeYaml = (title: string, target: number, metrics: string): string =>
  `title: ${title}\nwhy: To be compared day by day.\nkind: workload\ntarget: ${target}\nmetrics: ${metrics}\n`

/** Texts of the metrics of {@link followedCatalog}. */
export const followed = {
  exploited: metricYaml('Exploited somewhere', '{}', '{vulnerability.exploit_stage: ">= public"}'),
  likely: metricYaml('Likely to be exploited', '{}', '{vulnerability.epss: ">= 0.1"}'),
  reachable: metricYaml('Severe and reachable', '{asset.internet_facing: true}', '{vulnerability.severity: ">= high"}'),
  fixable: metricYaml('Critical with a fix', '{asset.criticality: ">= high"}', '{finding.fixable: true, vulnerability.cvss: "> 4"}'),
}

/** What a weight counts. */
export const weightCounts: Readonly<Record<string, number>> = { high: 10, medium: 5, low: 1, accepted: 0 }

/**
 * Four metrics that find different assets of the small world exposed, and the one initiative `followed` of them with weights high, medium, low, high and target
 * 0.9. All else is the program's.
 */
export function followedCatalog(): Catalog {
  const parts = '[{id: exploited, weight: high}, {id: likely, weight: medium}, {id: reachable, weight: low}, {id: fixable, weight: high}]'
  return {
    ...shippedCatalog,
    metrics: new Map(Object.entries(followed).map(([id, yaml]) => [id, parseMetric(id, yaml)])),
    initiatives: new Map([['followed', parseInitiative('followed', initiativeYaml('What we follow', 0.9, parts))]]),
  }
}
