import { categoryOf } from '../../model/action-category.ts'
import type { AssetType } from '../../model/asset.ts'
import { type ActionState, type ActionStatus, efforts, type Effort, refusalOf, statusOf } from '../../model/secure-action.ts'
import { severities, type Severity } from '../../model/severity.ts'
import { definitionLog, readDefinitions } from '../../store/definitions/read.ts'
import { dayNumbers } from '../../store/days.ts'
import type { Engine } from '../../store/engines/engine.ts'
import { assetNames } from '../../store/queries/explain/names.ts'
import { exceptedAssets } from '../../store/queries/exceptions/in-force.ts'
import type { AskedMoment } from '../../store/queries/moment.ts'
import { type CheckRow, readActionChecks, readChecks, readControlExceptions } from '../../store/queries/secure/checks.ts'
import { readActionMoves } from '../../store/queries/secure/moves.ts'
import { readList } from '../../store/queries/words.ts'
import type { Scope } from '../../store/scope.ts'
import { ActionBody, ActionStateBody, readBody } from './bodies.ts'
import { type ActionPast, pastsOf } from './ledger.ts'

/** Why an action has no points in the score; `total_only`: nobody says how many there are, they are part of its source's total. */
export type Unscored = 'not_run' | 'not_applicable' | 'no_result' | 'stale' | 'total_only'

/** A recommended action and everything that is known of it at a moment. Points are thousandths, days are numbers of days. */
export interface Action {
  action_id: string
  title: string
  /** Of an action that counts each asset alone: which. */
  instance: string | null
  /** What a source states of its total beyond the controls that we know: nobody can act on it. */
  total_only: boolean
  description: string | null
  remediation: string | null
  url: string | null
  category: string
  /** As the source names it. */
  source_category: string | null
  product: string | null
  sources: string[]
  severity: Severity | null
  status: ActionStatus
  /** Who says so: what is measured, a person, or the exceptions of its checks. */
  status_by: 'system' | 'person' | 'exception'
  /** Why a person cannot set it; null: they can. */
  locked: ReturnType<typeof refusalOf> | 'total_only'
  note: string | null
  assigned_to: string | null
  set_by: string | null
  set_at: number | null
  reason: string | null
  /** Null: not in the score. */
  points: number | null
  max_points: number | null
  measured: number | null
  unscored: Unscored | null
  rank: number
  difficulty: Effort | null
  user_impact: Effort | null
  user_impact_text: string | null
  licence: string | null
  /** Null: nobody said. */
  licensed: boolean | null
  regressed_on: number | null
  /** Points lost and not regained. */
  lost: number
  added_on: number | null
  updated_on: number | null
  synced_at: number | null
  passed: number
  failed: number
  not_run: number
  /** Of the failed assets, those that exceptions give their points. */
  excepted: number
  /** "97 of 120": null where nothing is counted. */
  met: number | null
  counted: number | null
  evidence: string | null
  threats: string[]
  tags: string[]
  notes: string | null
  /** What must be there first; `action_id`: another action, else null. `met` null: not known. */
  prerequisites: { text: string; met: boolean | null; action_id: string | null }[]
  steps: string[]
  frameworks: { framework: string; requirement: string }[]
  checks: { control_id: string; title: string; source: string; passed: number; failed: number; not_run: number; url: string | null }[]
}

const byJustification: Record<string, ActionState | undefined> = {
  third_party_control: 'third_party',
  alternate_mitigation: 'alternate_mitigation',
  risk_accepted: 'risk_accepted',
  planned: 'planned',
}

const TOTAL_ONLY = ':total-only'

