import type { Row, Value } from './engines/engine.ts'

/** A table of facts as intervals, and what decides when one opens, changes and closes. Columns that are in every table are not named. */
export interface FactTable {
  table: string
  /** Whose statements these are: a report speaks for one value of these columns. */
  scope: readonly string[]
  /** Together with the scope: one line through time. */
  key: readonly string[]
  /** A change of any of these is a new interval of the same line. */
  attributes: readonly string[]
  /**
   * SQL over the fact `f` and the coverage `c` (staged_coverage or staged_feed): this look would have shown the fact, so its absence
   * closes it. Null: absence says nothing.
   */
  covers: string | null
  /** The same as `covers`, for one fact and one look: what comes late is worked out line by line. */
  shows?: (fact: Row, look: Row) => boolean
  /** Of several statements of one instant, which counts: by these columns in turn (a list: in its order), nulls last. Default: the greatest as text. */
  prefer?: readonly (readonly [column: string, order: 'asc' | 'desc' | readonly string[]])[]
  /** A line also has the looks at its own asset beside those of its scope. */
  looksAtAsset?: boolean
  /** Reports may state single items of it (item_history): as listed outside of what they looked for, and as closed. */
  items?: Items
}

/** How items of a fact table are stated, and what a closing ends. */
export interface Items {
  /** What item_history says of an item that is listed. */
  said: 'finding' | 'result'
  /** SQL over the fact `f`: a closing ends it. */
  ends: string
  /** The same for one fact. */
  closes(fact: Row): boolean
}

const asset = ['org_id', 'source', 'asset_id'] as const

/** `checks` of a look that lists an asset without saying that it is there (an inventory row marked inactive). */
export const INACTIVE = 'inactive'

const ascending = (...columns: string[]) => columns.map((column) => [column, 'asc'] as const)

const listsAsset = (_: Row, look: Row): boolean => look['subject'] === 'asset'

/** A report that states totals says all that its source states. */
const statesScore = { covers: `c.subject = 'score'`, shows: (_: Row, look: Row): boolean => look['subject'] === 'score' }

/** Facts about assets: a report speaks for a source and an asset. */
export const assetFacts = {
  // What a report that lists the asset no longer says of it has ended: what ends on time is found while staging.
  name: { table: 'name_history', scope: asset, key: ['name_type', 'name'], attributes: [], covers: null, shows: listsAsset },
  attribute: { table: 'attribute_history', scope: asset, key: ['attribute'], attributes: ['value'], covers: null, shows: listsAsset },
  presence: {
    table: 'presence_history',
    scope: ['org_id', 'source'],
    key: ['asset_id'],
    attributes: [],
    covers: `c.subject = 'presence'`,
    shows: (_, look) => look['subject'] === 'presence' || (look['subject'] === 'asset' && look['checks'] !== INACTIVE),
    looksAtAsset: true,
  },
  software: {
    table: 'software_history',
    scope: asset,
    key: ['name', 'version'],
    attributes: ['vendor', 'purl', 'cpe', 'place', 'end_of_support_at'],
    covers: `c.subject = 'software' and c.access > 0`,
    shows: (_, look) => look['subject'] === 'software' && Number(look['access']) > 0,
    prefer: ascending('vendor', 'purl', 'cpe', 'place', 'end_of_support_at'),
  },
  sighting: {
    table: 'sighting_history',
    scope: asset,
    key: ['finding_id'],
    attributes: ['kind', 'severity', 'cvss_tenths', 'stage', 'version', 'fixed_version', 'place', 'title', 'access', 'checks', 'purl'],
    covers: `c.subject = f.kind and c.access >= f.access and (c.min_severity = 0 or f.severity >= c.min_severity) and (c.checks = '' or c.checks = f.checks)`,
    shows: (fact, look) =>
      look['subject'] === fact['kind'] &&
      look['access']! >= fact['access']! &&
      (look['min_severity'] === 0 || (fact['severity'] ?? -1) >= look['min_severity']!) &&
      (look['checks'] === '' || look['checks'] === fact['checks']),
    items: { said: 'finding', ends: 'true', closes: () => true },
    // The gravest, then by its texts.
    prefer: [
      ['severity', 'desc'],
      ['cvss_tenths', 'desc'],
      ['stage', 'desc'],
      ...ascending('version', 'fixed_version', 'place', 'title', 'access', 'checks', 'purl'),
    ],
  },
  control_result: {
    table: 'control_result_history',
    scope: asset,
    key: ['finding_id'],
    attributes: ['control_id', 'status', 'severity', 'points', 'max_points', 'passed', 'total', 'evidence', 'place', 'user_impact'],
    covers: `c.subject = 'control' and c.access > 0 and c.checks = ''`,
    shows: (_, look) => look['subject'] === 'control' && Number(look['access']) > 0 && look['checks'] === '',
    // What passed or does not apply is not closed.
    items: { said: 'result', ends: `f.status = 'fail'`, closes: (fact) => fact['status'] === 'fail' },
    prefer: [
      ['status', ['fail', 'pass', 'not_applicable', 'not_run']],
      ...ascending('points', 'evidence', 'place', 'severity', 'max_points', 'passed', 'total', 'control_id'),
      ['user_impact', 'desc'],
    ],
  },
  score_total: {
    table: 'score_total_history',
    scope: asset,
    key: ['score'],
    attributes: ['points', 'max_points', 'details'],
    ...statesScore,
  },
  // What a report that lists the asset states of its items: see Items. After the facts that it decides about, which need what stood before.
  item: {
    table: 'item_history',
    scope: asset,
    key: ['finding_id', 'said'],
    attributes: ['closed_at', 'reason'],
    covers: `c.subject = 'asset'`,
    shows: listsAsset,
    // Of several closed items of one line the last one.
    prefer: [['closed_at', 'desc'], ...ascending('reason')],
  },
} satisfies Record<string, FactTable>

