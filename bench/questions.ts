import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadCatalog } from '../src/insights/catalog.ts'
import { compileFilter } from '../src/insights/condition-sql.ts'
import { assetColumns, metricColumns } from '../src/insights/condition-fields.ts'
import { fieldsOf, parseCondition } from '../src/insights/conditions.ts'
import { everyDay } from '../src/insights/history.ts'
import { everAfter, storeAsKnown } from '../src/insights/knowledge.ts'
import { compileMetric } from '../src/insights/metric-condition.ts'
import { exploitStages } from '../src/model/exploit.ts'
import { severities } from '../src/model/severity.ts'
import { parseInstant } from '../src/model/time.ts'
import { packageRoot } from '../src/root.ts'
import { dayOf } from '../src/store/days.ts'
import type { Engine, Params, Row, Value } from '../src/store/engines/engine.ts'
import { assetListColumns, type AssetItem, listAssets } from '../src/store/queries/assets/list.ts'
import { findingListColumns, type FindingItem, listFindings } from '../src/store/queries/findings/list.ts'
import { metricDeltas } from '../src/store/queries/metrics/deltas.ts'
import type { AskedMoment } from '../src/store/queries/moment.ts'
import type { ListColumns, PageAnswer, PageQuestion } from '../src/store/queries/page.ts'
import { exposureStates } from '../src/store/queries/scores/deltas.ts'
import { listVulnerabilities, vulnerabilityColumns, type VulnerabilityItem } from '../src/store/queries/vulnerabilities/list.ts'
import type { Scope } from '../src/store/scope.ts'
import type { Store } from '../src/store/store.ts'
import { DAYS } from './generator.ts'

/** A question asked of the product and of SQL written by hand: both must give the same rows. */
export interface Question {
  /** Also the name of its SQL: bench/sql/<id>.sql, or <id>.<engine>.sql where one text is not the best for both. */
  id: string
  title: string
  product(): Promise<Row[]>
  params: Params
}

/** The engine without what is kept from one question to the next: every run works its answer out. */
const anew = (engine: Engine): Engine => ({ ...engine, version: () => Promise.resolve(randomUUID()) })

/** Rows of a page that are compared: a screenful. */
const PAGE = 50

/** The hand-written SQL of a question for an engine. */
export function handWritten(id: string, engine: Engine['name']): string {
  const folder = join(packageRoot(), 'bench', 'sql')
  try {
    return readFileSync(join(folder, `${id}.${engine}.sql`), 'utf8')
  } catch {
    return readFileSync(join(folder, `${id}.sql`), 'utf8')
  }
}

/** Metrics that nobody prepared: the condition of a finding, over all assets with fresh vulnerability coverage. */
const metrics: readonly { id: string; title: string; exposed_when: object }[] = [
  { id: 'metric-critical', title: 'metric history: severity critical', exposed_when: { 'vulnerability.severity': 'critical' } },
  { id: 'metric-kev', title: 'metric history: known exploited', exposed_when: { 'vulnerability.exploit_stage': '>= known_exploited' } },
  { id: 'metric-epss-10', title: 'metric history: EPSS >= .1', exposed_when: { 'vulnerability.epss': '>= 0.1' } },
  { id: 'metric-epss-01', title: 'metric history: EPSS >= .01', exposed_when: { 'vulnerability.epss': '>= 0.01' } },
  {
    id: 'metric-epss-10-internet',
    title: 'metric history: EPSS >= .1 and internet-facing',
    exposed_when: { 'vulnerability.epss': '>= 0.1', 'asset.internet_facing': true },
  },
]

/** Every question of the bench. `moments`: now and an instant of the past. */
export function questions(store: Store, scope: Scope, moments: { now: AskedMoment; past: AskedMoment; known_at: number }): Question[] {
  const { engine } = store
  const { org_id } = scope
  const everyGroup = { org_id, groups: ['Finance', 'Production', 'Sales', 'Research', 'Operations'] }
  const population = parseCondition({}, assetColumns)
  const history = async (asked: Scope): Promise<Row[]> =>
    everyDay(await exposureStates(engine, asked), moments.now.day - DAYS + 1, moments.now.day).map(({ day, numerator, denominator }) => ({
      day,
      numerator,
      denominator,
    }))
  const days = { org_id, from_day: moments.now.day - DAYS + 1, to_day: moments.now.day }
  return [
    ...metrics.map(({ id, title, exposed_when }): Question => {
      const metric = compileMetric(population, parseCondition(exposed_when, metricColumns), 'vulnerability')
      return { id, title, params: { org_id }, product: async () => (await metricDeltas(engine, scope, metric)).map((row) => ({ ...row })) }
    }),
    { id: 'exposure-history', title: 'exposure score of every day, whole organisation', params: days, product: () => history(scope) },
    {
      id: 'exposure-history-groups',
      title: 'exposure score of every day, from asset_day by group',
      params: { ...days, groups: everyGroup.groups },
      product: () => history(everyGroup),
    },
    ...lists(store, scope, moments),
  ]
}

