import { UserError } from '../../../errors.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { newReading, readReport } from './policy-report.ts'

const GROUP = /^(?:openreports\.io|wgpolicyk8s\.io|reports\.x-k8s\.io)\//
const KIND = /^(?:Cluster)?(?:Policy)?Report$/

function layoutOf(text: string): '$' | '$[*]' | '$.items[*]' | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const isOurs = (members: ReadonlyMap<string, unknown>) =>
    GROUP.test(textOf(members.get('apiVersion'))) && KIND.test(textOf(members.get('kind')))
  if (isOurs(outline.members)) return outline.list ? '$[*]' : '$'
  const items = outline.members.get('items')
  if (outline.list || typeof items !== 'object' || items === null) return null
  const first = jsonOutline(items.text)
  return first?.list && isOurs(first.members) ? '$.items[*]' : null
}

/**
 * Reports in the shape of OpenReports and of the older policy reports of Kubernetes, which Kyverno, image-scanner, Trivy's adapter and others
 * write. Format: https://openreports.io/
 */
export const openreports: Importer = reads({
  id: 'openreports',
  title: 'OpenReports and policy reports of Kubernetes (JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected objects of the kinds Report, ClusterReport, PolicyReport or ClusterPolicyReport')
    const reading = newReading()
    yield* readJson(bytes, [layout]).tell(function* (matches) {
      for (const { value, at } of matches) {
        const object = fieldsOf(value)
        if (GROUP.test(textOf(object['apiVersion']))) yield* readReport(object, at === '$' ? '' : `${at}.`, reading)
        else {
          if (reading.source === null) yield* reading.begin('openreports')
          yield { kind: 'skipped', at, reason: 'Expected an object of openreports.io or wgpolicyk8s.io' }
        }
      }
    })
  },
})
