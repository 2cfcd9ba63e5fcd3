import { UserError } from '../../../errors.ts'
import type { ControlRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, lineOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'
import { peek } from '../../readers/peek.ts'

const ASSET = 'code'

/** Hadolint's own words: https://github.com/hadolint/hadolint#rules */
const severities = new Map<string, Severity>([
  ['error', 'high'],
  ['warning', 'medium'],
  ['info', 'low'],
  ['style', 'informational'],
])

const pathOf = remembered((file) => file.replaceAll('\\', '/'))

/** Hadolint's JSON (`--format json`): a list of remarks. Format: https://github.com/hadolint/hadolint#cli */
export const hadolint: Importer = reads({
  id: 'hadolint',
  title: 'Hadolint (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    if (!outline?.list) return false
    const { members } = outline
    return /^(?:DL|SC)\d{4}$/.test(textOf(members.get('code'))) && members.has('file') && members.has('line') && members.has('level')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 1024)
    if (!/^\s*\[/.test(head)) throw new UserError('unreadable_report', 'Expected Hadolint JSON: a list of remarks')
    yield { kind: 'report', source: 'hadolint', tool: 'Hadolint', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    const results = openPartResults()
    const files = new Set<string>()
    const controls = new Map<string, ControlRecord>()
    yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
      for (const { value, at } of matches) {
        const item = fieldsOf(value)
        const code = textOf(item['code'])
        const path = pathOf(textOf(item['file']))
        if (code === '') {
          yield { kind: 'skipped', at, reason: 'Expected a remark with a code' }
          continue
        }
        files.add(path)
        const severity = severities.get(textOf(item['level']).toLowerCase())
        const title = textOf(item['message'])
        const line = lineOf(item['line'])
        let control = controls.get(code)
        if (control === undefined) controls.set(code, (control = controlOf(code, title, severity)))
        const place = line ? `${path}:${line}` : path
        for (const record of results.fail({ asset: ASSET, control, part: path, type: 'file', severity, title, place })) yield record
      }
    })

    yield results.end()
    // Files without remarks are not listed, so only those that are are known to have been looked at.
    if (files.size > 0) yield { kind: 'coverage', asset: ASSET, subject: 'control', checks: nameOfSet(files, 'files') }
  },
})

function controlOf(code: string, title: string, severity: Severity | undefined): ControlRecord {
  const url = /^DL\d{4}$/.test(code)
    ? `https://github.com/hadolint/hadolint/wiki/${code}`
    : /^SC\d{4}$/.test(code)
      ? `https://www.shellcheck.net/wiki/${code}`
      : undefined
  return {
    kind: 'control',
    control_id: `hadolint:${code.slice(0, 100)}`,
    title: (title || code).slice(0, 500),
    ...(severity && { severity }),
    ...(url && { url }),
    product: 'Docker',
  }
}
