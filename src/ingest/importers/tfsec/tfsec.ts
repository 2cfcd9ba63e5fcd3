import { UserError } from '../../../errors.ts'
import type { ControlRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, httpsOf, lineOf, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { openPartResults } from '../../readers/part-results.ts'
import { peek } from '../../readers/peek.ts'

const ASSET = 'code'

/** Failed, passed or ignored: a word, a number (0, 1, 2) from 1.0 on, or `passed` true or false before 0.50. */
function statusOf(item: Record<string, unknown>): 'fail' | 'pass' | 'not_run' | null {
  const { status } = item
  if (status === 'failed' || status === 0) return 'fail'
  if (status === 'passed' || status === 1) return 'pass'
  if (status === 'ignored' || status === 2) return 'not_run'
  if (status !== undefined) return null
  return item['passed'] === true ? 'pass' : 'fail'
}

/** tfsec's JSON (`--format json`). Format: https://aquasecurity.github.io/tfsec/latest/guides/usage/ */
export const tfsec: Importer = reads({
  id: 'tfsec',
  title: 'tfsec (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return (
      !!outline &&
      !outline.list &&
      outline.members.has('results') &&
      /"rule_id"\s*:/.test(head) &&
      /"rule_(?:provider|description)"\s*:/.test(head)
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 1024)
    if (!/"results"\s*:/.test(head)) throw new UserError('unreadable_report', 'Expected tfsec JSON: an object with results')
    yield { kind: 'report', source: 'tfsec', tool: 'tfsec', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    const results = openPartResults()
    yield* readJson(bytes, ['$.results[*]']).tell(function* (matches) {
      for (const { value, at } of matches) {
        const item = fieldsOf(value)
        const id = textOf(item['long_id']) || textOf(item['rule_id'])
        const status = statusOf(item)
        if (id === '' || status === null) {
          yield {
            kind: 'skipped',
            at,
            reason: id === '' ? 'Expected a result with a rule_id' : 'Expected a status failed, passed or ignored',
          }
          continue
        }
        const severity = parseSeverity(textOf(item['severity']))
        const service = [textOf(item['rule_provider']), textOf(item['rule_service'])].filter(Boolean).join(' ')
        const url = httpsOf(...listOf(item['links']), /https:\S+/.exec(textOf(item['link']))?.[0])
        const control: ControlRecord = {
          kind: 'control',
          control_id: `tfsec:${id.slice(0, 200)}`,
          title: (textOf(item['rule_description']) || id).slice(0, 500),
          ...(severity && { severity }),
          ...(service && { category: service }),
          ...(textOf(item['impact']) && { description: textOf(item['impact']).slice(0, 4000) }),
          ...(textOf(item['resolution']) && { remediation: textOf(item['resolution']).slice(0, 4000) }),
          ...(url && { url }),
        }
        if (status !== 'fail') {
          yield* results.other(ASSET, control, status)
          continue
        }
        const location = fieldsOf(item['location'])
        const path = textOf(location['filename']).replaceAll('\\', '/')
        const line = lineOf(location['start_line'])
        const title = textOf(item['description'])
        const resource = textOf(item['resource']) || (/^(?:Resource|Block) '([^']{1,300})'/.exec(title)?.[1] ?? '')
        yield* results.fail({
          asset: ASSET,
          control,
          part: [path, resource].filter(Boolean).join(' '),
          type: 'resource',
          ...(severity && { severity }),
          title,
          place: line ? `${path}:${line}` : path,
        })
      }
    })

    yield results.end()
    yield { kind: 'coverage', asset: ASSET, subject: 'control' }
  },
})
