import type { Exception } from '../../api.ts'
import { counted, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'

/** Why a person excepts findings, those first that leave them out of the scores. */
export const justifications = ['third_party_control', 'alternate_mitigation', 'risk_accepted', 'planned', 'false_positive'] as const

/** What each justification says. */
export const meanings: Record<(typeof justifications)[number], string> = {
  third_party_control: 'Another product or team keeps the harm away. Left out of the scores.',
  alternate_mitigation: 'Something of our own does: a rule, a segment, a setting. Left out of the scores.',
  risk_accepted: 'We know it and leave it. The scores stay as they are.',
  planned: 'It will be mended by a date. The scores stay as they are.',
  false_positive: 'The tool is wrong. The scores stay as they are until it stops to report it.',
}

/** The vulnerability or control that is excepted, or everything. */
export const subjectOf = ({ subject, component }: Exception): string =>
  subject === null ? 'Everything found' : component ? `${subject} in ${component}` : subject

/** The assets or the group that an exception is narrowed to. */
export const placeOf = ({ assets, asset_count, asset_group }: Exception): string =>
  asset_group !== null
    ? `Group ${asset_group}`
    : assets === null
      ? 'All assets'
      : asset_count === 1
        ? assets[0]!.name
        : counted(asset_count ?? 0, 'asset')

/** Whether it holds. */
export function StateChip({ state }: { state: Exception['state'] }) {
  return (
    <Chip {...(state === 'active' ? { tone: 'better' as const } : state === 'upcoming' ? { tone: 'warn' as const } : {})}>
      {word(state)}
    </Chip>
  )
}