/** First pages: default sort now, and an instant of the past with a filter. */
function lists(store: Store, scope: Scope, { now, past, known_at }: { now: AskedMoment; past: AskedMoment; known_at: number }): Question[] {
  const engine = anew(store.engine)
  const known = anew(storeAsKnown(store, loadCatalog(), everAfter(scope.org_id, known_at)).engine)
  const params = (moment: AskedMoment): Params => ({ org_id: scope.org_id, at: moment.at, day: moment.day, limit: PAGE })
  const asked = (columns: ListColumns, filter: object): PageQuestion => ({
    limit: PAGE,
    filter: { ...compileFilter(filter, columns), fields: fieldsOf(parseCondition(filter, columns)) },
  })
  const rows = async <T>(answer: Promise<PageAnswer<T>>, row: (item: T) => Row): Promise<Row[]> => {
    const { items, total } = await answer
    return items.map((item) => ({ ...row(item), total }))
  }
  const ofAssets = (moment: AskedMoment, page: PageQuestion) => () => rows(listAssets(engine, scope, moment, page), assetRow)
  const ofFindings = (moment: AskedMoment, page: PageQuestion) => () => rows(listFindings(engine, scope, moment, page), findingRow)
  const ofVulnerabilities = (moment: AskedMoment, page: PageQuestion) => () =>
    rows(listVulnerabilities(engine, scope, moment, page), vulnerabilityRow)
  const plain = { limit: PAGE }
  return [
    { id: 'assets-now', title: 'first page of assets, now', params: params(now), product: ofAssets(now, plain) },
    {
      id: 'assets-past',
      title: 'first page of assets, a year ago, high or very high criticality',
      params: params(past),
      product: ofAssets(past, asked(assetListColumns, { 'asset.criticality': '>= high' })),
    },
    { id: 'findings-now', title: 'first page of findings, now', params: params(now), product: ofFindings(now, plain) },
    {
      id: 'findings-past',
      title: 'first page of findings, a year ago, critical and exploited',
      params: params(past),
      product: ofFindings(past, asked(findingListColumns, { severity: 'critical', stage: '>= public' })),
    },
    {
      id: 'findings-known',
      title: 'first page of findings, a year ago as known half a year ago, critical and exploited',
      params: { ...params(past), known: known_at },
      product: () =>
        rows(listFindings(known, scope, past, asked(findingListColumns, { severity: 'critical', stage: '>= public' })), findingRow),
    },
    { id: 'vulnerabilities-now', title: 'first page of vulnerabilities, now', params: params(now), product: ofVulnerabilities(now, plain) },
    {
      id: 'vulnerabilities-past',
      title: 'first page of vulnerabilities, a year ago, EPSS >= .1',
      params: params(past),
      product: ofVulnerabilities(past, asked(vulnerabilityColumns, { epss: '>= 0.1' })),
    },
  ]
}

const scaled = (value: number | null, unit: number): number | null => (value === null ? null : Math.round(value * unit))
const rank = (word: string | null, words: readonly string[]): number | null => (word === null ? null : words.indexOf(word))
const instant = (text: string | null): Value => (text === null ? null : parseInstant(text))

/** What a page says of an asset, as the store keeps it: what SQL by hand gives. */
const assetRow = (item: AssetItem): Row => ({
  asset_id: item.asset_id,
  name: item.name,
  type: item.type,
  os_family: item.os_family,
  criticality: item.criticality,
  internet_facing: item.internet_facing,
  asset_group: item.asset_group,
  state: item.state,
  exposure: scaled(item.exposure, 10_000_000),
  vulnerabilities: item.vulnerabilities,
  critical: item.critical,
  exploited: item.exploited,
  failed_controls: item.failed_controls,
  sources: item.sources.join(','),
  last_seen_at: instant(item.last_seen_at),
})

const findingRow = (item: FindingItem): Row => ({
  finding_id: item.finding_id,
  asset_id: item.asset_id,
  asset_name: item.asset_name,
  kind: item.kind,
  subject: item.subject,
  component: item.component,
  title: item.title,
  version: item.version,
  fixed_version: item.fixed_version,
  severity: rank(item.severity, severities),
  cvss_tenths: scaled(item.cvss, 10),
  epss: scaled(item.epss, 100_000),
  stage: rank(item.stage, exploitStages),
  hazard: scaled(item.hazard, 100_000_000),
  share: scaled(item.share, 1_000_000),
  first_seen_at: instant(item.first_seen_at),
  sources: item.sources.join(','),
})

const vulnerabilityRow = (item: VulnerabilityItem): Row => ({
  vulnerability_id: item.vulnerability_id,
  title: item.title,
  severity: rank(item.severity, severities),
  cvss_tenths: scaled(item.cvss, 10),
  epss: scaled(item.epss, 100_000),
  stage: rank(item.stage, exploitStages),
  assets: item.assets,
  published_at: instant(item.published_at),
  components: item.components.join(','),
  fix_available: item.fix_available,
  first_seen_at: instant(item.first_seen_at),
})

/** The asked moments of a store: its now, the end of the day a year before, and the import of half a year ago. */
export async function askedMoments(
  engine: Engine,
  org_id: number,
  now: number,
  ends: (day: number) => Promise<number>,
): Promise<{ now: AskedMoment; past: AskedMoment; known_at: number }> {
  const today = await dayOf(engine, org_id, now)
  const day = today - 365
  return { now: { at: now, day: today }, past: { at: (await ends(day)) - 1, day }, known_at: DAYS - 183 }
}
