import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type ComparisonLine, comparisonLines, readComparisons } from '../../insights/benchmarks.ts'
import { type Action, readActions } from '../../insights/secure/actions.ts'
import {
  ActionTemplateBody,
  DEFAULT_ZONE,
  readBody,
  ScoreComparisonBody,
  ScoreGoalBody,
  ScoreZoneBody,
} from '../../insights/secure/bodies.ts'
import { sideOf } from '../../insights/secure/ledger.ts'
import { readSetting } from '../../insights/secure/set.ts'
import { readStory, sentenceOf, type Told } from '../../insights/secure/story.ts'
import { changesOf, paceOf, type ScoreDay, scoreDays, sourceStates } from '../../insights/secure/trends.ts'
import { causeOf } from '../../model/cause.ts'
import { actionStatuses, efforts } from '../../model/secure-action.ts'
import { severities, severityRank } from '../../model/severity.ts'
import { DAY_US, formatInstant } from '../../model/time.ts'
import { dayNumbers, dayText, parseDay } from '../../store/days.ts'
import { readDefinitions } from '../../store/definitions/read.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import { readEntities } from '../../store/queries/secure/entities.ts'
import { readLookedDays, readSourceLooks } from '../../store/queries/secure/history.ts'
import { readActionMoves, readSetStates } from '../../store/queries/secure/moves.ts'
import type { Asked } from '../asked.ts'
import { remember, rememberFew } from '../memory.ts'
import type {
  SecureAction,
  SecureActionDetail,
  SecureActivity,
  SecureCompare,
  SecureComparison,
  SecureHistory,
  SecureOverview,
  SecureSettings,
  SecureTrends,
} from '../shapes/secure-score.ts'
import { answerSecure } from './scores.ts'
import { addTo } from '../../model/grouped-by.ts'

const thousand = (value: number): number => value / 1000
const percentOf = (points: number, max_points: number): number | null => (max_points === 0 ? null : (100 * points) / max_points)
const million = (units: number): number => units / 1_000_000

/** How long an action counts as recently added or updated, in days. */
const RECENT_DAYS = 30

/** How many actions the overview shows. */
const TOP = 8

const actionsOf = ({ store, scope, moment }: Asked): Promise<Action[]> =>
  remember(store, ['secure-actions', scope, moment], () => readActions(store.engine, scope, moment))

const movesOf = ({ store, scope, moment }: Asked) =>
  rememberFew(store, ['secure-moves', scope, moment.day], () => readActionMoves(store.engine, scope, moment.day))

const storyOf = async (asked: Asked, from: number, to: number): Promise<Told[]> => {
  if (!asked.org) return []
  const moves = await movesOf(asked)
  return rememberFew(asked.store, ['secure-story', asked.scope, asked.moment.day, from, to], () =>
    readStory(asked.store.engine, asked.scope, from, to, moves),
  )
}

/** What the whole score is made of now: the most points of every action in it. */
const wholeOf = (actions: readonly Action[]): number => actions.reduce((sum, { max_points }) => sum + (max_points ?? 0), 0)

const day = (number: number | null): string | null => (number === null ? null : dayText(number))

function answerAction(action: Action, whole: number): z.infer<typeof SecureAction> {
  const { points, max_points } = action
  return {
    action_id: action.action_id,
    rank: action.rank,
    title: action.title,
    instance: action.instance,
    total_only: action.total_only,
    category: action.category,
    product: action.product,
    sources: action.sources,
    severity: action.severity,
    status: action.status,
    status_by: action.status_by,
    locked: action.locked,
    points: points === null ? null : thousand(points),
    max_points: max_points === null ? null : thousand(max_points),
    missing_points: max_points === null ? null : thousand(max_points - points!),
    score_impact: max_points === null ? null : percentOf(max_points, whole),
    unscored: action.unscored,
    regressed: action.regressed_on !== null,
    regressed_on: day(action.regressed_on),
    lost_points: thousand(action.lost),
    licence: action.licence,
    licensed: action.licensed,
    difficulty: action.difficulty,
    user_impact: action.user_impact,
    url: httpsOnly(action.url),
    added_on: day(action.added_on),
    updated_on: day(action.updated_on),
    synced_at: action.synced_at === null ? null : formatInstant(action.synced_at),
    passed: action.passed,
    failed: action.failed,
    not_run: action.not_run,
    excepted: action.excepted,
    met: action.met,
    counted: action.counted,
    evidence: action.evidence,
    assigned_to: action.assigned_to,
    note: action.note,
    notes: action.notes,
    tags: action.tags,
  }
}

