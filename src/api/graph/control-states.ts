import { ActionStateBody, readBody } from '../../insights/secure/bodies.ts'
import { type ActionState, actionStates } from '../../model/secure-action.ts'
import { formatInstant, NEVER } from '../../model/time.ts'
import type { DefinitionVersion } from '../../store/definitions/read.ts'
import type { ControlStateUpdate } from './shapes.ts'

/**
 * Graph has four states where there are five. Planned has no word of its own and reads as Default; `Reviewed`, which Microsoft no longer uses, stands
 * for an alternate mitigation: a person's word that earns all points, as ThirdParty does.
 */
const graphStates: Record<ActionState, ControlStateUpdate['state']> = {
  to_address: 'Default',
  planned: 'Default',
  risk_accepted: 'Ignored',
  third_party: 'ThirdParty',
  alternate_mitigation: 'Reviewed',
}

/** What a PATCH with a state of Graph's sets; null: no state of Graph's. */
export function stateOfGraph(state: string): ActionState | null {
  if (state === 'Default') return 'to_address'
  return actionStates.find((each) => graphStates[each] === state && graphStates[each] !== 'Default') ?? null
}

const never: ControlStateUpdate = { assignedTo: null, comment: null, state: 'Default', updatedBy: null, updatedDateTime: null }

/** Every state that a person set, the oldest first; as Graph writes it when nobody did. `log`: the newest first. */
export function stateUpdates(log: readonly DefinitionVersion[]): ControlStateUpdate[] {
  const updates = log.toReversed().flatMap((version, index, all): ControlStateUpdate[] => {
    const body = readBody(ActionStateBody, version.body)
    if (!body) return []
    const set: ControlStateUpdate = {
      assignedTo: body.assigned_to ?? null,
      comment: body.note ?? version.reason,
      state: graphStates[body.state],
      updatedBy: version.actor,
      updatedDateTime: formatInstant(version.valid_from),
    }
    const ended = version.valid_to !== NEVER && all[index + 1]?.valid_from !== version.valid_to
    return ended
      ? [set, { ...never, comment: version.end_reason, updatedBy: version.ended_by, updatedDateTime: formatInstant(version.valid_to) }]
      : [set]
  })
  return updates.length ? updates : [never]
}
