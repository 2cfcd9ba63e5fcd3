import type { Condition, Test } from '../../src/insights/conditions.ts'
import { causeNumber } from '../../src/model/cause.ts'
import { DAY_US, NEVER } from '../../src/model/time.ts'
import { addOrgIn } from '../../src/store/orgs.ts'
import { applySchema } from '../../src/store/schema.ts'
import { NEVER_DAY } from '../../src/store/days.ts'
import type { Engine, Value } from '../../src/store/engines/engine.ts'

/** The zone that cuts the days of these worlds: not UTC, so that days and UTC days differ. */
const ZONE = 'Pacific/Auckland'
/** A day in southern summer time; worlds play from here on. */
export const DAY0 = 19_800
/** Auckland is 13 hours ahead then: its day begins at 11:00 UTC of the day before. */
export const startOf = (day: number): number => (day >= NEVER_DAY ? NEVER : day <= 0 ? 0 : day * DAY_US - 13 * 3_600_000_000)

/** Tiny worlds: rows of the derived tables, times in days; left out columns get a harmless default. */
export interface World {
  asset: ({ asset_id: number; from?: number; to?: number } & Record<string, Value>)[]
  fresh: { asset_id: number; subject: string; from?: number; to?: number }[]
  finding: {
    asset_id: number
    finding_id: number
    kind?: string
    subject: string
    component?: string
    severity?: number | null
    cvss_tenths?: number | null
    stage?: number
    excepted?: boolean
    from_cause?: number
    to_cause?: number
    from?: number
    to?: number
  }[]
  vulnerability: {
    vulnerability_id: string
    epss?: number | null
    stage?: number
    cvss_tenths?: number | null
    from?: number
    to?: number
  }[]
  control: {
    control_id: string
    source?: string
    category?: string | null
    max_points?: number | null
    title?: string
    severity?: number | null
    product?: string
    /** JSON: [{framework, requirement}]. */
    frameworks?: string
  }[]
  /** Fixed versions, as sightings state them. */
  fix: { finding_id: number; asset_id?: number; fixed_version: string; from?: number; to?: number; source?: string }[]
  result: {
    asset_id: number
    finding_id?: number
    control_id: string
    source?: string
    status: string
    points?: number | null
    max_points?: number | null
    from?: number
    to?: number
  }[]
  total: { asset_id: number; source: string; points: number; max_points: number; from?: number; to?: number }[]
}

/** Opens an engine's database with the schema and one organisation (org_id 1). */
export async function openWorlds(engine: Engine): Promise<number> {
  await applySchema(engine, 0)
  const org = await engine.transaction((transaction) => addOrgIn(transaction, { name: 'Worlds', zone: ZONE, now: 0 }))
  return org.org_id
}

const tables = [
  'asset_history',
  'fresh_history',
  'finding_history',
  'vulnerability_history',
  'control_history',
  'sighting_history',
  'control_result_history',
  'score_total_history',
  'asset_day',
  'score_delta',
  'event',
  'exploit_history',
  'epss_history',
  'advisory_history',
  'description_history',
  'coverage_history',
  'look_span',
  'hazard',
  'news',
]