/** All actions at a moment, in the order of their rank. */
export async function readActions(engine: Engine, scope: Scope, moment: AskedMoment): Promise<Action[]> {
  const [checks, moves, mapped, exceptions, bodies, log] = await Promise.all([
    readChecks(engine, scope, moment),
    readActionMoves(engine, scope, moment.day),
    readActionChecks(engine, scope.org_id),
    readControlExceptions(engine, scope, moment),
    readDefinitions(engine, scope.org_id, 'action'),
    definitionLog(engine, scope.org_id, 'action_state'),
  ])
  const states = log.filter(({ valid_from, valid_to }) => valid_from <= moment.at && moment.at < valid_to)
  const excepted = exceptions.length
    ? await exceptedAssets(engine, scope, moment, 'control', [...new Set(exceptions.map((each) => each.control_id))])
    : new Map<string, number>()
  const pasts = pastsOf(moves, moment.day)
  const instances = await namesOfInstances(engine, scope, pasts, mapped)
  const owner = new Map(mapped.map((each) => [each.control_id, each]))
  const groups = new Map<string, CheckRow[]>()
  const separate = new Map<string, string[]>()
  for (const id of pasts.keys()) {
    const at = id.lastIndexOf('@')
    if (instances.has(id)) separate.set(id.slice(0, at), [...(separate.get(id.slice(0, at)) ?? []), id])
  }
  for (const check of checks) {
    const own = owner.get(check.control_id)
    const ids = own ? (own.separate ? (separate.get(own.action_id) ?? []) : [own.action_id]) : [check.control_id]
    for (const id of ids) groups.set(id, [...(groups.get(id) ?? []), check])
  }
  const totalling = new Set<string>()
  for (const [id, past] of pasts)
    if (id.endsWith(TOTAL_ONLY) && past.max_points > 0) {
      groups.set(id, [])
      totalling.add(id.slice(0, -TOTAL_ONLY.length))
    }
  const dayOf = await dayNumbers(
    engine,
    scope.org_id,
    states.map((state) => state.valid_from),
  )
  const definitions = new Map(
    bodies.flatMap(({ id, body }) => {
      const read = readBody(ActionBody, body)
      return read ? [[id, read] as const] : []
    }),
  )
  const set = new Map(states.map((state) => [state.id, state]))
  const bodyOf = (id: string): ActionBody =>
    definitions.get(id) ?? (instances.has(id) ? definitions.get(id.slice(0, id.lastIndexOf('@'))) : undefined) ?? {}
  const all = [...groups].map(([id, of]) => {
    const instance = instances.get(id) ?? null
    const past = pasts.get(id)
    const body = bodyOf(id)
    const held = set.get(id)
    const said = held ? readBody(ActionStateBody, held.body) : null
    const inTotal = of.every((check) => check.max_points === null && totalling.has(sourceOf(check)))
    const about = { id, of, instance, past, body, inTotal }
    const exception = exceptionOf(of, exceptions, excepted)
    return actionOf(about, exception, {
      state: said?.state ?? 'to_address',
      note: said?.note ?? null,
      assigned_to: said?.assigned_to ?? null,
      set_by: held?.actor ?? null,
      set_at: held?.valid_from ?? null,
      day: held ? dayOf(held.valid_from) : null,
      reason: held?.reason ?? null,
    })
  })
  const byId = new Map(all.map((action) => [action.action_id, action]))
  for (const action of all) action.prerequisites = prerequisitesOf(action, bodyOf(action.action_id), byId)
  return ranked(all)
}

/** What an action needs first, each checked where it can be: the licence, other actions, and what a person says. */
function prerequisitesOf({ licence, licensed }: Action, body: ActionBody, actions: ReadonlyMap<string, Action>): Action['prerequisites'] {
  const own = (body.prerequisites ?? []).map((each) => {
    if (!('action_id' in each)) return { ...each, action_id: null }
    const other = actions.get(each.action_id)
    const known = other?.points != null && other.max_points !== null
    return { text: other?.title ?? each.action_id, met: known ? other.points! >= other.max_points! : null, action_id: each.action_id }
  })
  return licence === null ? own : [{ text: `Licence: ${licence}`, met: licensed, action_id: null }, ...own]
}

async function namesOfInstances(
  engine: Engine,
  scope: Scope,
  pasts: ReadonlyMap<string, ActionPast>,
  mapped: readonly { action_id: string; separate: boolean }[],
): Promise<Map<string, string>> {
  const separate = new Set(mapped.flatMap((each) => (each.separate ? [each.action_id] : [])))
  const ids = [...pasts.keys()].filter((id) => separate.has(id.slice(0, id.lastIndexOf('@'))))
  const numbers = ids.map((id) => Number(id.slice(id.lastIndexOf('@') + 1)))
  const names = await assetNames(engine, scope.org_id, numbers)
  return new Map(ids.map((id, index) => [id, names.get(numbers[index]!) ?? String(numbers[index])]))
}