/** Only an https address is one to follow. */
const httpsOnly = (url: string | null): string | null =>
  url !== null && URL.canParse(url) && new URL(url).protocol === 'https:' ? url : null

type Row = z.infer<typeof SecureAction>

const text = (name: string, title: string, read: (row: Row) => string | null, values?: readonly string[]): [string, GivenField<Row>] => [
  name,
  { read, column: { type: 'text', title, ...(values ? { values } : {}) } },
]
const number = (name: string, title: string, read: (row: Row) => number | null, scale = 1): [string, GivenField<Row>] => [
  name,
  {
    read: (row) => {
      const value = read(row)
      return value === null ? null : Math.round(value * scale)
    },
    column: { type: 'number', title, ...(scale === 1 ? {} : { scale }) },
  },
]
const yes = (value: boolean | null): string | null => (value === null ? null : value ? 'yes' : 'no')

/** Fields by which recommended actions are filtered and sorted. `review`: what the counters of the overview count. */
export const actionFields: GivenFields<Row> = new Map<string, GivenField<Row>>([
  number('rank', 'rank', (row) => row.rank),
  text('action_id', 'id', (row) => row.action_id),
  text('title', 'title', (row) => row.title),
  number('score_impact', 'score impact', (row) => row.score_impact, 1e9),
  number('points', 'points achieved', (row) => row.points, 1000),
  number('max_points', 'most points', (row) => row.max_points, 1000),
  number('missing_points', 'missing points', (row) => row.missing_points, 1000),
  text('status', 'status', (row) => row.status, actionStatuses),
  text('regressed', 'regressed', (row) => yes(row.regressed), ['yes', 'no']),
  text('licensed', 'have licence', (row) => yes(row.licensed), ['yes', 'no']),
  text('scored', 'scored', (row) => yes(row.points !== null), ['yes', 'no']),
  text('category', 'category', (row) => row.category),
  text('product', 'product', (row) => row.product),
  text('source', 'source', (row) => row.sources.join(', ')),
  text('assigned_to', 'assigned to', (row) => row.assigned_to),
  text('tag', 'tag', (row) => (row.tags.length ? `|${row.tags.join('|')}|` : null)),
  text('synced_at', 'last synced', (row) => row.synced_at),
  text('added_on', 'added', (row) => row.added_on),
  text('updated_on', 'update', (row) => row.updated_on),
  [
    'severity',
    {
      read: (row) => (row.severity === null ? null : severityRank(row.severity)),
      column: { type: 'ordered', title: 'severity', values: severities },
    },
  ],
  [
    'difficulty',
    {
      read: (row) => (row.difficulty === null ? null : efforts.indexOf(row.difficulty)),
      column: { type: 'ordered', title: 'difficulty', values: efforts },
    },
  ],
  [
    'user_impact',
    {
      read: (row) => (row.user_impact === null ? null : efforts.indexOf(row.user_impact)),
      column: { type: 'ordered', title: 'user impact', values: efforts },
    },
  ],
])

/** All recommended actions at a moment, in the order of work. */
export async function answerActions(asked: Asked): Promise<Row[]> {
  const actions = await actionsOf(asked)
  const whole = wholeOf(actions)
  return actions.map((action) => answerAction(action, whole))
}

/** One recommended action with its results and its history. Throws UserError('unknown_action'). */
export async function answerActionDetail(asked: Asked, action_id: string): Promise<z.infer<typeof SecureActionDetail>> {
  const actions = await actionsOf(asked)
  const action = actions.find((each) => each.action_id === action_id)
  if (!action)
    throw new UserError('unknown_action', `there is no recommended action "${action_id.slice(0, 100)}" here at that moment`, {
      status: 404,
    })
  const story = await storyOf(asked, FIRST_STORY_DAY, asked.moment.day)
  const asset_id = action.instance === null ? null : Number(action_id.slice(action_id.lastIndexOf('@') + 1))
  const entities = await readEntities(
    asked.store.engine,
    asked.scope,
    asked.moment,
    action.checks.map((check) => check.control_id),
    asset_id,
  )
  return {
    ...answerAction(action, wholeOf(actions)),
    description: action.description,
    remediation: action.remediation,
    source_category: action.source_category,
    user_impact_text: action.user_impact_text,
    threats: action.threats,
    prerequisites: action.prerequisites,
    steps: action.steps,
    frameworks: action.frameworks,
    checks: action.checks,
    set_by: action.set_by,
    set_at: action.set_at === null ? null : formatInstant(action.set_at),
    reason: action.reason,
    entities: entities.map(({ valid_from, ...rest }) => ({ ...rest, since: formatInstant(valid_from) })),
    history: activities(
      story.filter((each) => each.action_id === action_id),
      actions,
    ).toReversed(),
  }
}

