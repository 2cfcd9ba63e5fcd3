import { UserError } from '../../../errors.ts'
import { kubernetesAsset, resourcePath } from '../../../model/kubernetes-resource.ts'
import type { ControlRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { openPartResults } from '../../readers/part-results.ts'

const CLUSTER = kubernetesAsset('kubeaudit', '', { namespace: '', kind: '', name: '' })

/** Levels of a result; `info` is one that an override label allows. https://github.com/Shopify/kubeaudit#audit-results */
const severities = new Map<string, Severity | null>([
  ['error', 'high'],
  ['warning', 'medium'],
  ['info', null],
])

/** kubeaudit's JSON lines (`kubeaudit all -p json`). Format: https://github.com/Shopify/kubeaudit */
export const kubeaudit: Importer = reads({
  id: 'kubeaudit',
  title: 'kubeaudit (JSON lines)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return !!outline && !outline.list && outline.members.has('AuditResultName') && outline.members.has('level')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const results = openPartResults()
    let begun = false
    yield* readJson(file.bytes(), ['$']).tell(function* (matches) {
      for (const { value, document } of matches) {
        const item = fieldsOf(value)
        const id = textOf(item['AuditResultName'])
        if (!begun) {
          begun = true
          yield {
            kind: 'report',
            source: 'kubeaudit',
            tool: 'kubeaudit',
            tool_version: null,
            observed_at: parseInstant(textOf(item['time'])),
          }
          yield CLUSTER
        }
        const severity = severities.get(textOf(item['level']).toLowerCase())
        if (id === '' || severity === undefined) {
          yield {
            kind: 'skipped',
            at: `document ${document + 1}`,
            reason: 'Expected a result with an AuditResultName and a level error, warning or info',
          }
          continue
        }
        const control: ControlRecord = {
          kind: 'control',
          control_id: `kubeaudit:${id.slice(0, 150)}`,
          title: id,
          product: 'Kubernetes',
          partial: true,
        }
        if (severity) control.severity = severity
        const message = textOf(item['msg'])
        if (severity === null) {
          yield* results.other(CLUSTER.asset, control, 'not_run', message)
          continue
        }
        const resource = {
          namespace: textOf(item['ResourceNamespace']),
          kind: textOf(item['ResourceKind']),
          name: textOf(item['ResourceName']),
        }
        const part = [resourcePath(resource), textOf(item['Container'])].filter(Boolean).join(' ')
        yield* results.fail({ asset: CLUSTER.asset, control, part, type: 'resource', severity, title: message, place: part })
      }
    })

    if (!begun) throw new UserError('unreadable_report', 'Expected kubeaudit JSON: one result on each line')
    yield results.end()
    yield { kind: 'coverage', asset: CLUSTER.asset, subject: 'control' }
  },
})