/** What exceptions say of an action: one about every asset, or as many as cover all that fails. */
function exceptionOf(
  of: readonly CheckRow[],
  exceptions: readonly { control_id: string; justification: string; whole: boolean }[],
  excepted: ReadonlyMap<string, number>,
): { state: ActionState | 'none'; assets: number } {
  const failed = of.reduce((sum, check) => sum + check.failed, 0)
  const assets = of.reduce((sum, check) => sum + (excepted.get(check.control_id) ?? 0), 0)
  if (failed === 0) return { state: 'none', assets: 0 }
  const own = exceptions.filter(({ control_id }) => of.some((check) => check.control_id === control_id))
  const telling = own.find(({ whole }) => whole) ?? (assets >= failed ? own[0] : undefined)
  return { state: (telling && byJustification[telling.justification]) ?? 'none', assets }
}

interface SaidState {
  state: ActionState
  note: string | null
  assigned_to: string | null
  set_by: string | null
  set_at: number | null
  reason: string | null
  /** The organisation's day on which it was set. */
  day: number | null
}

function actionOf(
  {
    id,
    of,
    instance,
    past,
    body,
    inTotal,
  }: { id: string; of: CheckRow[]; instance: string | null; past: ActionPast | undefined; body: ActionBody; inTotal: boolean },
  exception: { state: ActionState | 'none'; assets: number },
  said: SaidState,
): Action {
  const first = of.find((check) => check.failed > 0) ?? of[0]
  const sum = (column: 'passed' | 'failed' | 'not_run' | 'not_applicable') => of.reduce((total, check) => total + check[column], 0)
  const [passed, failed, not_run, not_applicable] = [sum('passed'), sum('failed'), sum('not_run'), sum('not_applicable')]
  const scored = past !== undefined && past.max_points > 0
  const total_only = id.endsWith(TOTAL_ONLY)
  const follows = of.length > 0 && of.every((check) => check.asset_type === 'device') && passed + failed > 0
  const status = statusOf({
    max_points: scored ? past.max_points : 0,
    measured: scored ? past.measured : 0,
    set: said.state,
    reached_since_set: past?.reached_on != null && said.day !== null && past.reached_on >= said.day,
    excepted: exception.state,
  })
  const product = body.product ?? first?.product ?? null
  const remediation = first?.remediation ?? null
  const description = first?.description ?? null
  const counting = of.filter((check) => check.counted !== null && check.counted > 0)
  return {
    action_id: id,
    title: body.title ?? (total_only ? `Known only in total (${id.slice(0, -TOTAL_ONLY.length)})` : (first?.title ?? id)),
    instance,
    total_only,
    description: body.description ?? description,
    remediation,
    url: body.url ?? first?.url ?? null,
    category:
      body.category ??
      (total_only
        ? 'Unknown'
        : categoryOf(first?.category ?? null, product, first?.control_id ?? id, (first?.asset_type ?? null) as AssetType | null)),
    source_category: first?.category ?? null,
    product,
    sources: total_only ? [id.slice(0, -TOTAL_ONLY.length)] : [...new Set(of.map(sourceOf))],
    severity: first?.severity == null ? null : severities[first.severity]!,
    status,
    status_by:
      status === 'completed'
        ? 'system'
        : exception.state !== 'none' && status === exception.state && status !== said.state
          ? 'exception'
          : said.state === status && said.set_at !== null
            ? 'person'
            : 'system',
    locked: total_only ? 'total_only' : refusalOf(status, 'to_address', follows),
    note: said.note,
    assigned_to: said.assigned_to,
    set_by: said.set_by,
    set_at: said.set_at,
    reason: said.reason,
    points: scored ? past.points : null,
    max_points: scored ? past.max_points : null,
    measured: scored ? past.measured : null,
    unscored: scored ? null : unscoredOf({ passed, failed, not_run, not_applicable }, inTotal),
    rank: body.rank ?? 0,
    difficulty: body.difficulty ?? effortIn(remediation, /Effort: (\w+)/i),
    user_impact: body.user_impact ?? effortIn(remediation, /User impact: (\w+)/i),
    user_impact_text: body.user_impact_text ?? null,
    licence: body.licence ?? null,
    licensed: body.licensed ?? null,
    regressed_on: past?.regressed_on ?? null,
    lost: past?.lost ?? 0,
    added_on: past?.added_on ?? null,
    updated_on: past?.updated_on ?? null,
    synced_at: of.reduce<number | null>(
      (last, { synced_at }) => (synced_at !== null && (last === null || synced_at > last) ? synced_at : last),
      null,
    ),
    passed,
    failed,
    not_run,
    excepted: exception.assets,
    met: counting.length ? counting.reduce((total, check) => total + (check.met ?? 0), 0) : null,
    counted: counting.length ? counting.reduce((total, check) => total + (check.counted ?? 0), 0) : null,
    evidence: first?.evidence ?? null,
    threats: body.threats ?? threatsIn(description),
    tags: body.tags ?? [],
    notes: body.notes ?? null,
    prerequisites: [],
    steps: body.steps ?? [],
    frameworks: of.flatMap((check) => readList<{ framework: string; requirement: string }>(check.frameworks ?? '[]')),
    checks: of.map((check) => ({
      control_id: check.control_id,
      title: check.title,
      source: check.source,
      passed: check.passed,
      failed: check.failed,
      not_run: check.not_run,
      url: check.url,
    })),
  }
}

