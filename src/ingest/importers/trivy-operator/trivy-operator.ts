import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { readCompliance } from './compliance.ts'
import { newReading, readObject } from './objects.ts'

const GROUP = /^aquasecurity\.github\.io\//

/** Where the objects are: the document itself, a list, `kubectl get --output json`, or lists by the resource's name. */
type Layout = '$' | '$[*]' | '$.items[*]' | '$.*[*]'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members } = outline
  const isOurs = (version: unknown, kind: unknown) => GROUP.test(textOf(version)) && /(?:Report)$/.test(textOf(kind))
  if (isOurs(members.get('apiVersion'), members.get('kind'))) return outline.list ? '$[*]' : '$'
  // The version may stand behind the report itself.
  const report = members.get('report') ?? members.get('status')
  if (GROUP.test(textOf(members.get('apiVersion'))) && typeof report === 'object') return outline.list ? '$[*]' : '$'
  if (outline.list) return null
  const items = members.get('items')
  if (typeof items === 'object' && items !== null) {
    const first = jsonOutline(items.text)
    if (first?.list && isOurs(first.members.get('apiVersion'), first.members.get('kind'))) return '$.items[*]'
  }
  const names = [...members.keys()]
  return names.length > 0 && names.every((name) => /^[a-z]+reports\.aquasecurity\.github\.io$/.test(name)) ? '$.*[*]' : null
}

/**
 * Reports of the Trivy operator: Kubernetes custom resources, one, a list of them, as `kubectl get --output json` writes them, or by kind.
 * Format: https://aquasecurity.github.io/trivy-operator/latest/docs/crds/
 */
export const trivyOperator: Importer = reads({
  id: 'trivy-operator',
  title: 'Trivy Operator (Kubernetes custom resources, JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected objects of the Trivy operator: kubectl get vulnerabilityreports,configauditreports --all-namespaces --output json',
      )
    const reading = newReading()
    yield { kind: 'report', source: 'trivy-operator', tool: 'Trivy Operator', tool_version: null, observed_at: null }
    yield* readJson(bytes, [layout]).tell(function* (matches) {
      for (const { value, at } of matches) {
        const object = fieldsOf(value)
        const kind = textOf(object['kind'])
        if (!GROUP.test(textOf(object['apiVersion']))) {
          yield { kind: 'skipped', at, reason: 'Expected an object of aquasecurity.github.io' }
        } else if (kind === 'ClusterComplianceReport') yield* readCompliance(object, at, reading)
        else yield* readObject(object, kind, at, reading)
      }
    })
  },
})
