import { readComparisons } from '../../insights/benchmarks.ts'
import type { ComparisonFact } from '../../insights/comparisons.ts'
import {
  readSnapshots,
  readTenantWords,
  readTotalWords,
  type SnapshotDay,
  type Snapshots,
  type TenantWords,
} from '../../insights/snapshots.ts'
import { formatInstant } from '../../model/time.ts'
import { dayText } from '../../store/days.ts'
import type { Engine } from '../../store/engines/engine.ts'
import type { Org } from '../../store/orgs.ts'
import { controlName, scoreId, sourceOf, tenantOf, vendorOf } from './names.ts'
import { type CollectionQuery, inOrder, readBeforePaging } from './odata-query.ts'
import type { AverageComparativeScore, ControlScore, SecureScore } from './shapes.ts'

/** Results of controls in one page at the most: what a client does not get it finds behind @odata.nextLink. */
const MOST_RESULTS = 50_000

/** Days in a page when nobody asks for a number. */
const PAGE_DAYS = 100

/** A page of a collection. */
export interface CollectionPage<T> {
  items: T[]
  /** Items that meet the filter. */
  total: number
  /** Where the next page begins; null: there is none. */
  next: number | null
}

type Light = Omit<SecureScore, 'controlScores' | 'averageComparativeScores'> & Partial<SecureScore>

/** Snapshots of the secure score, one for each day that has one, the newest first. */
export async function listSecureScores(
  engine: Engine,
  org: Org,
  today: number,
  query: CollectionQuery,
): Promise<CollectionPage<SecureScore>> {
  const snapshots = await readSnapshots(engine, org.org_id, today)
  const needed = readBeforePaging(query)
  const details = needed.has('activeUserCount') || needed.has('licensedUserCount') || needed.has('enabledServices')
  const whole = needed.has('controlScores') || needed.has('averageComparativeScores')
  const byDay = new Map(snapshots.days.map((day) => [scoreId(org, day.day), day]))
  let light: Light[] = whole
    ? await wholeScores(engine, org, snapshots, snapshots.days)
    : details
      ? await lightScores(engine, org, snapshots.days)
      : snapshots.days.map((day) => lightScore(org, day, undefined))
  if (query.filter) light = light.filter((score) => query.filter!.matches(score))
  const ordered = inOrder(light, query.orderby)
  const size = Math.max(1, Math.min(query.top ?? PAGE_DAYS, Math.floor(MOST_RESULTS / snapshots.most_actions)))
  const page = ordered.slice(query.skip, query.skip + size)
  const items = whole
    ? (page as SecureScore[])
    : await wholeScores(
        engine,
        org,
        snapshots,
        page.map(({ id }) => byDay.get(id)!),
      )
  return { items, total: ordered.length, next: query.skip + size < ordered.length ? query.skip + size : null }
}

/** The snapshot of an id; null: that day has none. */
export async function getSecureScore(engine: Engine, org: Org, today: number, id: string): Promise<SecureScore | null> {
  const snapshots = await readSnapshots(engine, org.org_id, today)
  const wanted = id.toLowerCase()
  const day = snapshots.days.find((each) => scoreId(org, each.day).toLowerCase() === wanted)
  return day ? (await wholeScores(engine, org, snapshots, [day]))[0]! : null
}

async function lightScores(engine: Engine, org: Org, days: readonly SnapshotDay[]): Promise<Light[]> {
  const words = await readTotalWords(engine, org.org_id, days)
  return days.map((day) => lightScore(org, day, words.get(day.day)))
}

const lightScore = (
  org: Org,
  { day, points, max_points }: SnapshotDay,
  said: { active_users?: number; licensed_users?: number; services?: string[] } | undefined,
): Light => ({
  id: scoreId(org, day),
  azureTenantId: tenantOf(org),
  activeUserCount: said?.active_users ?? null,
  createdDateTime: `${dayText(day)}T00:00:00Z`,
  currentScore: points / 1000,
  enabledServices: said?.services ?? [],
  licensedUserCount: said?.licensed_users ?? null,
  maxScore: max_points / 1000,
  vendorInformation: vendorOf('microsoft-secure-score'),
})

