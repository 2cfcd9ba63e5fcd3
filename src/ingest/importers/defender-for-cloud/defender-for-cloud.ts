import { UserError } from '../../../errors.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { fieldsOf, isFields, textOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'
import { type Assessment, openReport, splitId } from './assessment.ts'
import { InBatches } from '../../readers/in-batches.ts'

const COLUMNS = ['subscriptionId', 'resourceId', 'recommendationId', 'recommendationName', 'recommendationDisplayName', 'state']

type Layout = 'csv' | 'json'

function layoutOf(text: string): Layout | null {
  if (/^\s*[[{]/.test(text)) {
    const outline = jsonOutline(text)
    const value = outline?.members.get('value')
    const items = outline?.list === false && typeof value === 'object' && value !== null ? value.text : outline ? text : ''
    return items.includes('"Microsoft.Security/assessments"') && /"status"\s*:/.test(items) && /"displayName"\s*:/.test(items)
      ? 'json'
      : null
  }
  const columns = new Set(csvHeader(text))
  return COLUMNS.every((name) => columns.has(name)) ? 'csv' : null
}

type Read = Assessment | { at: string; broken: string } | { more: true }

/** The portal's *Download CSV report* of recommendations. */
function fromCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Iterable<Read>> {
  return readCsv(bytes).into(function* (rows): Generator<Read> {
    for (const { line, row, error } of rows) {
      const cell = (name: string) => row[name]?.trim() ?? ''
      const at = `line ${line}`
      if (error !== null && cell('state') === '') {
        yield { at, broken: error }
        continue
      }
      yield {
        at,
        key: cell('recommendationName'),
        title: cell('recommendationDisplayName'),
        description: cell('description'),
        remediation: cell('remediationSteps'),
        severity: cell('severity'),
        categories: Object.keys(parsed(cell('controls'))),
        state: cell('state'),
        reason: cell('notApplicableReason'),
        resource: cell('resourceId'),
        name: cell('resourceName'),
        account_name: cell('subscriptionName'),
        observed_at: parseInstant(cell('exportedTimestamp')),
      }
    }
  })
}

function parsed(text: string): object {
  try {
    return fieldsOf(JSON.parse(text))
  } catch {
    return {}
  }
}

/** Pages of the API's list of assessments; `metadata` is there only when it was asked for (`$expand=metadata`). */
function fromJson(bytes: AsyncIterable<Uint8Array>, isList: boolean): AsyncGenerator<Iterable<Read>> {
  return readJson(bytes, isList ? ['$[*]'] : ['$.value[*]', '$.nextLink']).into(function* (matches): Generator<Read> {
    for (const { path, value, at, document } of matches) {
      if (path === '$.nextLink') {
        if (textOf(value) !== '') yield { more: true }
        continue
      }
      const place = document > 0 ? `page ${document + 1}, ${at}` : at
      if (!isFields(value)) {
        yield { at: place, broken: 'expected an assessment' }
        continue
      }
      const properties = fieldsOf(value.properties)
      const status = fieldsOf(properties.status)
      const metadata = fieldsOf(properties.metadata)
      const { resource, key } = splitId(textOf(value.id))
      yield {
        at: place,
        key: textOf(value.name) || key,
        title: textOf(properties.displayName) || textOf(metadata.displayName),
        description: textOf(metadata.description),
        remediation: textOf(metadata.remediationDescription),
        severity: textOf(metadata.severity),
        categories: Array.isArray(metadata.categories) ? metadata.categories.map(textOf).filter(Boolean) : [],
        state: textOf(status.code),
        reason: textOf(status.description) || textOf(status.cause),
        resource,
        name: '',
        account_name: '',
        observed_at: null,
      }
    }
  })
}

/**
 * Recommendations of Microsoft Defender for Cloud about Azure resources: the portal's CSV, and the API's list of assessments. Format of the API:
 * https://learn.microsoft.com/rest/api/defenderforcloud/assessments/list
 */
export const defenderForCloud: Importer = reads({
  id: 'defender-for-cloud',
  title: 'Microsoft Defender for Cloud recommendations (CSV, API JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        `Expected recommendations of Defender for Cloud: CSV with the columns ${COLUMNS.join(', ')}, or assessments as the API lists them`,
      )
    const report = openReport()
    const parts = layout === 'csv' ? fromCsv(bytes) : fromJson(bytes, text.trimStart().startsWith('['))
    yield* new InBatches(parts).tell(function* (all) {
      for (const read of all) {
        if ('more' in read) report.cut()
        else if ('broken' in read) yield* report.skip(read.at, read.broken)
        else yield* report.records(read)
      }
    })
    yield report.end()
  },
})
