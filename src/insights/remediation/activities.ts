import { UserError } from '../../errors.ts'
import { type Severity, severityRank } from '../../model/severity.ts'
import type { Instant } from '../../model/time.ts'
import { dayOf, parseDay } from '../../store/days.ts'
import { type Author, changeDefinitionsIn } from '../../store/definitions/change.ts'
import { addNumbered } from '../../store/definitions/numbered.ts'
import { readDefinitions } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'
import { leftAssets, remediationSteps, type Target } from '../../store/queries/remediation/progress.ts'
import type { Store } from '../../store/store.ts'
import { defaultPolicy, MOST_TARGETS, type Policy, PolicyShape, type RemediationBody, RemediationShape } from './bodies.ts'

/** A remediation activity as it stands at a moment. */
export interface Activity {
  remediation_id: number
  body: RemediationBody
  requested_day: number
  due_day: number | null
  /** Assets that it was requested for; of them those on which nothing of it is open, and those that have left the inventory. */
  targets: number
  fixed: number
  left: number
  open: number
  status: 'active' | 'completed'
  /** A person's name; null: all was fixed, or it is not completed. */
  completed_by: string | null
  completed_day: number | null
  /** Day on which something of it was open again after all had been fixed; null: that did not happen. */
  reopened_day: number | null
  overdue: boolean
  archived: boolean
  /** Open assets at the end of each day on which that changed. */
  course: { day: number; open: number }[]
}

/** The policy that holds at an instant. */
export async function readPolicy(engine: Engine, org_id: number, at: Instant): Promise<Policy> {
  const [held] = await readDefinitions(engine, org_id, 'remediation_policy', at)
  const read = held ? PolicyShape.safeParse(JSON.parse(held.body)) : null
  return read?.success ? read.data : defaultPolicy
}

/** What an activity is about, for asking how it goes. */
export const targetOf = ({ remediation_id, body, requested_day }: Pick<Activity, 'remediation_id' | 'body' | 'requested_day'>): Target => ({
  id: remediation_id,
  kind: body.kind,
  subjects: body.subjects,
  component: body.component,
  assets: body.targets,
  requested_day,
})

/**
 * All activities that had been requested at a moment, as they stood then. One is completed when a person says so, or by the system when nothing of
 * it is open on any of its assets; it is active again as soon as something returns. Where no fix is known only a person completes it.
 */
export async function listActivities(engine: Engine, org_id: number, moment: { at: Instant; day: number }): Promise<Activity[]> {
  const policy = await readPolicy(engine, org_id, moment.at)
  const held = (await readDefinitions(engine, org_id, 'remediation', moment.at)).flatMap(({ id, body }) => {
    const read = RemediationShape.safeParse(JSON.parse(body))
    return read.success ? [{ remediation_id: Number(id), body: read.data }] : []
  })
  const dated = await Promise.all(
    held.map(async (each) => ({
      ...each,
      requested_day: await dayOf(engine, org_id, each.body.requested_at),
      done_day: each.body.done && (await dayOf(engine, org_id, each.body.done.at)),
    })),
  )
  const targets = dated.map(targetOf)
  const [steps, left] = await Promise.all([
    remediationSteps(engine, org_id, targets, moment.day),
    leftAssets(engine, org_id, targets, moment.day),
  ])
  const courses = new Map<number, { day: number; open: number }[]>()
  for (const { id, day, open } of steps) courses.set(id, [...(courses.get(id) ?? []), { day, open }])
  return dated
    .map(({ remediation_id, body, requested_day, done_day }): Activity => {
      const course = courses.get(remediation_id) ?? []
      const open = course.at(-1)?.open ?? 0
      const tracked = body.remediation_type !== 'attention_required'
      const allFixed = tracked && open === 0
      const completed = body.done !== null || allFixed
      const due_day = body.due === null ? null : parseDay(body.due)
      const completed_day = body.done ? done_day : allFixed ? (course.at(-1)?.day ?? requested_day) : null
      return {
        remediation_id,
        body,
        requested_day,
        due_day,
        targets: body.targets.length,
        left: left.get(remediation_id) ?? 0,
        fixed: body.targets.length - open - (left.get(remediation_id) ?? 0),
        open,
        status: completed ? 'completed' : 'active',
        completed_by: body.done?.by ?? null,
        completed_day,
        reopened_day: reopenedOn(course),
        overdue: !completed && due_day !== null && due_day < moment.day,
        archived: completed_day !== null && completed_day + policy.archive_days < moment.day,
        course,
      }
    })
    .toSorted((a, b) => Number(b.status === 'active') - Number(a.status === 'active') || b.remediation_id - a.remediation_id)
}