/** Whose control a check is: descriptions that only results gave have a source of their own. */
const sourceOf = (check: CheckRow): string => check.source.replace(/\/results$/, '')

function unscoredOf(counts: Record<'passed' | 'failed' | 'not_run' | 'not_applicable', number>, inTotal: boolean): Unscored {
  if (counts.passed + counts.failed > 0) return inTotal ? 'total_only' : 'stale'
  if (counts.not_run > 0) return 'not_run'
  return counts.not_applicable > 0 ? 'not_applicable' : 'no_result'
}

/** What Secure Score profiles say of effort and user impact stands in the text that their importer makes. */
function effortIn(text: string | null, pattern: RegExp): Effort | null {
  const word = pattern.exec(text ?? '')?.[1]?.toLowerCase()
  return efforts.find((effort) => effort === word) ?? null
}

const threatsIn = (text: string | null): string[] =>
  /Protects against: ([^.]{1,500})\./
    .exec(text ?? '')?.[1]
    ?.split(', ')
    .filter((threat) => threat !== '') ?? []

/** What the place of an action in the order of work rests on; `rank`: what a person gave, 0 none. */
export type ForRank = Pick<Action, 'action_id' | 'rank' | 'total_only' | 'points' | 'max_points' | 'difficulty' | 'user_impact'>

/** Behind every rank that a person can give. */
const LAST = 1_000_000

const effortOf = (effort: Effort | null): number => (effort === null ? 2 : efforts.indexOf(effort) + 1)

/**
 * Actions in the order of work: a person's own ranks first, then many points left, little effort and user impact, many possible points; what is not scored
 * last. Each gets its place as rank, from 1.
 */
export function ranked<Ranked extends ForRank>(actions: readonly Ranked[]): Ranked[] {
  const left = ({ points, max_points }: ForRank) => (max_points === null ? -1 : max_points - points!)
  const sorted = actions.toSorted(
    (a, b) =>
      (a.rank || LAST) - (b.rank || LAST) ||
      Number(a.total_only) - Number(b.total_only) ||
      left(b) - left(a) ||
      effortOf(a.difficulty) + effortOf(a.user_impact) - effortOf(b.difficulty) - effortOf(b.user_impact) ||
      (b.max_points ?? 0) - (a.max_points ?? 0) ||
      (a.action_id < b.action_id ? -1 : 1),
  )
  return sorted.map((action, index) => ({ ...action, rank: index + 1 }))
}
