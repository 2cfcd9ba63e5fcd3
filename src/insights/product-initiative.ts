import { stringify } from 'yaml'
import { UserError } from '../errors.ts'
import type { Engine } from '../store/engines/engine.ts'
import type { Scope } from '../store/scope.ts'
import { softwareAbout, typesWith } from '../store/queries/software/about.ts'
import { type Catalog, type Initiative, type Metric, parseInitiative, parseMetric } from './catalog.ts'
import { tryMetric } from './draft.ts'
import type { HistoryPoint } from './history.ts'
import { initiativeHistory } from './initiatives.ts'

/** What an initiative is wanted for. */
export interface ProductQuestion {
  /** Of a product, or of a vendor. */
  name: string
  of: 'product' | 'vendor'
  /** Ids of weaknesses that belong to it whatever they are found in. */
  vulnerabilities: readonly string[]
}

/** An initiative over the weaknesses of a product or vendor, with metrics of its own; nothing of it is saved. */
export interface ProductInitiative {
  initiative: Initiative
  metrics: Metric[]
  /** The names in this inventory that it asks for. */
  components: string[]
}

/** More names than this make a question that nobody can read. */
const MOST_NAMES = 200
const MOST_VULNERABILITIES = 200

const bad = (message: string): UserError => new UserError('bad_product', message)

/** What is asked of each weakness: the metrics of such an initiative. Keys end their ids. */
const asked = {
  exposed: {
    title: 'Open weaknesses',
    weight: 'medium',
    when: {},
    why: 'How far the product is open at all.',
    do: 'Install what closes them',
  },
  'known-exploited': {
    title: 'Known exploited',
    weight: 'high',
    when: { 'vulnerability.exploit_stage': '>= known_exploited' },
    why: 'These are used against others now, so they come first.',
    do: 'Close these first, or take what has them off the network until they are closed',
  },
  'with-exploit': {
    title: 'With an exploit',
    weight: 'medium',
    when: { 'vulnerability.exploit_stage': '>= public' },
    why: 'Who wants to use these need not write anything.',
    do: 'Close what has an exploit before what has none',
  },
  'without-fix': {
    title: 'Without a known fix',
    weight: 'low',
    when: { 'finding.fixable': false },
    why: 'No source names a version that fixes these: they need another way than an update.',
    do: 'Limit who can reach it, or replace what has no fix',
  },
} as const

/**
 * Makes an initiative for a product or vendor from the names under which this inventory knows it. Its id begins with `product-`. Throws UserError('bad_product') where
 * nothing here is called so and no weakness is given, or where too much is.
 */
export async function productInitiative(engine: Engine, org_id: number, question: ProductQuestion): Promise<ProductInitiative> {
  const name = question.name.trim()
  if (name.length < 2 || name.length > 80) throw bad('the name of a product or vendor has 2 to 80 characters')
  const vulnerabilities = [...new Set(question.vulnerabilities.map((id) => id.trim().toUpperCase()).filter(Boolean))].toSorted()
  const wrong = vulnerabilities.find((id) => !/^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$/.test(id) || id.length > 60)
  if (wrong !== undefined) throw bad(`"${wrong.slice(0, 60)}" is no id of a weakness such as CVE-2026-10001`)
  if (vulnerabilities.length > MOST_VULNERABILITIES) throw bad(`name at most ${MOST_VULNERABILITIES} weaknesses`)
  const found = await softwareAbout(
    engine,
    org_id,
    question.of,
    name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
  )
  const components = [...new Set(found.map((each) => each.name))]
  if (components.length > MOST_NAMES)
    throw bad(`"${name}" means ${components.length.toLocaleString('en')} names of software here, more than ${MOST_NAMES}: say the product`)
  if (components.length === 0 && vulnerabilities.length === 0)
    throw bad(
      question.of === 'product'
        ? `no software here is called "${name}": take a name from the list of software, ask for it as a vendor, or name weaknesses`
        : `no software here is of a vendor "${name}": take a vendor from the list of software, or name weaknesses`,
    )
  const id = `product-${slugOf(name)}`
  const types = [...new Set([...found.map(({ type }) => type), ...(await typesWith(engine, org_id, vulnerabilities))])].toSorted()
  const about = [
    ...(components.length ? [{ 'finding.component': components }] : []),
    ...(vulnerabilities.length ? [{ 'vulnerability.vulnerability_id': vulnerabilities }] : []),
  ]
  const metrics = Object.entries(asked).map(([key, one]) =>
    parseMetric(
      `${id}-${key}`,
      stringify({
        title: `${name}: ${one.title.toLowerCase()}`,
        why: `${one.why} Asked of ${question.of === 'vendor' ? `what ${name} makes` : name}.`,
        population: types.length ? { 'asset.type': types } : {},
        exposed_when: { 'finding.kind': 'vulnerability', ...(about.length === 1 ? about[0] : { any: about }), ...one.when },
        reason: '{subject} in {component}',
        recommendation: `${one.do}.`,
        needs: ['vulnerabilities'],
        weight: one.weight,
      }),
    ),
  )
  const initiative = parseInitiative(
    id,
    stringify({
      title: name.length < 3 ? `${name} weaknesses` : name,
      why: `How far the weaknesses of ${question.of === 'vendor' ? `what ${name} makes` : name} are open here, and how dangerous they are.`,
      kind: 'threat_report',
      target: 0.95,
      metrics: Object.entries(asked).map(([key, { weight }]) => ({ id: `${id}-${key}`, weight })),
    }),
  )
  return { initiative, metrics, components }
}

const slugOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 50)
    .replace(/-$/, '') || 'unnamed'

/** What a metric of it would answer. */
export interface ProductPart {
  metric: Metric
  exposed: number
  total: number
}

/** What such an initiative would answer, straight from the facts: its own history, and each metric now. Throws as tryMetric does. */
export async function tryProduct(
  engine: Engine,
  scope: Scope,
  catalog: Catalog,
  { initiative, metrics }: ProductInitiative,
  range: { from: number; to: number },
): Promise<{ parts: ProductPart[]; missing: string[]; history: HistoryPoint[] }> {
  const histories = new Map<string, HistoryPoint[]>()
  const parts: ProductPart[] = []
  const missing = new Set<string>()
  for (const metric of metrics) {
    const trial = await tryMetric(engine, scope, catalog, metric, range)
    for (const need of trial.missing) missing.add(need)
    histories.set(metric.id, trial.history)
    parts.push({ metric, exposed: trial.exposed, total: trial.total })
  }
  return { parts, missing: [...missing], history: initiativeHistory(initiative, histories, range.from, range.to - range.from + 1) }
}