/** Whole snapshots in the order of `days`. */
async function wholeScores(engine: Engine, org: Org, snapshots: Snapshots, days: readonly SnapshotDay[]): Promise<SecureScore[]> {
  if (!days.length) return []
  const ends = days.map(({ ends_at }) => ends_at)
  const [light, words, comparisons] = await Promise.all([
    lightScores(engine, org, days),
    readTenantWords(engine, org.org_id, days),
    readComparisons(
      engine,
      org.org_id,
      ends.reduce((a, b) => Math.min(a, b)) - 1,
      ends.reduce((a, b) => Math.max(a, b)),
    ),
  ])
  const actions = snapshots.actionsOf(days.map(({ day }) => day))
  return days.map((day, index) => ({
    ...light[index]!,
    averageComparativeScores: comparativeScores(
      comparisons.filter((fact) => fact.valid_from < day.ends_at && day.ends_at <= fact.valid_to),
    ),
    controlScores: controlScores(snapshots, words, day, actions.get(day.day) ?? []),
  }))
}

function controlScores(
  snapshots: Snapshots,
  words: TenantWords,
  { ends_at }: SnapshotDay,
  actions: ReturnType<Snapshots['actionsOf']> extends Map<number, infer A> ? A : never,
): ControlScore[] {
  const results = words.resultsAt(ends_at)
  const looked = new Map<string, string | null>()
  const lookedAt = (source: string) => {
    if (!looked.has(source)) looked.set(source, formatInstant(words.lookedAt(source, ends_at)))
    return looked.get(source)!
  }
  return actions.map(({ id, points, max_points }) => {
    const control = snapshots.controls.get(id) ?? snapshots.controls.get(id.replace(/@\d+$/, ''))
    const result = results.get(id)
    return {
      controlCategory: control?.category ?? null,
      controlName: controlName(id),
      description:
        control?.description ?? control?.title ?? (id.endsWith(':total-only') ? 'Points that the source states only in total' : id),
      score: points / 1000,
      scoreInPercentage: Math.round((10_000 * points) / max_points) / 100,
      implementationStatus: result?.evidence ?? null,
      lastSynced: control && result ? lookedAt(sourceOf(control.source)) : null,
      count: result?.passed ?? null,
      total: result?.total ?? null,
      on: points >= max_points ? 'true' : 'false',
    }
  })
}

/** Averages of others by basis, of several sources about one basis the first: what Graph itself said before what people entered. */
function comparativeScores(facts: readonly ComparisonFact[]): AverageComparativeScore[] {
  const bases = new Map<string, ComparisonFact[]>()
  for (const fact of facts) {
    const said = bases.get(fact.basis)
    if (!said) bases.set(fact.basis, [fact])
    else if (said[0]!.source === fact.source) said.push(fact)
  }
  return [...bases].map(([basis, said]) => {
    const valueOf = (category: string) => said.find((each) => each.category === category)?.value ?? null
    const { seats_from, seats_to, industry } = said[0]!.audience
    const categories = said
      .filter(({ category }) => category !== 'Total')
      .map(({ category, value }) => [memberOf(category), value] as const)
    return {
      basis,
      averageScore: valueOf('Total'),
      ...(seats_from !== undefined && { seatSizeRangeLowerValue: seats_from }),
      ...(seats_to !== undefined && { seatSizeRangeUpperValue: seats_to }),
      ...(industry !== undefined && { categoryValue: industry }),
      ...Object.fromEntries(categories),
    }
  })
}

/** `Identity` is identityScore, `Identity max` identityScoreMax. */
const memberOf = (category: string): string => {
  const [, name = category, max] = /^(.*?)( max)?$/.exec(category) ?? []
  return `${name[0]!.toLowerCase()}${name.slice(1).replaceAll(/\s+/g, '')}Score${max ? 'Max' : ''}`
}
