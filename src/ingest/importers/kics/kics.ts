import { UserError } from '../../../errors.ts'
import type { ControlRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, httpsOf, lineOf, listOf, textOf } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { openPartResults } from '../../readers/part-results.ts'

const ASSET = 'code'
/** Most queries that are held, since the time of the scan stands behind them; KICS has some 3,000. */
const MAX_QUERIES = 50_000

const HEADER = ['kics_version', 'files_failed_to_scan', 'queries_failed_to_execute', 'queries_total', 'start', 'end', 'paths']

/** KICS' JSON (`results.json`). Format: https://docs.kics.io/latest/results/ */
export const kics: Importer = reads({
  id: 'kics',
  title: 'KICS (JSON)',
  version: 1,
  detect({ text: head }: Head) {
    const outline = jsonOutline(head)
    return !!outline && !outline.list && outline.members.has('queries_total') && outline.members.has('files_scanned')
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const header = new Map<string, unknown>()
    const queries: { item: Fields; at: string }[] = []
    for await (const matches of readJson(file.bytes(), [...HEADER.map((name) => `$.${name}`), '$.queries[*]']).batches)
      for (const { path, at, value } of matches) {
        if (path !== '$.queries[*]') header.set(path.slice(2), value)
        else if (queries.length >= MAX_QUERIES) throw new UserError('unreadable_report', `The report has more than ${MAX_QUERIES} queries`)
        else queries.push({ item: fieldsOf(value), at })
      }
    if (!header.has('queries_total')) throw new UserError('unreadable_report', 'Expected KICS JSON with queries_total and queries')
    const version = textOf(header.get('kics_version')).replace(/^v/, '')
    yield { kind: 'report', source: 'kics', tool: 'KICS', tool_version: /^\d/.test(version) ? version : null, observed_at: timeOf(header) }
    yield { kind: 'asset', asset: ASSET, type: 'repository', name: '', names: [] }
    const results = openPartResults()
    yield queries.flatMap(({ item, at }) => [...queryRecords(item, at, results)])
    yield results.end()
    // What could not be read or asked is not known to be gone.
    if (!header.get('files_failed_to_scan') && !header.get('queries_failed_to_execute')) {
      const folders = listOf(header.get('paths')).map(
        (path) =>
          textOf(path)
            .split(/[\\/]/)
            .findLast((part) => part !== '' && part !== '.') ?? '',
      )
      const checks = nameOfSet(folders.filter(Boolean), 'paths')
      yield { kind: 'coverage', asset: ASSET, subject: 'control', ...(checks && { checks }) }
    }
  },
})

/** End of the scan; older versions, and scans that were stopped, write none or the year 1. */
function timeOf(header: Map<string, unknown>): Instant | null {
  const times = ['end', 'start'].map((name) => parseInstant(textOf(header.get(name))))
  return times.find((time) => time !== null && time > 0) ?? null
}

function* queryRecords(item: Fields, at: string, results: ReturnType<typeof openPartResults>): Generator<FileRecord> {
  const id = textOf(item['query_id'])
  if (id === '') {
    yield { kind: 'skipped', at, reason: 'Expected a query with a query_id' }
    return
  }
  const word = textOf(item['severity'])
  const severity = word.toUpperCase() === 'TRACE' ? 'informational' : parseSeverity(word)
  const cis = textOf(item['cis_description_id_formatted']) || textOf(item['cis_description_id'])
  const cwe = textOf(item['cwe'])
  const frameworks = [
    ...(cis ? [{ framework: 'CIS', requirement: cis.slice(0, 100) }] : []),
    ...(/^(?:CWE-)?\d{1,5}$/.test(cwe) ? [{ framework: 'CWE', requirement: cwe.replace(/^(?:CWE-)?/, 'CWE-') }] : []),
  ]
  const url = httpsOf(item['query_url'])
  const control: ControlRecord = {
    kind: 'control',
    control_id: `kics:${id.slice(0, 200)}`,
    title: (textOf(item['query_name']) || id).slice(0, 500),
    ...(severity && { severity }),
    ...(textOf(item['category']) && { category: textOf(item['category']) }),
    ...(textOf(item['description']) && { description: textOf(item['description']).slice(0, 4000) }),
    ...(url && { url }),
    ...(textOf(item['platform']) && { product: textOf(item['platform']) }),
    ...(frameworks.length > 0 && { frameworks }),
  }
  for (const one of listOf(item['files'])) {
    const found = fieldsOf(one)
    const path = textOf(found['file_name']).replaceAll('\\', '/')
    const line = lineOf(found['line'])
    const resource = [textOf(found['resource_type']), textOf(found['resource_name'])].filter((name) => name && name !== 'n/a').join('.')
    yield* results.fail({
      asset: ASSET,
      control,
      part: [path, textOf(found['search_key']) || resource].filter(Boolean).join(' '),
      type: 'resource',
      ...(severity && { severity }),
      title: textOf(found['actual_value']) || control.title,
      place: line ? `${path}:${line}` : path,
    })
  }
}
