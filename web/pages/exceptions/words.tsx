import type { Exception } from '../../api.ts'
import { counted, word } from '../../format.ts'
import { Chip } from '../../components/Badge.tsx'

/** Why a person excepts findings, those first that leave them out of the scores. */
export const justifications = [
  'third_party_control',
  'alternate_mitigation',
  'risk_accepted',
  'planned',
  'no_patch',
  'false_positive',
] as const

/** What each justification says. */
export const meanings: Record<(typeof justifications)[number], string> = {
  third_party_control: 'Another product or team keeps the harm away. Left out of the scores.',
  alternate_mitigation: 'Something of our own does: a rule, a segment, a setting. Left out of the scores.',
  risk_accepted: 'We know it and leave it. The scores stay as they are.',
  planned: 'It will be mended by a date. The scores stay as they are.',
  no_patch: 'No patch is available yet, for a vulnerability. The scores stay as they are.',
  false_positive: 'The tool is wrong. The scores stay as they are until it stops to report it.',
}

/** All that the list holds: people's justifications, and statements of others. */
export const kinds = [...justifications, 'statement'] as const

/** What an exception or a statement comes to, in a sentence. */
export function meaningOf({ justification, statement, moves_scores }: Exception): string {
  if (justification !== 'statement') return meanings[justification]
  const said = {
    not_affected: 'The author says that the product is not affected.',
    fixed: 'The author says that this version is fixed.',
    affected: 'The author says that the product is affected.',
    under_investigation: 'The author is looking into it.',
  }[statement!.status]
  return `${said} ${moves_scores ? 'Left out of the scores, unless another statement calls it affected.' : 'The scores stay as they are.'}`
}

/** The vulnerability or control that is excepted, or everything. */
export const subjectOf = ({ subject, component }: Exception): string =>
  subject === null ? (component ? `Everything in ${component}` : 'Everything found') : component ? `${subject} in ${component}` : subject

/** The assets or the group that an exception is narrowed to, or the product of a statement. */
export const placeOf = ({ assets, asset_count, asset_groups, group_count, statement }: Exception): string =>
  statement !== null
    ? statement.product
    : asset_groups !== null
      ? group_count === 1
        ? `Group ${asset_groups[0]!}`
        : `${counted(group_count ?? 0, 'group')}: ${asset_groups.join(', ')}${(group_count ?? 0) > asset_groups.length ? ', …' : ''}`
      : assets === null
        ? 'All assets'
        : asset_count === 1
          ? assets[0]!.name
          : counted(asset_count ?? 0, 'asset')

/** Whether it holds. */
export function StateChip({ state }: { state: Exception['state'] }) {
  return (
    <Chip
      {...(state === 'active'
        ? { tone: 'better' as const }
        : state === 'upcoming' || state === 'suspended'
          ? { tone: 'warn' as const }
          : {})}
    >
      {word(state)}
    </Chip>
  )
}