const source = ['org_id', 'source'] as const

/** What an organisation's tools say that is not about one asset. */
export const orgFacts = {
  control: {
    table: 'control_history',
    scope: source,
    key: ['control_id'],
    attributes: ['title', 'severity', 'category', 'description', 'remediation', 'url', 'product', 'max_points', 'frameworks', 'details'],
    covers: null,
  },
  advisory: {
    table: 'advisory_history',
    scope: source,
    key: ['vulnerability_id'],
    attributes: ['title', 'description', 'severity', 'cvss_tenths', 'cvss_vector', 'published_at', 'url', 'aliases'],
    covers: null,
  },
  /** A document's `source` is its author and its id: what a version of it leaves out is withdrawn. */
  statement: {
    table: 'statement_history',
    scope: source,
    key: ['statement_id'],
    attributes: [
      'vulnerability_id',
      'image',
      'image_digest',
      'repository',
      'package',
      'version',
      'arch',
      'product',
      'status',
      'justification',
      'detail',
      'author',
      'role',
      'document',
      'document_version',
      'stated_at',
    ],
    covers: `c.subject = 'statement'`,
    shows: (_: Row, look: Row): boolean => look['subject'] === 'statement',
    // The newest, and of one time the one that claims least for safety.
    prefer: [
      ['stated_at', 'desc'],
      ['status', ['affected', 'under_investigation', 'fixed', 'not_affected']],
      ...ascending('justification', 'detail', 'product', 'document_version', 'role'),
    ],
  },
  benchmark: {
    table: 'benchmark_history',
    scope: source,
    key: ['score', 'basis', 'category'],
    attributes: ['value', 'details'],
    ...statesScore,
  },
} satisfies Record<string, FactTable>

const complete = { covers: 'c.complete', shows: (_: Row, look: Row): boolean => look['complete'] === true }

/** Facts about the world: a feed speaks for its source. */
export const worldFacts = {
  epss: { table: 'epss_history', scope: ['source'], key: ['vulnerability_id'], attributes: ['epss'], ...complete },
  exploit: { table: 'exploit_history', scope: ['source'], key: ['vulnerability_id', 'reference'], attributes: ['stage'], ...complete },
  cvss: {
    table: 'cvss_history',
    scope: ['source'],
    key: ['vulnerability_id', 'version'],
    attributes: ['cvss_tenths', 'vector'],
    ...complete,
  },
  description: {
    table: 'description_history',
    scope: ['source'],
    key: ['vulnerability_id'],
    attributes: [
      'title',
      'description',
      'published_at',
      'state',
      'ssvc_exploitation',
      'ssvc_automatable',
      'ssvc_technical_impact',
      'affected',
    ],
    ...complete,
  },
  end_of_life: {
    table: 'end_of_life_history',
    scope: ['source'],
    key: ['product', 'release'],
    attributes: ['title', 'ends_at', 'ended', 'latest_version', 'identifiers'],
    ...complete,
  },
} satisfies Record<string, FactTable>

/** Whether of two statements of one instant, each a JSON list of the fact's attributes, the first counts. A total order. */
export function preferred(fact: FactTable): (a: string, b: string) => boolean {
  const order = (fact.prefer ?? []).map(([column, by]) => ({ place: fact.attributes.indexOf(column), by }))
  return (a, b) => {
    if (a === b) return false
    const [left, right] = [JSON.parse(a) as Value[], JSON.parse(b) as Value[]]
    for (const { place, by } of order) {
      const [x, y] = [left[place] ?? null, right[place] ?? null]
      if (x === y) continue
      if (x === null || y === null) return y === null
      if (typeof by !== 'string') return by.indexOf(String(x)) < by.indexOf(String(y))
      return x < y === (by === 'asc')
    }
    return a > b
  }
}

/** The same order as SQL. `written`: how a column is written, texts with their collation. */
export const preferSql = (fact: FactTable, written: (column: string) => string): string =>
  (fact.prefer ?? [])
    .map(([column, by]) => {
      if (typeof by === 'string') return `${written(column)} ${by} nulls last`
      return `case ${written(column)} ${by.map((value, place) => `when '${value}' then ${place}`).join(' ')} end nulls last`
    })
    .join(', ')
