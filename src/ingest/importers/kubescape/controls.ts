import type { ControlRecord, ControlResultRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'

/** What a summary says of a control. */
export interface Described {
  name: string
  severity: Severity | null
}

/** The bands of a control's factor, 1–10, as Kubescape names them: 9 critical, 7 high, 4 medium, below low. https://kubescape.io/docs/frameworks-and-controls/ */
export function severityOfFactor(factor: unknown): Severity | null {
  if (typeof factor !== 'number' || !(factor > 0 && factor <= 10)) return null
  if (factor >= 9) return 'critical'
  if (factor >= 7) return 'high'
  return factor >= 4 ? 'medium' : 'low'
}

/** A control by its id, C-0002 or CIS-5.1.1. */
export function controlOf(id: string, described: Described | undefined, frameworks: ReadonlySet<string> | undefined): ControlRecord {
  const named = [...(frameworks ?? [])].filter((framework) => framework !== '' && framework !== 'AllControls').toSorted()
  return {
    kind: 'control',
    control_id: `kubescape:${id.slice(0, 100)}`,
    title: described?.name || id,
    ...(described?.severity && { severity: described.severity }),
    product: 'Kubernetes',
    ...(/^C-\d{4}$/.test(id) && { url: `https://hub.armosec.io/docs/${id.toLowerCase()}` }),
    ...(named.length > 0 && { frameworks: named.map((framework) => ({ framework, requirement: id })) }),
    ...(!described?.name && { partial: true }),
  }
}

/** One status for Kubescape's words; `sub` says why something passed or was skipped. Null: an unknown word. */
export function statusOf(word: string, sub: string): ControlResultRecord['status'] | null {
  if (word === 'failed') return 'fail'
  if (word === 'irrelevant' || sub === 'irrelevant') return 'not_applicable'
  if (word === 'passed') return sub === 'w/exceptions' ? 'not_run' : 'pass'
  return word === 'skipped' || word === 'excluded' || word === 'unknown' ? 'not_run' : null
}

/** `{"C-0002": {"name", "scoreFactor", …}}` */
export const describe = (control: Fields): Described => ({
  name: textOf(control['name']).slice(0, 500),
  severity: severityOfFactor(control['scoreFactor']),
})

/** The word and its reason of a control or of a summary: `status` is a text, or an object in `status` or `statusInfo`. */
export function wordsOf(control: Fields): { word: string; sub: string; info: string } {
  const info = typeof control['status'] === 'object' ? fieldsOf(control['status']) : fieldsOf(control['statusInfo'])
  return { word: textOf(info['status']) || textOf(control['status']), sub: textOf(info['subStatus']), info: textOf(info['info']) }
}
