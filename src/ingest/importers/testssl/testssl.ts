import { UserError } from '../../../errors.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { type Fields, fieldsOf, isFields, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'
import { openReport, type Row } from './rows.ts'
import { InBatches } from '../../readers/in-batches.ts'

const COLUMNS = ['id', 'fqdn/ip', 'port', 'severity', 'finding', 'cve', 'cwe']

type Layout = 'csv' | 'flat' | 'pretty'

function layoutOf(text: string): Layout | null {
  if (!/^\s*[[{]/.test(text)) {
    const columns = csvHeader(text)
    return COLUMNS.every((name, index) => columns[index] === name) ? 'csv' : null
  }
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members, list } = outline
  if (list)
    return ['id', 'severity', 'finding'].every((name) => typeof members.get(name) === 'string') &&
      (members.has('ip') || members.get('id') === 'scanTime')
      ? 'flat'
      : null
  return members.has('Invocation') && members.has('openssl') && (members.has('scanResult') || members.has('clientProblem1'))
    ? 'pretty'
    : null
}

const rowOf = (item: Fields, at: string, target = '', port = ''): Row => ({
  at,
  id: textOf(item.id),
  target: target || textOf(item.ip),
  port: port || textOf(item.port),
  severity: textOf(item.severity),
  finding: textOf(item.finding),
  cve: textOf(item.cve),
})

type Read = Row | { at: string; broken: string }

function fromCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Read>> {
  return readCsv(bytes).into(function* (batch): Generator<Read> {
    for (const { line, row, error } of batch) {
      const at = `line ${line}`
      if (error !== null && (row.severity === undefined || row.id === undefined)) yield { at, broken: error }
      else yield { ...rowOf(row, at), target: row['fqdn/ip']?.trim() ?? '' }
    }
  })
}

function fromFlat(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Read>> {
  return readJson(bytes, ['$[*]']).into(function* (matches): Generator<Read> {
    for (const { value, at } of matches) {
      if (isFields(value)) yield rowOf(value, at)
      else yield { at, broken: 'expected an object' }
    }
  })
}

/** `--json-pretty`: results in sections (protocols, ciphers, vulnerabilities, …) under each target. */
function fromPretty(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Read>> {
  return readJson(bytes, ['$.scanResult[*]']).into(function* (matches): Generator<Read> {
    for (const { value, at } of matches) {
      const target = fieldsOf(value)
      const host = textOf(target.targetHost) || textOf(target.ip)
      const address = textOf(target.ip)
      const name = address && address !== host ? `${host}/${address}` : host
      // A target that could not be reached is a row itself.
      if ('severity' in target) yield rowOf(target, at)
      for (const [section, list] of Object.entries(target)) {
        for (const [index, item] of (Array.isArray(list) ? (list as unknown[]) : []).entries())
          yield rowOf(fieldsOf(item), `${at}.${section}[${index}]`, name, textOf(target.port))
      }
    }
  })
}

/**
 * testssl.sh: CSV (`--csvfile`), flat JSON (`--jsonfile`) and pretty JSON (`--jsonfile-pretty`), 2.9 on.
 * Format: https://github.com/testssl/testssl.sh/blob/3.2/doc/testssl.1.md
 */
export const testssl: Importer = reads({
  id: 'testssl',
  title: 'testssl.sh (CSV, JSON, pretty JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? 'flat' : null)
    if (layout === null)
      throw new UserError('unreadable_report', `Expected a file of testssl.sh: CSV with the columns ${COLUMNS.join(', ')}, or its JSON`)
    yield {
      kind: 'report',
      source: 'testssl',
      tool: 'testssl.sh',
      tool_version: layout === 'pretty' ? (/"version"\s*:\s*"(\d[\w.]{0,20})/.exec(text)?.[1] ?? null) : null,
      observed_at: layout === 'pretty' ? parseEpoch(/"startTime"\s*:\s*"?(\d{9,10})\b/.exec(text)?.[1]) : null,
    }
    const report = openReport()
    const rows = layout === 'csv' ? fromCsv(bytes) : layout === 'flat' ? fromFlat(bytes) : fromPretty(bytes)
    yield* new InBatches(rows).tell(function* (all) {
      for (const row of all) {
        if ('broken' in row) yield { kind: 'skipped', at: row.at, reason: row.broken }
        else yield* report.records(row)
      }
    })
    yield report.end()
  },
})