/** Replaces everything by this world. */
export async function putWorld(engine: Engine, org_id: number, world: Partial<World>): Promise<void> {
  await engine.transaction(async (transaction) => {
    for (const table of tables) await transaction.query(`delete from ${table}`)
    const put = (table: string, rows: Record<string, Value>[]) => append(transaction, table, rows)
    const facts = { opened_in: 1, closed_in: NEVER, retracted_in: NEVER }
    const days = ({ from = DAY0, to = NEVER_DAY }: { from?: number; to?: number }) => ({
      valid_from: startOf(from),
      valid_to: startOf(to),
      from_day: from,
      to_day: to,
    })
    const time = ({ from = DAY0, to = NEVER_DAY }: { from?: number; to?: number }) => ({ valid_from: startOf(from), valid_to: startOf(to) })
    await put(
      'asset_history',
      (world.asset ?? []).map((row) => ({
        type: 'device',
        name: `asset ${row.asset_id}`,
        os_family: null,
        os: null,
        criticality: null,
        internet_facing: null,
        owner: null,
        asset_group: null,
        environment: null,
        endpoint_agent: null,
        cloud_provider: null,
        cloud_account: null,
        region: null,
        image_digest: null,
        value: 1000,
        ...without(row),
        org_id,
        ...days(row),
      })),
    )
    await put(
      'fresh_history',
      (world.fresh ?? []).map((row) => ({ asset_id: row.asset_id, subject: row.subject, org_id, ...days(row) })),
    )
    await put(
      'finding_history',
      (world.finding ?? []).map((row) => ({
        kind: 'vulnerability',
        component: '',
        severity: null,
        cvss_tenths: null,
        stage: 0,
        excepted: false,
        from_cause: causeNumber('configuration_changed'),
        to_cause: causeNumber('remediated'),
        ...without(row),
        org_id,
        ...days(row),
      })),
    )
    await put(
      'vulnerability_history',
      (world.vulnerability ?? []).map((row) => ({
        epss: null,
        stage: 0,
        cvss_tenths: null,
        ...without(row),
        ...time({ ...row, from: row.from ?? 0 }),
      })),
    )
    await put(
      'control_history',
      (world.control ?? []).map((row) => ({
        source: 'tool',
        title: row.control_id,
        severity: null,
        category: null,
        description: null,
        remediation: null,
        url: null,
        product: null,
        max_points: null,
        frameworks: '[]',
        ...row,
        org_id,
        ...time({}),
        ...facts,
      })),
    )
    await put(
      'sighting_history',
      (world.fix ?? []).map((row) => ({
        asset_id: row.asset_id ?? 1,
        source: row.source ?? 'tool',
        finding_id: row.finding_id,
        severity: null,
        cvss_tenths: null,
        stage: 0,
        version: null,
        fixed_version: row.fixed_version,
        place: null,
        title: null,
        access: 2,
        checks: '',
        purl: null,
        kind: 'vulnerability',
        org_id,
        ...time(row),
        ...facts,
      })),
    )
    await put(
      'control_result_history',
      (world.result ?? []).map((row) => ({
        source: 'tool',
        finding_id: 0,
        severity: null,
        points: null,
        max_points: null,
        passed: null,
        total: null,
        evidence: null,
        place: null,
        ...without(row),
        org_id,
        ...time(row),
        ...facts,
      })),
    )
    await put(
      'score_total_history',
      (world.total ?? []).map((row) => ({ ...without(row), score: 'secure_score', org_id, ...time(row), ...facts })),
    )
  })
}

const without = ({ from, to, ...rest }: Record<string, unknown> & { from?: number; to?: number }): Record<string, Value> =>
  rest as Record<string, Value>

/** Appends rows given as objects; a column of the table that no row names is an error of the engine. */
export async function append(engine: Engine, table: string, rows: Record<string, Value>[]): Promise<void> {
  if (!rows.length) return
  const columns = Object.keys(rows[0]!)
  await engine.append(
    table,
    columns,
    rows.map((row) => columns.map((column) => row[column] ?? null)),
  )
}

/** A value as conditions see it: unknown is null; ordered words as words. */
export type Attributes = Record<string, Value>

/** The meaning of conditions, once more and as plain as possible: true, false, or null for unknown. */
export function evaluate(condition: Condition, row: Attributes, orders: Record<string, readonly string[]> = {}): boolean | null {
  if (condition.op === 'field') return compare(condition.test, row[condition.field] ?? null, orders[condition.field])
  if (condition.op === 'not') {
    const inner = evaluate(condition.part, row, orders)
    return inner === null ? null : !inner
  }
  const parts = condition.parts.map((part) => evaluate(part, row, orders))
  if (condition.op === 'all') return parts.includes(false) ? false : parts.includes(null) ? null : true
  return parts.includes(true) ? true : parts.includes(null) ? null : false
}

function compare(test: Test, value: Value, order: readonly string[] | undefined): boolean | null {
  if (test.is === 'unknown') return value === null
  if (value === null) return test.is === 'one_of' && test.or_unknown ? true : null
  if (test.is === 'one_of') return test.values.includes(value)
  if (test.is === 'containing')
    return String(value)
      .replace(/[A-Z]/g, (c) => c.toLowerCase())
      .includes(test.text.replace(/[A-Z]/g, (c) => c.toLowerCase()))
  const [left, right] = order ? [order.indexOf(String(value)), order.indexOf(String(test.value))] : [Number(value), Number(test.value)]
  if (test.sign === '>') return left > right
  if (test.sign === '>=') return left >= right
  return test.sign === '<' ? left < right : left <= right
}
