import type { AssetRecord, StatementDocument, StatementRecord } from '../../../model/record.ts'
import { type NamedProduct, targetOf } from '../../../model/statement-target.ts'
import type { StatementJustification, StatementStatus, StatementTarget } from '../../../model/statement.ts'
import type { Metadata, Vulnerability } from './bom.ts'

/** The longest explanation that is kept. */
const MAX_DETAIL = 8000

/** https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis_state */
const statuses = new Map<string, StatementStatus>([
  ['not_affected', 'not_affected'],
  ['false_positive', 'not_affected'],
  ['resolved', 'fixed'],
  ['resolved_with_pedigree', 'fixed'],
  ['exploitable', 'affected'],
  ['in_triage', 'under_investigation'],
])

/** https://cyclonedx.org/docs/1.6/json/#vulnerabilities_items_analysis_justification: what configuration, environment and perimeter there are is up to us. */
const justifications = new Map<string, StatementJustification>([
  ['code_not_present', 'vulnerable_code_not_present'],
  ['code_not_reachable', 'vulnerable_code_not_in_execute_path'],
  ['protected_by_compiler', 'inline_mitigations_already_exist'],
  ['protected_at_runtime', 'inline_mitigations_already_exist'],
  ['protected_by_mitigating_control', 'inline_mitigations_already_exist'],
  ['requires_configuration', 'depends'],
  ['requires_dependency', 'depends'],
  ['requires_environment', 'depends'],
  ['protected_at_perimeter', 'depends'],
])

/**
 * The bill as a document of statements; null where it names no author, or nothing that stays the same in its next version. Many tools draw
 * a new serial number each time, so the product with its version goes before it.
 */
export function documentOf(metadata: Metadata | null, serial: string | undefined, version: string | undefined): StatementDocument | null {
  const component = metadata?.component
  const author =
    metadata?.authors?.find(({ name }) => name !== undefined)?.name ??
    metadata?.supplier?.name ??
    metadata?.manufacturer?.name ??
    metadata?.manufacture?.name ??
    component?.supplier?.name ??
    component?.manufacturer?.name ??
    component?.publisher
  const product = component?.purl ?? (component && [component.group, component.name, component.version].filter(Boolean).join(' '))
  const id = product ?? serial
  if (author === undefined || id === undefined) return null
  return { id, author, ...(version !== undefined && { version }) }
}

/** What the bill as a whole is about. */
export interface Subject {
  ref: string | undefined
  product: string
  target: StatementTarget
}

export function subjectOf(metadata: Metadata | null, { names, attributes, name }: AssetRecord): Subject {
  const component = metadata?.component
  const named = names[0]
  const digest = attributes?.image_digest
  const target: StatementTarget = digest
    ? { image_digest: digest }
    : named?.type === 'image'
      ? { image: named.name }
      : named?.type === 'repository'
        ? { repository: named.name }
        : targetOf({ purl: component?.purl })
  return { ref: component?.['bom-ref'] ?? component?.purl, product: [name, component?.version].filter(Boolean).join(' '), target }
}

/** Where a component of the bill is found: inside of the image or repository that the bill is about, and nowhere else. */
function targetInside({ target }: Subject, part: NamedProduct): StatementTarget {
  if (target.package !== undefined || Object.keys(target).length === 0) return {}
  const inside = targetOf(part)
  return inside.package === undefined ? {} : { ...target, package: inside.package }
}

/** What the analysis of a vulnerability states, for each component that it affects; nothing without a state. */
export function* statementsOf(
  { analysis, affects }: Vulnerability,
  ids: readonly string[],
  subject: Subject,
  componentOf: (ref: string) => { name: string; purl?: string | undefined } | null,
): Generator<StatementRecord> {
  const status = statuses.get(analysis?.state ?? '')
  if (!analysis || !status) return
  const justification = status === 'not_affected' ? justifications.get(analysis.justification ?? '') : undefined
  const detail = analysis.detail?.slice(0, MAX_DETAIL)
  for (const vulnerability_id of ids) {
    for (const affected of affects?.length ? affects : [null]) {
      const whole = affected === null || affected.ref === subject.ref
      const component = whole ? null : componentOf(affected.ref)
      // Versions apart from the component's own: ranges are not worked out, so the statement only informs.
      const narrowed = Boolean(affected?.versions?.length)
      yield {
        kind: 'statement',
        vulnerability_id,
        status,
        ...(justification && { justification }),
        ...(detail && { detail }),
        product: whole ? subject.product || 'the product' : [subject.product, component?.name ?? affected.ref].filter(Boolean).join(' › '),
        target: narrowed ? {} : whole ? subject.target : targetInside(subject, { purl: component?.purl }),
      }
    }
  }
}