/** The first day that every organisation has, and one after it, so that a day before it has an end. */
const FIRST_STORY_DAY = 10_593

/** What happened, as it goes over the wire. */
function activities(story: readonly Told[], actions: readonly Action[]): z.infer<typeof SecureActivity>[] {
  const known = new Map(actions.map((action) => [action.action_id, action]))
  return story.map((told) => {
    const action = known.get(told.action_id)
    return {
      day: dayText(told.day),
      kind: told.kind,
      action_id: told.action_id,
      title: action ? `${action.title}${action.instance === null ? '' : ` (${action.instance})`}` : told.action_id,
      category: action?.category ?? 'Unknown',
      text: sentenceOf(told),
      points: thousand(told.points_after),
      max_points: thousand(told.max_after),
      change: thousand(told.points_after - told.points_before),
      max_change: thousand(told.max_after - told.max_before),
      effect: million(told.units),
      side: told.side,
      cause: told.cause === null ? null : causeOf(told.cause).id,
      regression: told.regression,
      actor: told.actor,
      status: told.state,
      reason: told.reason,
    }
  })
}

/** What happened in a range of days, newest first. */
export const answerActivities = async (asked: Asked, { from, to }: Range): Promise<z.infer<typeof SecureActivity>[]> => {
  const [story, actions] = await Promise.all([storyOf(asked, from - 1, to), actionsOf(asked)])
  return activities(story, actions).toReversed()
}

type ActivityRow = z.infer<typeof SecureActivity>

/** Fields by which activities are filtered and sorted. */
export const activityFields: GivenFields<ActivityRow> = new Map<string, GivenField<ActivityRow>>([
  ['day', { read: (row) => row.day, column: { type: 'text', title: 'day' } }],
  ['kind', { read: (row) => row.kind, column: { type: 'text', title: 'kind' } }],
  ['action_id', { read: (row) => row.action_id, column: { type: 'text', title: 'action id' } }],
  ['title', { read: (row) => row.title, column: { type: 'text', title: 'action' } }],
  ['category', { read: (row) => row.category, column: { type: 'text', title: 'category' } }],
  ['side', { read: (row) => row.side, column: { type: 'text', title: 'whose doing' } }],
  ['actor', { read: (row) => row.actor.kind, column: { type: 'text', title: 'actor', values: ['person', 'system', 'content'] } }],
  ['effect', { read: (row) => Math.round(row.effect * 1e6), column: { type: 'number', title: 'effect', scale: 1e6 } }],
  ['change', { read: (row) => Math.round(row.change * 1000), column: { type: 'number', title: 'change', scale: 1000 } }],
])

/** Days, both included. */
interface Range {
  from: number
  to: number
}

async function daysOf(asked: Asked, { from, to }: Range, category: string | null): Promise<ScoreDay[]> {
  const [moves, actions] = await Promise.all([movesOf(asked), actionsOf(asked)])
  const states = await readSetStates(asked.store.engine, asked.scope.org_id)
  const categories = new Map(actions.map((action) => [action.action_id, action.category]))
  return scoreDays(moves, states, actions, from, to, category === null ? undefined : (id) => (categories.get(id) ?? 'Unknown') === category)
}

const answerDay = ({ day, points, max_points, planned, licence, achievable }: ScoreDay, looked: ReadonlySet<number>) => ({
  day: dayText(day),
  percent: percentOf(points, max_points),
  points: thousand(points),
  max_points: thousand(max_points),
  planned: percentOf(planned, max_points),
  licence: percentOf(licence, max_points),
  achievable: percentOf(achievable, max_points),
  looked: looked.has(day),
})

const asActivity = (told: Told) => ({
  day: told.day,
  cause: told.cause!,
  action_id: told.action_id,
  before: { points: told.points_before, max_points: told.max_before, measured: told.points_before },
  after: { points: told.points_after, max_points: told.max_after, measured: told.points_after },
  first: false,
  units: told.units,
})

