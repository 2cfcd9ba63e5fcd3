import { z } from 'zod'
import type { FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { hostOfRow, itemOfRow, readTime, rowOf, type RowHost } from './rows.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Entry = z.record(z.string(), z.unknown())

/** Whether a text begins as the results of a scan as JSON. */
export function isScanJson(text: string): boolean {
  const outline = jsonOutline(text)
  return outline !== null && outline.list && outline.members.has('scan_report_template_title') && outline.members.has('result_date')
}

/**
 * The results of one scan, as the interface gives them with `output_format=json_extended`: one list of a title, the scan, its detections, and what
 * the appliances did. Format: https://docs.qualys.com/en/vm/api/scans/index.htm (fetch scan)
 */
export async function* parseScanJson(file: Source): AsyncGenerator<Told> {
  const hosts = new Map<string, RowHost>()
  const described = new Set<string>()
  let scan = null as { ended: Instant | null; finished: boolean; profile: string } | null
  let reported = false
  const begin = function* (): Generator<FileRecord> {
    if (!reported) yield { kind: 'report', source: 'qualys', tool: 'Qualys VM', tool_version: null, observed_at: scan?.ended ?? null }
    reported = true
  }
  yield* readJson(file.bytes(), ['$[*]']).tell(function* (matches) {
    for (const { at, value } of matches) {
      const entry = safeParse(Entry, value)
      if (!entry.success) {
        yield* begin()
        yield { kind: 'skipped', at, reason: 'expected an object' }
        continue
      }
      const row = rowOf(entry.data)
      if (row('launch_date') !== null && row('QID') === null) {
        const start = readTime(row('launch_date'))
        const took = /^(\d{1,4}):([0-5]\d):([0-5]\d)$/.exec(row('duration') ?? '')
        const seconds = took ? +took[1]! * 3600 + +took[2]! * 60 + +took[3]! : 0
        scan = {
          ended: start === null ? null : start + seconds * 1_000_000,
          finished: row('status')?.toLowerCase() === 'finished',
          profile: row('option_profile') ?? '',
        }
        continue
      }
      const scanned = row('ip_status')?.toLowerCase().startsWith('host scanned') ?? false
      if (row('QID') === null && !scanned) continue
      yield* begin()
      const found = hostOfRow(row, hosts)
      if (!found) {
        yield { kind: 'skipped', at, reason: 'the row names no host' }
        continue
      }
      yield* found.records
      if (row('QID') !== null) yield* itemOfRow(row, found.host, described, at)
    }
  })

  yield begin()
  if (!scan?.finished) return
  for (const { key, loggedIn } of hosts.values())
    yield {
      kind: 'coverage',
      asset: key,
      subject: 'vulnerability',
      access: loggedIn ? 'full' : 'remote',
      checks: `profile ${scan.profile || 'without a name'}`,
    }
}