/** The last day on which something was open again after nothing had been. */
function reopenedOn(course: readonly { day: number; open: number }[]): number | null {
  const at = course.findLastIndex((step, index) => index > 0 && step.open > 0 && course[index - 1]!.open === 0)
  return at === -1 ? null : course[at]!.day
}

/** An activity that was not completed on its last day. */
export interface Overdue {
  remediation_id: number
  title: string
  component: string | null
  due_day: number
  /** Assets on which something of it was open at the end of that day. */
  open: number
}

/** The activities whose last day had passed before a moment, of which something was open at its end and nobody had said that it is done. */
export async function overdueActivities(engine: Engine, org_id: number, moment: { at: Instant; day: number }): Promise<Overdue[]> {
  return (await listActivities(engine, org_id, moment)).flatMap(
    ({ remediation_id, body, due_day, completed_by, completed_day, course }) => {
      if (due_day === null || due_day >= moment.day || (completed_by !== null && completed_day! <= due_day)) return []
      const open = course.findLast(({ day }) => day <= due_day)?.open ?? 0
      return open > 0 ? [{ remediation_id, title: body.title, component: body.component, due_day, open }] : []
    },
  )
}

/** Days that the policy gives for a severity on assets of these criticalities: the fewest of them. */
export const daysAllowed = (policy: Policy, severity: Severity | null, criticalities: readonly (string | null)[]): number => {
  const row = policy.days[severity === null || severityRank(severity) === 0 ? 'low' : (severity as keyof Policy['days'])]
  const named = [...new Set(criticalities)].map((each) => row[(each ?? 'none') as keyof typeof row])
  return named.length === 0 ? row.none : Math.min(...named)
}

/** Requests remediation: one definition with a number of its own. Throws UserError('bad_remediation'). */
export async function requestRemediation(store: Store, org_id: number, body: RemediationBody, by: Author): Promise<number> {
  if (body.targets.length > MOST_TARGETS)
    throw new UserError('bad_remediation', `a request is for at most ${MOST_TARGETS.toLocaleString('en')} assets: choose asset groups`)
  const read = RemediationShape.safeParse(body)
  if (!read.success)
    throw new UserError('bad_remediation', read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
  return addNumbered(store, org_id, 'remediation', read.data, by)
}

/** What can be changed of an activity later. */
export type RemediationChange = Partial<Pick<RemediationBody, 'priority' | 'due' | 'notes' | 'owner' | 'done'>>

/** Changes an activity from now on. Throws UserError('unknown_remediation'), UserError('bad_remediation'). */
export async function changeRemediation(
  store: Store,
  org_id: number,
  remediation_id: number,
  change: RemediationChange,
  by: Author,
): Promise<void> {
  await store.engine.transaction(async (transaction) => {
    const held = (await readDefinitions(transaction, org_id, 'remediation')).find(({ id }) => id === String(remediation_id))
    if (!held) throw unknownRemediation(remediation_id)
    const body = { ...RemediationShape.parse(JSON.parse(held.body)), ...change }
    if (body.remediation_type === 'attention_required' && body.due !== null)
      throw new UserError('bad_remediation', 'where no fix is known there is no due date: leave it out')
    const read = RemediationShape.safeParse(body)
    if (!read.success)
      throw new UserError('bad_remediation', read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '))
    await changeDefinitionsIn(
      transaction,
      store.now(),
      org_id,
      [{ kind: 'remediation', id: String(remediation_id), body: JSON.stringify(read.data) }],
      by,
    )
  })
}

export const unknownRemediation = (remediation_id: number): UserError =>
  new UserError('unknown_remediation', `there is no remediation activity ${remediation_id} here at that moment`, { status: 404 })
