import { UserError } from '../../../errors.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { cutText, fieldsOf, firstInstant, given, numberOf, textOf } from '../../readers/json-fields.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const SOURCE = 'orca-security'
const NAMES = ['OrcaScore', 'Title', 'Category', 'CloudAccount', 'Inventory']

/** One alert in the words of both layouts. */
interface Alert {
  title: string
  category: string
  status: string
  score: number | null
  account: string
  resource: string
  seen: string
}

function layoutOf(text: string): 'json' | 'csv' | null {
  const outline = jsonOutline(text)
  if (outline) return outline.list && NAMES.every((name) => outline.members.has(name)) ? 'json' : null
  const columns = new Set(csvHeader(text))
  return [...NAMES, 'Inventory.Name', 'CloudAccount.Name'].every((name) => columns.has(name)) ? 'csv' : null
}

/** Orca Security: alerts of a query in Discovery, exported as JSON or CSV. https://docs.orcasecurity.io (for customers) */
export const orcaSecurity: Importer = reads({
  id: 'orca-security',
  title: 'Orca Security (alerts JSON, CSV)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? 'json' : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected alerts of Orca Security with "OrcaScore", "Inventory" and "CloudAccount"')
    const once = toldOnce()
    yield { kind: 'report', source: SOURCE, tool: 'Orca Security', tool_version: null, observed_at: null }
    if (layout === 'json')
      yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
        for (const { value, at } of matches) {
          const item = fieldsOf(value)
          yield* alertRecords(
            {
              title: textOf(item.Title),
              category: textOf(item.Category),
              status: textOf(item.Status),
              score: numberOf(item.OrcaScore),
              account: textOf(fieldsOf(item.CloudAccount).Name),
              resource: textOf(fieldsOf(item.Inventory).Name),
              seen: textOf(item.LastSeen),
            },
            at,
            once,
          )
        }
      })
    else
      yield* readCsv(bytes).tell(function* (rows) {
        for (const { line, row, error } of rows) {
          const cell = (name: string) => row[name]?.trim() ?? ''
          if (error !== null) yield { kind: 'skipped', at: `line ${line}`, reason: error }
          else
            yield* alertRecords(
              {
                title: cell('Title'),
                category: cell('Category'),
                status: cell('Status'),
                score: numberOf(cell('OrcaScore')),
                account: cell('CloudAccount.Name'),
                resource: cell('Inventory.Name'),
                seen: cell('LastSeen'),
              },
              `line ${line}`,
              once,
            )
        }
      })
  },
})

/** Bands of Orca's score, 0–10: informational below 1, low below 4, medium below 7, high below 9. */
export function severityOfScore(score: number | null): Severity | undefined {
  if (score === null || score < 0 || score > 10) return undefined
  return score >= 9 ? 'critical' : score >= 7 ? 'high' : score >= 4 ? 'medium' : score >= 1 ? 'low' : 'informational'
}

const statuses: Record<string, ControlResultRecord['status']> = {
  open: 'fail',
  in_progress: 'fail',
  closed: 'pass',
  dismissed: 'not_run',
  snoozed: 'not_run',
}

function* alertRecords(alert: Alert, at: string, once: Once): Generator<FileRecord> {
  const word = alert.status.toLowerCase().replaceAll(' ', '_')
  if (alert.title === '' || alert.resource === '' || alert.account === '' || !Object.hasOwn(statuses, word)) {
    yield {
      kind: 'skipped',
      at,
      reason: `Expected an alert with a title, a resource, an account and a status; found ${JSON.stringify(alert.status.slice(0, 40))}`,
    }
    return
  }
  const asset = `${SOURCE}/${alert.account}/${alert.resource}`
  const observed_at = firstInstant(alert.seen)
  const severity = severityOfScore(alert.score)
  const control_id = `${SOURCE}:${alert.title.slice(0, 250)}`
  yield* once({
    kind: 'asset',
    asset,
    type: 'cloud_resource',
    name: alert.resource,
    // Only the names that Orca shows are told: they hold in its own reports.
    names: [{ type: 'label', name: asset }],
    attributes: { cloud_account: alert.account },
    ...(observed_at !== null && { observed_at }),
  })
  const status = statuses[word]!
  if (status !== 'not_run') yield* once({ kind: 'coverage', asset, subject: 'control', access: 'remote', checks: 'listed' })
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title: cutText(alert.title) ?? control_id,
      ...given({ severity, category: alert.category }),
    })
  yield { kind: 'control_result', asset, control_id, status, ...given({ severity }) }
}
