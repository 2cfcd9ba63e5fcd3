import { UserError } from '../../../errors.ts'
import type { ControlRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, lineOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { openPartResults } from '../../readers/part-results.ts'

const ASSET = 'code'
/** Most items that are held, since the time of the scan stands behind them. */
const MAX_ITEMS = 100_000
const LISTS = ['violations', 'skipped_violations', 'passed_rules', 'scan_errors'] as const

/** Go's way to write a time: `2021-05-19 13:13:06.083208 +0000 UTC`. */
const timeOf = (text: string) => parseInstant(text.replace(/ ([+-]\d{4})(?: \w+)?(?: m=\S+)?$/, '$1'))

/** Terrascan's JSON (`-o json`). Format: https://runterrascan.io/docs/usage/command_line_mode/ */
export const terrascan: Importer = reads({
  id: 'terrascan',
  title: 'Terrascan (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return !!outline &&
      !outline.list &&
      outline.members.has('results') &&
      /"scan_summary"\s*:/.test(head) &&
      /"(?:policies_validated|violated_policies)"\s*:/.test(head)
      ? true
      : !!outline && !outline.list && outline.members.has('results') && /"violations"\s*:/.test(head) && /"plan_root"\s*:/.test(head)
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const held: Held[] = []
    let summary: Fields | null = null
    for await (const matches of readJson(file.bytes(), [...LISTS.map((name) => `$.results.${name}[*]`), '$.results.scan_summary']).batches)
      for (const { path, at, value } of matches) {
        if (path === '$.results.scan_summary') summary = fieldsOf(value)
        else if (held.length >= MAX_ITEMS) throw new UserError('unreadable_report', `The report has more than ${MAX_ITEMS} items`)
        else held.push({ list: path.slice('$.results.'.length, -3) as (typeof LISTS)[number], item: fieldsOf(value), at })
      }
    if (!summary && held.length === 0)
      throw new UserError('unreadable_report', 'Expected Terrascan JSON: results with violations and a scan_summary')
    yield {
      kind: 'report',
      source: 'terrascan',
      tool: 'Terrascan',
      tool_version: null,
      observed_at: timeOf(textOf(summary?.['scanned_at'])),
    }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    yield recordsOf(held)
    const folder =
      textOf(summary?.['file/folder'])
        .split(/[\\/]/)
        .findLast((part) => part !== '' && part !== '.') ?? ''
    if (!held.some(isBroken))
      yield {
        kind: 'coverage',
        asset: ASSET,
        subject: 'control',
        checks: [textOf(summary?.['iac_type']) || 'all', folder].filter(Boolean).join(' ').slice(0, 300),
      }
  },
})

/** What is held of one item until the time of the scan is known. */
interface Held {
  list: (typeof LISTS)[number]
  item: Fields
  at: string
}

/** What could not be read, as opposed to the types that the folder does not have: with all types asked for, those are "errors". */
const isBroken = ({ list, item }: Held): boolean => list === 'scan_errors' && !/not found|no \S+(?: \S+)? found/i.test(errorOf(item))

const errorOf = (item: Fields): string => textOf(item['errMsg']).slice(0, 500)

function* recordsOf(held: readonly Held[]): Generator<FileRecord> {
  const results = openPartResults()
  for (const each of held) {
    const { list, item, at } = each
    if (list === 'scan_errors') {
      if (isBroken(each))
        yield { kind: 'skipped', at, reason: `Terrascan could not read ${textOf(item['iac_type']) || 'a part'}: ${errorOf(item)}` }
      continue
    }
    const id = textOf(item['rule_id'])
    if (id === '') {
      yield { kind: 'skipped', at, reason: 'Expected a violation with a rule_id' }
      continue
    }
    const severity = parseSeverity(textOf(item['severity']))
    const control: ControlRecord = {
      kind: 'control',
      control_id: `terrascan:${id.slice(0, 200)}`,
      title: (textOf(item['description']) || textOf(item['rule_name']) || id).slice(0, 500),
      ...(severity && { severity }),
      ...(textOf(item['category']) && { category: textOf(item['category']) }),
    }
    if (list === 'passed_rules') yield* results.other(ASSET, control, 'pass')
    else if (list === 'skipped_violations')
      yield* results.other(ASSET, control, 'not_run', ['Skipped', textOf(item['skip_comment'])].filter(Boolean).join(': '))
    else {
      const path = textOf(item['file']).replaceAll('\\', '/')
      const line = lineOf(item['line'])
      const resource = [textOf(item['resource_type']), textOf(item['resource_name'])].filter(Boolean).join('.')
      yield* results.fail({
        asset: ASSET,
        control,
        part: [path, textOf(item['module_name']) === 'root' ? '' : textOf(item['module_name']), resource].filter(Boolean).join(' '),
        type: 'resource',
        ...(severity && { severity }),
        title: control.title,
        place: line ? `${path}:${line}` : path,
      })
    }
  }
  yield* results.end()
}
