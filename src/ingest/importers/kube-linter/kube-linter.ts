import { UserError } from '../../../errors.ts'
import type { ControlRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { resourcePath } from '../../../model/kubernetes-resource.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'

const ASSET = 'code'
/** Most reports that are held, since time and version stand behind them. */
const MAX_REPORTS = 200_000

/** KubeLinter's JSON (`--format json`): the checks that ran and what they found. Format: https://docs.kubelinter.io/#/using-kubelinter */
export const kubeLinter: Importer = reads({
  id: 'kube-linter',
  title: 'KubeLinter (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    if (!outline || outline.list) return false
    const { members } = outline
    return members.has('Checks') && (members.has('Reports') || (/"template"\s*:/.test(head) && /"scope"\s*:/.test(head)))
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const checks = new Map<string, ControlRecord>()
    const reports: { item: Fields; at: string }[] = []
    let summary: Fields | null = null
    for await (const matches of readJson(file.bytes(), ['$.Checks[*]', '$.Reports[*]', '$.Summary']).batches)
      for (const { path, at, value } of matches) {
        const item = fieldsOf(value)
        if (path === '$.Summary') summary = item
        else if (path === '$.Checks[*]') checks.set(textOf(item['name']), controlOf(item))
        else if (reports.length >= MAX_REPORTS) throw new UserError('unreadable_report', `The report has more than ${MAX_REPORTS} entries`)
        else reports.push({ item, at })
      }
    if (!summary && checks.size === 0) throw new UserError('unreadable_report', 'Expected KubeLinter JSON with Checks, Reports and Summary')
    checks.delete('')
    yield {
      kind: 'report',
      source: 'kube-linter',
      tool: 'KubeLinter',
      tool_version: textOf(summary?.['KubeLinterVersion']).replace(/^v/, '') || null,
      observed_at: parseInstant(textOf(summary?.['CheckEndTime'])),
    }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    const results = openPartResults()
    for (const { item, at } of reports) {
      const check = textOf(item['Check'])
      if (check === '') {
        yield { kind: 'skipped', at, reason: 'Expected a report with the name of its Check' }
        continue
      }
      const object = fieldsOf(item['Object'])
      const resource = fieldsOf(object['K8sObject'])
      const path = textOf(fieldsOf(object['Metadata'])['FilePath']).replaceAll('\\', '/')
      const kind = textOf(fieldsOf(resource['GroupVersionKind'])['Kind'])
      const named = resourcePath({ namespace: textOf(resource['Namespace']), kind, name: textOf(resource['Name']) })
      const control = checks.get(check) ?? controlOf({ name: check, remediation: item['Remediation'] })
      yield results.fail({
        asset: ASSET,
        control,
        part: [path, named].filter(Boolean).join(' '),
        type: 'resource',
        title: textOf(fieldsOf(item['Diagnostic'])['Message']),
        place: path,
      })
    }
    for (const control of checks.values()) yield results.other(ASSET, control, 'pass')
    yield results.end()
    // The file lists the checks that ran: another selection is another set, and closes nothing of this one.
    if (checks.size > 0) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: nameOfSet(checks.keys(), 'checks') }
  },
})

function controlOf(check: Fields): ControlRecord {
  const name = textOf(check['name']).slice(0, 200)
  return {
    kind: 'control',
    control_id: `kube-linter:${name}`,
    title: (textOf(check['description']) || name).slice(0, 500),
    ...(textOf(check['remediation']) && { remediation: textOf(check['remediation']).slice(0, 4000) }),
    product: 'Kubernetes',
    ...(!textOf(check['description']) && { partial: true }),
  }
}
