import type { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type Activity, daysAllowed, listActivities, readPolicy, unknownRemediation } from '../../insights/remediation/activities.ts'
import type { RemediationBody } from '../../insights/remediation/bodies.ts'
import { priorities } from '../../insights/remediation/bodies.ts'
import { recommendationAssets, recommendationSubjects } from '../../insights/recommendations.ts'
import { remediationTypes } from '../../model/recommendation.ts'
import { dayText, parseDay } from '../../store/days.ts'
import type { GivenField, GivenFields } from '../../store/queries/given.ts'
import { openAges } from '../../store/queries/remediation/age.ts'
import { severityWord } from '../../store/queries/words.ts'
import type { Asked } from '../asked.ts'
import { remember } from '../memory.ts'
import type { NewRemediation, RemediationActivity, RemediationAges } from '../shapes/remediation.ts'
import { findCatalogued } from './recommendations.ts'

type Row = z.infer<typeof RemediationActivity>

/** What stands as the one who completed it when all was fixed. */
const SYSTEM = 'System confirmation'

/** The activities of a moment; of the asked groups those that were requested for one of them, or for all. */
export const activitiesOf = async ({ store, scope, moment, now }: Asked): Promise<Activity[]> => {
  const all = await remember(store, ['remediation', scope.org_id, moment.day, now ? null : moment.at], () =>
    listActivities(store.engine, scope.org_id, moment),
  )
  const { groups } = scope
  return groups === null ? all : all.filter(({ body }) => body.groups === null || body.groups.some((group) => groups.includes(group)))
}

/** Activities that are not completed, by recommendation. */
export async function openActivities(asked: Asked): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { status, body } of await activitiesOf(asked))
    if (status === 'active') counts.set(body.recommendation, (counts.get(body.recommendation) ?? 0) + 1)
  return counts
}

/** An activity as it goes over the wire. */
export const activityRow =
  ({ moment }: Asked) =>
  (each: Activity): Row => {
    const { body } = each
    return {
      remediation_id: each.remediation_id,
      recommendation: body.recommendation,
      title: body.title,
      component: body.component,
      remediation_type: body.remediation_type,
      groups: body.groups,
      without_user_impact: body.without_user_impact === true,
      priority: body.priority,
      owner: body.owner,
      notes: body.notes,
      requested_by: body.requested_by,
      requested_on: dayText(each.requested_day),
      due_on: body.due,
      overdue: each.overdue,
      status: each.status,
      completed_by: each.status === 'completed' ? (each.completed_by ?? SYSTEM) : null,
      completed_on: each.completed_day === null ? null : dayText(each.completed_day),
      completion_note: body.done?.note ?? null,
      reopened_on: each.reopened_day === null ? null : dayText(each.reopened_day),
      archived: each.archived,
      targets: each.targets,
      fixed: each.fixed,
      left: each.left,
      open: each.open,
      tracked: body.remediation_type !== 'attention_required',
      age_days: moment.day - each.requested_day,
    }
  }

const text = (title: string, read: (row: Row) => string | null, values?: readonly string[]): GivenField<Row> => ({
  read,
  column: { type: 'text', title, ...(values ? { values } : {}) },
})
const number = (title: string, read: (row: Row) => number | null): GivenField<Row> => ({ read, column: { type: 'number', title } })

/** Fields by which activities can be filtered and sorted. */
export const activityFields: GivenFields<Row> = new Map<string, GivenField<Row>>([
  ['remediation_id', number('number', (row) => row.remediation_id)],
  ['title', text('title', (row) => row.title)],
  ['recommendation', text('recommendation', (row) => row.recommendation)],
  ['component', text('component', (row) => row.component)],
  ['remediation_type', text('remediation type', (row) => row.remediation_type, remediationTypes)],
  [
    'priority',
    {
      read: (row) => 2 - priorities.indexOf(row.priority),
      column: { type: 'ordered', title: 'priority', values: [...priorities].toReversed() },
    },
  ],
  ['owner', text('owner', (row) => row.owner)],
  ['requested_by', text('requested by', (row) => row.requested_by)],
  ['requested_on', text('requested on', (row) => row.requested_on)],
  ['due_on', text('due on', (row) => row.due_on)],
  ['completed_on', text('completed on', (row) => row.completed_on)],
  ['status', text('status', (row) => row.status, ['active', 'completed'])],
  ['overdue', text('overdue', (row) => (row.overdue ? 'yes' : 'no'), ['yes', 'no'])],
  ['reopened', text('reopened', (row) => (row.reopened_on === null ? 'no' : 'yes'), ['yes', 'no'])],
  ['archived', text('archived', (row) => (row.archived ? 'yes' : 'no'), ['yes', 'no'])],
  ['targets', number('assets', (row) => row.targets)],
  ['open', number('open assets', (row) => row.open)],
  [
    'progress',
    {
      read: (row) => Math.round((1000 * (row.targets - row.open)) / row.targets),
      column: { type: 'number', title: 'progress', scale: 1000 },
    },
  ],
  ['age_days', number('age in days', (row) => row.age_days)],
])

