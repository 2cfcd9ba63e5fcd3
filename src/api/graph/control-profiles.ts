import { type Action, readActions } from '../../insights/secure/actions.ts'
import { readSnapshots, type SnapshotControl } from '../../insights/snapshots.ts'
import type { AskedMoment } from '../../store/queries/moment.ts'
import { kept } from '../../store/kept.ts'
import { type DefinitionVersion, definitionLog } from '../../store/definitions/read.ts'
import type { Engine } from '../../store/engines/engine.ts'
import type { Org } from '../../store/orgs.ts'
import { DEFAULT_ACTION_POINTS } from '../../model/secure-action.ts'
import { groupedBy } from '../../model/grouped-by.ts'
import { stateUpdates } from './control-states.ts'
import { controlIds, controlName, sourceOf, tenantOf, vendorOf } from './names.ts'
import { type CollectionQuery, inOrder } from './odata-query.ts'
import type { CollectionPage } from './secure-scores.ts'
import type { ControlProfile } from './shapes.ts'

/** The instant of the question and the organisation's day that holds it. */
type Now = Pick<AskedMoment, 'at' | 'day'>

const PAGE_PROFILES = 500

/** The actions of an organisation as control profiles, in the order of their ids. */
export async function listControlProfiles(
  engine: Engine,
  org: Org,
  now: Now,
  query: CollectionQuery,
): Promise<CollectionPage<ControlProfile>> {
  const profiles = await readProfiles(engine, org, now)
  const met = query.filter ? profiles.filter((profile) => query.filter!.matches(profile)) : profiles
  const ordered = inOrder(met, query.orderby)
  const size = query.top ?? PAGE_PROFILES
  const next = query.skip + size
  return { items: ordered.slice(query.skip, next), total: ordered.length, next: next < ordered.length ? next : null }
}

/** One by the id that Graph or we know it by; null: there is none. With it our own id. */
export async function getControlProfile(
  engine: Engine,
  org: Org,
  now: Now,
  name: string,
): Promise<{ action_id: string; profile: ControlProfile } | null> {
  const known = await knownActions(engine, org, now)
  const action_id = controlIds(name).find((id) => known.has(id))
  if (action_id === undefined) return null
  return {
    action_id,
    profile: profileOf(org, action_id, known.get(action_id)!, await definitionLog(engine, org.org_id, 'action_state', action_id)),
  }
}

/** An action as the tools described it, and as it stands with what people say of it; one of both is there. */
interface Known {
  control: SnapshotControl | undefined
  action: Action | undefined
}

/** Every recommended action, and every other control that a tool ever described, in the order of their ids. */
async function knownActions(engine: Engine, org: Org, now: Now): Promise<Map<string, Known>> {
  const { at, day } = now
  const [{ controls }, actions] = await Promise.all([
    readSnapshots(engine, org.org_id, day),
    kept(engine, ['graph actions', org.org_id, at], () => readActions(engine, { org_id: org.org_id, groups: null }, { at, day })),
  ])
  const known = new Map<string, Known>([...controls].map(([id, control]) => [id, { control, action: undefined }]))
  for (const action of actions)
    known.set(action.action_id, { control: controls.get(action.action_id) ?? controls.get(action.action_id.replace(/@\d+$/, '')), action })
  return new Map([...known].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function readProfiles(engine: Engine, org: Org, now: Now): Promise<ControlProfile[]> {
  const [known, log] = await Promise.all([knownActions(engine, org, now), definitionLog(engine, org.org_id, 'action_state')])
  const updates = groupedBy(log, ({ id }) => id)
  return [...known].map(([id, action]) => profileOf(org, id, action, updates.get(id) ?? []))
}

const word = (effort: Action['difficulty'] | undefined): string | null => (effort ? `${effort[0]!.toUpperCase()}${effort.slice(1)}` : null)

function profileOf(org: Org, id: string, { control, action }: Known, log: readonly DefinitionVersion[]): ControlProfile {
  const details = control?.details ?? {}
  const source = control ? sourceOf(control.source) : (action?.sources[0] ?? 'plimsoll')
  const own = action?.max_points ?? control?.max_points ?? null
  const frameworks = action?.frameworks.length ? action.frameworks : (control?.frameworks ?? [])
  return {
    id: controlName(id),
    azureTenantId: tenantOf(org),
    actionType: details.action_type ?? null,
    actionUrl: action?.url ?? control?.url ?? null,
    controlCategory: action?.source_category ?? action?.category ?? control?.category ?? null,
    title: action?.title ?? control?.title ?? id,
    deprecated: details.deprecated ?? false,
    implementationCost: word(action?.difficulty) ?? details.implementation_cost ?? null,
    lastModifiedDateTime: details.updated_at ?? null,
    maxScore: own === null ? DEFAULT_ACTION_POINTS : own / 1000,
    rank: details.rank ?? action?.rank ?? null,
    remediation: action?.steps.length ? action.steps.join('\n') : (action?.remediation ?? control?.remediation ?? null),
    remediationImpact: action?.user_impact_text ?? details.remediation_impact ?? null,
    service: action?.product ?? control?.product ?? source,
    threats: action?.threats.length ? action.threats : (details.threats ?? []),
    tier: details.tier ?? null,
    userImpact: word(action?.user_impact) ?? details.user_impact ?? null,
    complianceInformation: [...groupedBy(frameworks, ({ framework }) => framework)].map(([certificationName, named]) => ({
      certificationName,
      certificationControls: named.map(({ requirement }) => ({ name: requirement, url: '' })),
    })),
    controlStateUpdates: stateUpdates(log),
    vendorInformation: vendorOf(source),
  }
}
