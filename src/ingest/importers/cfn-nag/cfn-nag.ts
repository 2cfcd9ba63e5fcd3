import { UserError } from '../../../errors.ts'
import type { ControlRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, lineOf, listOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'
import { peek } from '../../readers/peek.ts'

const ASSET = 'code'
/** FAIL fails the run, WARN does not; cfn-nag states no other severity. */
const severities = new Map<string, Severity>([
  ['FAIL', 'high'],
  ['WARN', 'medium'],
])

/** cfn-nag's JSON (`--output-format json`): a list of files with their violations. Format: https://github.com/stelligent/cfn_nag#results */
export const cfnNag: Importer = reads({
  id: 'cfn-nag',
  title: 'cfn-nag (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return !!outline?.list && outline.members.has('filename') && outline.members.has('file_results')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 1024)
    if (!/^\s*\[/.test(head)) throw new UserError('unreadable_report', 'Expected cfn-nag JSON: a list of files with file_results')
    yield { kind: 'report', source: 'cfn-nag', tool: 'cfn-nag', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    const results = openPartResults()
    const files: string[] = []
    yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
      for (const { value, at } of matches) {
        const item = fieldsOf(value)
        const path = textOf(item['filename']).replaceAll('\\', '/').replace(/^\.\//, '')
        if (path) files.push(path)
        for (const [index, one] of listOf(fieldsOf(item['file_results'])['violations']).entries()) {
          const violation = fieldsOf(one)
          const id = textOf(violation['id'])
          if (id === '') {
            yield { kind: 'skipped', at: `${at}.file_results.violations[${index}]`, reason: 'Expected a violation with an id' }
            continue
          }
          const severity = severities.get(textOf(violation['type']).toUpperCase())
          const control: ControlRecord = {
            kind: 'control',
            control_id: `cfn-nag:${id.slice(0, 100)}`,
            title: (textOf(violation['message']) || textOf(violation['name']) || id).slice(0, 500),
            severity,
            product: 'AWS CloudFormation',
          }
          const lines = listOf(violation['line_numbers'])
            .map(lineOf)
            .filter((line) => line !== null)
          const resources = textsIn(listOf(violation['logical_resource_ids'])).toSorted().join(', ')
          yield* results.fail({
            asset: ASSET,
            control,
            part: path && resources ? `${path} ${resources}` : path || resources,
            type: 'resource',
            severity,
            title: control.title,
            place: lines.length > 0 ? `${path}:${lines.join(',')}` : path,
          })
        }
      }
    })

    yield results.end()
    if (files.length > 0) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: nameOfSet(files, 'files') }
  },
})