/** One activity. Throws UserError('unknown_remediation'). */
export async function findActivity(asked: Asked, remediation_id: number): Promise<Activity> {
  const found = (await activitiesOf(asked)).find((each) => each.remediation_id === remediation_id)
  if (!found) throw unknownRemediation(remediation_id)
  return found
}

/** A day as text, checked. Throws UserError('bad_remediation'). */
export function readDue(given: string): string {
  const day = parseDay(given)
  if (day === null) throw new UserError('bad_remediation', `"${given}" is not a day (2026-08-01)`)
  return dayText(day)
}

/**
 * What a request freezes: the assets of the asked groups on which the recommendation is open now, and what is open of it. Throws
 * UserError('unknown_recommendation') and UserError('bad_remediation') where nothing is open or there can be no due date.
 */
export async function freeze(asked: Asked, given: z.infer<typeof NewRemediation>, actor: string): Promise<RemediationBody> {
  const scope = given.groups ? { ...asked.scope, groups: given.groups } : asked.scope
  const within = { ...asked, scope }
  const { catalog, store, moment } = asked
  const found = await findCatalogued(within, given.recommendation)
  if (found.kind === 'metric')
    throw new UserError(
      'bad_remediation',
      `"${found.title}" is no list of findings that a report could show as closed: set a KPI or a target on the metric instead`,
    )
  const attention = found.remediation_type === 'attention_required'
  if (attention && given.due != null) throw new UserError('bad_remediation', 'where no fix is known there is no due date: leave it out')
  const [assets, subjects, policy] = await Promise.all([
    recommendationAssets(store.engine, scope, catalog, found.id, moment.day, {
      limit: 1_000_000,
      ...(given.without_user_impact ? { user_impact: 'none' as const } : {}),
    }),
    recommendationSubjects(store.engine, scope, catalog, found.id, moment.day),
    readPolicy(store.engine, scope.org_id, moment.at),
  ])
  if (assets.length === 0)
    throw new UserError(
      'bad_remediation',
      `"${found.title}" is open on no asset there${given.without_user_impact ? ' of which a source expects no impact on users' : ''}: there is nothing to request`,
    )
  const allowed = daysAllowed(
    policy,
    found.severity,
    assets.map((asset) => asset.criticality),
  )
  const due = attention || given.due === null ? null : given.due === undefined ? dayText(moment.day + allowed) : readDue(given.due)
  return {
    recommendation: found.id,
    title: found.title,
    remediation_type: found.remediation_type,
    groups: given.groups ?? null,
    ...(given.without_user_impact ? { without_user_impact: true as const } : {}),
    priority: given.priority,
    due,
    notes: given.notes,
    owner: given.owner?.trim() || null,
    requested_by: given.requested_by ?? actor,
    requested_at: store.now(),
    targets: assets.map((asset) => asset.asset_id).toSorted((a, b) => a - b),
    subjects: subjects.map(({ subject }) => subject).toSorted(),
    kind: found.kind === 'setting' ? 'control' : 'vulnerability',
    component:
      found.kind === 'campaign' || found.kind === 'setting'
        ? null
        : (found.component ?? '').replace(/[A-Z]/g, (letter) => letter.toLowerCase()),
    done: null,
  }
}

/** How old what is open is, against the policy. */
export const agesOf = (asked: Asked): Promise<z.infer<typeof RemediationAges>> => {
  const { store, scope, moment } = asked
  return remember(store, ['ages', scope, moment.day], async () => {
    const policy = await readPolicy(store.engine, scope.org_id, moment.at)
    const { days } = policy
    const allowed = new Map([
      [4, days.critical],
      [3, days.high],
      [2, days.medium],
      [1, days.low],
    ])
    const rows = await openAges(store.engine, scope, moment.day, allowed)
    return {
      policy,
      open: rows.map(({ severity, criticality, ...row }) => ({
        severity: severityWord(severity)!,
        criticality: criticality as z.infer<typeof RemediationAges>['open'][number]['criticality'],
        allowed_days: allowed.get(severity)![(criticality ?? 'none') as 'none'],
        ...row,
      })),
    }
  })
}