function answerChanges(story: readonly Told[]) {
  const { sides, achieved, regressed, points, max_points } = changesOf(story.filter(({ cause }) => cause !== null).map(asActivity))
  return {
    change: million(sides.ours + sides.content + sides.scope),
    ours: million(sides.ours),
    content: million(sides.content),
    scope: million(sides.scope),
    achieved: thousand(achieved),
    regressed: thousand(regressed),
    net: thousand(points),
    max_change: thousand(max_points),
  }
}

/** The secure score day by day, of one category or of all. */
export async function answerSecureHistory(asked: Asked, range: Range, category: string | null): Promise<z.infer<typeof SecureHistory>> {
  const [days, looked, story] = await Promise.all([
    daysOf(asked, range, category),
    readLookedDays(asked.store.engine, asked.scope.org_id, range.from, range.to),
    storyOf(asked, range.from - 1, range.to),
  ])
  return {
    category,
    days: days.map((each) => answerDay(each, looked)),
    days_without_report: range.to - range.from + 1 - looked.size,
    changes: answerChanges(story),
  }
}

/** Two days side by side: which actions moved, by how much and why. */
export async function answerCompare(asked: Asked, { from, to }: Range): Promise<z.infer<typeof SecureCompare>> {
  const [first] = await daysOf(asked, { from, to: from }, null)
  const [last] = await daysOf(asked, { from: to, to }, null)
  const [story, actions] = await Promise.all([storyOf(asked, from, to), actionsOf(asked)])
  const known = new Map(actions.map((action) => [action.action_id, action]))
  const groups = new Map<string, Told[]>()
  for (const told of story) if (told.cause !== null) addTo(groups, told.action_id, told)
  const moved = [...groups].map(([action_id, list]) => {
    const [begin, end] = [list[0]!, list.at(-1)!]
    return {
      action_id,
      title: known.get(action_id)?.title ?? action_id,
      category: known.get(action_id)?.category ?? 'Unknown',
      from_points: begin.max_before === 0 ? null : thousand(begin.points_before),
      from_max: begin.max_before === 0 ? null : thousand(begin.max_before),
      to_points: end.max_after === 0 ? null : thousand(end.points_after),
      to_max: end.max_after === 0 ? null : thousand(end.max_after),
      effect: million(list.reduce((sum, { units }) => sum + units, 0)),
      sides: [...new Set(list.map(({ cause }) => sideOf(cause!)))],
      reasons: [...new Set(list.map(sentenceOf))].slice(0, 20),
    }
  })
  const nothing = new Set<number>()
  return {
    from: answerDay(first!, nothing),
    to: answerDay(last!, nothing),
    changes: answerChanges(story),
    actions: moved.toSorted((a, b) => Math.abs(b.effect) - Math.abs(a.effect) || (a.action_id < b.action_id ? -1 : 1)),
  }
}

const zoneOf = (percent: number | null, { okay, good }: ScoreZoneBody): 'bad' | 'okay' | 'good' | null =>
  percent === null ? null : percent < okay ? 'bad' : percent < good ? 'okay' : 'good'

/** Whose averages are in percent of the whole score; those of categories are points. docs/scores.md */
const WHOLE = 'Total'

