import { UserError } from '../../../errors.ts'
import type { ControlRecord } from '../../../model/record.ts'
import { type Severity, parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'
import { peek } from '../../readers/peek.ts'

const ASSET = 'code'

/** A failure fails the run, a warning does not; a policy may state a severity of its own in its metadata. */
const severities = { failures: 'high', warnings: 'medium' } satisfies Record<string, Severity>

/** Conftest's JSON (`--output json`): a list of files and namespaces with what their policies said. Format: https://www.conftest.dev/options/#-output */
export const conftest: Importer = reads({
  id: 'conftest',
  title: 'Conftest (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    if (!outline?.list) return false
    const { members } = outline
    return (
      members.has('filename') &&
      members.has('namespace') &&
      (members.has('successes') || members.has('failures') || members.has('warnings'))
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 1024)
    if (!/^\s*\[/.test(head))
      throw new UserError('unreadable_report', 'Expected Conftest JSON: a list of files with successes and failures')
    yield { kind: 'report', source: 'conftest', tool: 'Conftest', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    const results = openPartResults()
    const tested = new Set<string>()
    const failing = new Map<string, ControlRecord>()
    yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
      for (const { value } of matches) {
        const item = fieldsOf(value)
        const path = textOf(item['filename']).replaceAll('\\', '/')
        const namespace = textOf(item['namespace']) || 'main'
        tested.add(`${path} ${namespace}`)
        for (const list of ['failures', 'warnings'] as const) {
          for (const one of listOf(item[list])) {
            const result = fieldsOf(one)
            const title = textOf(result['msg'])
            const metadata = fieldsOf(result['metadata'])
            const severity = parseSeverity(textOf(metadata['severity'])) ?? severities[list]
            const rule = ruleOf(namespace, list, metadata)
            let control = failing.get(rule)
            if (control === undefined) failing.set(rule, (control = controlOf(rule, metadata, severity)))
            const records = results.fail({
              asset: ASSET,
              control,
              part: path && title ? `${path}: ${title}` : path || title,
              type: 'file',
              severity,
              title,
              place: path,
            })
            for (const record of records) yield record
          }
        }
        for (const one of listOf(item['exceptions'])) {
          const result = fieldsOf(one)
          const metadata = fieldsOf(result['metadata'])
          const control = controlOf(ruleOf(namespace, 'failures', metadata), metadata, null)
          yield* results.other(ASSET, control, 'not_run', `Exception: ${textOf(result['msg'])}`)
        }
      }
    })

    yield results.end()
    if (tested.size > 0) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: nameOfSet(tested, 'files') }
  },
})

/** A policy has no id but the rule that it is: `data.main.deny`; without it the namespace and the kind of rule. */
function ruleOf(namespace: string, list: keyof typeof severities, metadata: Fields): string {
  const query = textOf(metadata['query'])
  return (query.startsWith('data.') ? query.slice('data.'.length) : query) || `${namespace}.${list === 'failures' ? 'deny' : 'warn'}`
}

function controlOf(rule: string, metadata: Fields, severity: Severity | null): ControlRecord {
  const title = textOf(metadata['title'])
  const description = textOf(metadata['description'])
  const control: ControlRecord = {
    kind: 'control',
    control_id: `conftest:${rule.slice(0, 200)}`,
    title: (title || `Policy ${rule}`).slice(0, 500),
  }
  if (severity) control.severity = severity
  if (description) control.description = description.slice(0, 4000)
  if (!title) control.partial = true
  return control
}
