import { UserError } from '../../../errors.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, type CsvRow, readCsv } from '../../readers/csv.ts'
import { numberOf } from '../../readers/json-fields.ts'
import { peek } from '../../readers/peek.ts'

const SOURCE = 'microsoft-secure-score-portal'
const COLUMNS = ['Recommended action', 'Score impact', 'Points achieved', 'Status']

const isExport = (text: string) => {
  const columns = new Set(csvHeader(text))
  return !/^\s*[[{<]/.test(text) && COLUMNS.every((name) => columns.has(name))
}

/** `5/9` or `5 / 9`: points reached and points to reach. Null when it is neither. */
const pointsIn = remembered((text): { points: number; max_points: number } | null => {
  const [reached, most, ...rest] = text.replaceAll(',', '.').split('/')
  const points = numberOf(reached)
  const max_points = numberOf(most)
  return rest.length === 0 && points !== null && max_points !== null && max_points > 0 && points >= 0 ? { points, max_points } : null
})

/** The CSV names an action by its words only: they are its id, without case and spaces. */
const controlId = remembered((title) => `${SOURCE}:${title.toLowerCase().replace(/\s+/g, ' ').slice(0, 250)}`)

function* rowRecords(row: CsvRow, at: string, asset: string): Generator<FileRecord> {
  const cell = (name: string) => row.cell(name)?.trim() ?? ''
  const title = cell('Recommended action')
  if (title === '') {
    yield { kind: 'skipped', at, reason: 'expected a recommended action' }
    return
  }
  const reached = pointsIn(cell('Points achieved'))
  const category = cell('Category')
  const product = cell('Product')
  const control_id = controlId(title)
  yield {
    kind: 'control',
    control_id,
    title,
    ...(category && { category }),
    ...(product && { product }),
    ...(reached && { max_points: reached.max_points }),
  }
  const evidence = [cell('Status'), cell('Notes')].filter(Boolean).join('. ')
  const result: ControlResultRecord = {
    kind: 'control_result',
    asset,
    control_id,
    status: reached === null ? 'not_run' : reached.points >= reached.max_points ? 'pass' : 'fail',
    ...reached,
    ...(evidence && { evidence: evidence.slice(0, 2000) }),
  }
  yield result
}

/**
 * The export of *Recommended actions* of Secure Score in the Microsoft Defender portal, in English. It names neither tenant nor day. Where the list is:
 * https://learn.microsoft.com/defender-xdr/microsoft-secure-score-improvement-actions
 */
export const secureScoreCsv: Importer = reads({
  id: 'secure-score-csv',
  title: 'Microsoft Secure Score, recommended actions of the portal (CSV)',
  version: 1,
  detect: ({ text }: Head) => isExport(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!isExport(text))
      throw new UserError('unreadable_report', `Expected the columns ${COLUMNS.join(', ')} of the portal's export in English`)
    yield { kind: 'report', source: SOURCE, tool: 'Microsoft Secure Score', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: 'tenant', type: 'tenant', name: 'tenant', names: [], attributes: { cloud_provider: 'm365' } }
    yield { kind: 'coverage', asset: 'tenant', subject: 'control' }
    yield* readCsv(bytes).tell(function* (rows) {
      for (const row of rows) {
        const at = `line ${row.line}`
        if (row.error !== null && row.cell('Points achieved') === undefined) yield { kind: 'skipped', at, reason: row.error }
        else yield* rowRecords(row, at, 'tenant')
      }
    })
  },
})