/** The secure score at a moment with everything of its first page. */
export async function answerSecureOverview(asked: Asked): Promise<z.infer<typeof SecureOverview>> {
  const { store, scope, moment } = asked
  const [score, actions, [today], looks, held, zone] = await Promise.all([
    answerSecure(asked),
    answerActions(asked),
    daysOf(asked, { from: moment.day, to: moment.day }, null),
    readSourceLooks(store.engine, scope.org_id, moment.at),
    readComparisons(store.engine, scope.org_id, moment.at, moment.at + 1),
    readSetting(store, scope.org_id, 'score_zone', ScoreZoneBody, moment.at),
  ])
  const bounds = zone ?? DEFAULT_ZONE
  const percent = today ? percentOf(today.points, today.max_points) : null
  const line = (points: number) => ({ percent: today ? percentOf(points, today.max_points) : null, points: thousand(points) })
  const dayOf = await dayNumbers(
    store.engine,
    scope.org_id,
    held.map(({ valid_from }) => valid_from),
  )
  const recent = (on: string | null) => on !== null && parseDay(on)! > moment.day - RECENT_DAYS
  const first = actions.reduce<string | null>(
    (least, { added_on }) => (added_on !== null && (least === null || added_on < least) ? added_on : least),
    null,
  )
  const reviewed = actions.filter((action) => !action.total_only && action.points !== null)
  const count = (keep: (action: Row) => boolean) => reviewed.filter(keep).length
  return {
    as_of: asked.as_of,
    score,
    zone: zoneOf(percent, bounds),
    bounds,
    lines: { planned: line(today?.planned ?? 0), licence: line(today?.licence ?? 0), achievable: line(today?.achievable ?? 0) },
    categories: categoriesOf(await actionsOf(asked)),
    review: {
      regressed: count((action) => action.regressed),
      to_address: count((action) => action.status === 'to_address'),
      planned: count((action) => action.status === 'planned'),
      risk_accepted: count((action) => action.status === 'risk_accepted'),
      // the first day of an organisation adds all that it has: that is no news
      recently_added: count((action) => action.added_on !== first && recent(action.added_on)),
      recently_updated: count((action) => recent(action.updated_on)),
    },
    top: actions
      .filter((action) => !action.total_only && (action.missing_points ?? 0) > 0 && action.status !== 'risk_accepted')
      .slice(0, TOP),
    comparisons: comparisonLines(held, moment.day, moment.day).flatMap((line): z.infer<typeof SecureComparison>[] => {
      const { source, basis, category, unit, sample_size, latest } = line
      const since = held.find((fact) => fact.source === source && fact.basis === basis && fact.category === category)
      if (latest === null || !since) return []
      return [
        {
          source,
          basis,
          title: titleOfLine(line),
          category,
          unit,
          value: latest.value,
          day: dayText(dayOf(since.valid_from)),
          sample_size,
          opportunity: category === WHOLE && percent !== null ? Math.max(0, latest.value - percent) : null,
        },
      ]
    }),
    looks: sourceStates(looks, moment.at).map((state) => ({ ...state, looked_at: formatInstant(state.looked_at) })),
  }
}

/** What each category comes to, the one with the most possible points first. */
export function categoriesOf(actions: readonly Action[]): z.infer<typeof SecureOverview>['categories'] {
  const groups = new Map<string, { points: number; max: number; actions: number }>()
  for (const { category, points, max_points } of actions) {
    if (max_points === null) continue
    const sum = groups.get(category) ?? { points: 0, max: 0, actions: 0 }
    groups.set(category, { points: sum.points + points!, max: sum.max + max_points, actions: sum.actions + 1 })
  }
  return [...groups]
    .map(([category, { points, max, actions: count }]) => ({
      category,
      points: thousand(points),
      max_points: thousand(max),
      percent: percentOf(points, max),
      actions: count,
    }))
    .toSorted((a, b) => b.max_points - a.max_points || (a.category < b.category ? -1 : 1))
}

/** Metrics and trends over one range of days. */
export async function answerTrends(asked: Asked, range: Range): Promise<z.infer<typeof SecureTrends>> {
  const { store, scope, moment } = asked
  const [days, looked, story, zone, goal, comparison] = await Promise.all([
    daysOf(asked, range, null),
    readLookedDays(store.engine, scope.org_id, range.from, range.to),
    storyOf(asked, range.from - 1, range.to),
    readSetting(store, scope.org_id, 'score_zone', ScoreZoneBody),
    readSetting(store, scope.org_id, 'score_goal', ScoreGoalBody),
    comparisonsOf(asked, range),
  ])
  const bounds = zone ?? DEFAULT_ZONE
  const answered = days.map((each) => answerDay(each, looked))
  const inZone = { bad: 0, okay: 0, good: 0, unknown: 0 }
  for (const { percent } of answered) inZone[zoneOf(percent, bounds) ?? 'unknown']++
  const goalDay = goal && parseDay(goal.day)
  const pace =
    goal && goalDay !== null
      ? paceOf(
          (await daysOf(asked, { from: Math.max(0, moment.day - 90), to: moment.day }, null)).map((each) => ({
            day: each.day,
            value: percentOf(each.points, each.max_points),
          })),
          moment.day,
          { target: goal.target, day: goalDay },
        )
      : null
  return {
    zone: { bounds, own: zone !== null, now: zoneOf(answered.at(-1)?.percent ?? null, bounds), days: inZone },
    days: answered,
    regression: regressionsOf(story),
    comparison,
    risk_acceptance: days.map((each) => ({ day: dayText(each.day), actions: each.risk_accepted })),
    changes: answerChanges(story),
    goal: goal && pace ? { ...goal, ...pace } : null,
  }
}

function regressionsOf(story: readonly Told[]): z.infer<typeof SecureTrends>['regression'] {
  const byDay = new Map<number, { configuration: number; users: number; devices: number }>()
  const total = { configuration: 0, users: 0, devices: 0 }
  for (const { regression, day: on, points_before, points_after } of story) {
    const lost = points_before - points_after
    if (!regression || lost <= 0) continue
    const sum = byDay.get(on) ?? { configuration: 0, users: 0, devices: 0 }
    sum[regression] += lost
    total[regression] += lost
    byDay.set(on, sum)
  }
  const inPoints = ({ configuration, users, devices }: typeof total) => ({
    configuration: thousand(configuration),
    users: thousand(users),
    devices: thousand(devices),
  })
  return {
    total: thousand(total.configuration + total.users + total.devices),
    ...inPoints(total),
    days: [...byDay].toSorted(([a], [b]) => a - b).map(([on, sum]) => ({ day: dayText(on), ...inPoints(sum) })),
  }
}

/** The comparison lines: organisations of a similar size first, then all, then the others, and those that people named. Where no value is known the line has a gap. */
async function comparisonsOf({ store, scope }: Asked, { from, to }: Range): Promise<z.infer<typeof SecureTrends>['comparison']> {
  const facts = await readComparisons(store.engine, scope.org_id, from * DAY_US, (to + 1) * DAY_US)
  const lines = comparisonLines(facts, from, to).filter(({ category }) => category === WHOLE)
  const own = (await readDefinitions(store.engine, scope.org_id, 'score_comparison')).flatMap(({ id, body }) => {
    const read = readBody(ScoreComparisonBody, body)
    const line = read && lines.find((each) => each.basis === read.basis && (read.source === undefined || read.source === each.source))
    return line ? [{ id, title: read.title, line }] : []
  })
  const order = (basis: string) => (basis === 'TotalSeats' ? 0 : basis === 'AllTenants' ? 1 : 2)
  const known = lines
    .filter((line) => !own.some((each) => each.line === line))
    .toSorted((a, b) => order(a.basis) - order(b.basis))
    .map((line) => ({ id: `${line.source}/${line.basis}`, title: titleOfLine(line), line }))
  return [...known, ...own].map(({ id, title, line }) => {
    const changes = new Map(line.points.map((each) => [each.day, each.value]))
    let value: number | null = null
    const points = []
    for (let on = from; on <= to; on++) {
      const text = dayText(on)
      if (changes.has(text)) value = changes.get(text)!
      points.push({ day: text, value })
    }
    return { id, title, source: line.source, points }
  })
}

/** The bases of Microsoft's averages, and of our own, as people read them. */
const basisTitles: Record<string, string> = {
  AllTenants: 'All organisations',
  TotalSeats: 'Similar size',
  IndustryTypes: 'Same industry',
  Installation: 'Organisations here',
}

/** Whom a line is about, with the range of seats or the industry that its source states. */
function titleOfLine({ basis, audience }: Pick<ComparisonLine, 'basis' | 'audience'>): string {
  const { seats_from, seats_to, industry } = audience
  const seats = seats_from === undefined && seats_to === undefined ? null : `${seats_from ?? 0} to ${seats_to ?? 'more'} seats`
  const narrowed = [seats, industry].filter((each) => each !== null && each !== undefined)
  return `${basisTitles[basis] ?? basis}${narrowed.length ? ` (${narrowed.join(', ')})` : ''}`
}

/** What people set for the secure score. */
export async function answerSecureSettings({ store, scope, moment }: Asked): Promise<z.infer<typeof SecureSettings>> {
  const [zone, goal, held, rows] = await Promise.all([
    readSetting(store, scope.org_id, 'score_zone', ScoreZoneBody),
    readSetting(store, scope.org_id, 'score_goal', ScoreGoalBody),
    readDefinitions(store.engine, scope.org_id, ['score_comparison', 'action_template']),
    readComparisons(store.engine, scope.org_id, 0, moment.at + 1),
  ])
  return {
    zone,
    goal,
    comparisons: held.flatMap(({ kind, id, body }) => {
      const read = kind === 'score_comparison' ? readBody(ScoreComparisonBody, body) : null
      return read ? [{ id, ...read }] : []
    }),
    templates: held.flatMap(({ kind, id, body }) => {
      const read = kind === 'action_template' ? readBody(ActionTemplateBody, body) : null
      return read ? [{ id, ...read }] : []
    }),
    bases: [
      ...new Map(
        rows.filter(({ category }) => category === WHOLE).map(({ source, basis }) => [`${source} ${basis}`, { source, basis }]),
      ).values(),
    ],
  }
}
