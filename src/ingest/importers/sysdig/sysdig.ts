import { UserError } from '../../../errors.ts'
import { parseEpoch } from '../../../model/epoch.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import { trackLowest } from '../../../model/lowest-severity.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { readCsv } from '../../readers/csv.ts'
import { fieldsOf, listOf, textOf } from '../../readers/json-fields.ts'
import { AfterHead } from '../../readers/after-head.ts'
import { readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'
import { peek } from '../../readers/peek.ts'
import { layoutOf, stageOf, type SysdigRow } from './layouts.ts'

/**
 * Sysdig Secure: vulnerability reports as CSV and JSON (old and new columns), and the CSV of the command line's scanner.
 * Format: https://docs.sysdig.com/en/sysdig-secure/vulnerability-reporting/
 */
export const sysdig: Importer = reads({
  id: 'sysdig',
  title: 'Sysdig Secure, vulnerability reports (CSV, JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected a Sysdig report: JSON with data or panels, or CSV with a vulnerability and an image or package',
      )
    const reading = newReading()
    if (layout.kind === 'csv') {
      yield begin(null)
      yield* readCsv(bytes).tell(function* (batch) {
        for (const { row, line, error } of batch) {
          const at = `line ${line}`
          if (error === null) yield* readRow(layout.read(row), at, reading)
          else yield { kind: 'skipped', at, reason: error }
        }
      })
    } else {
      // The end of the time that a report with panels is about.
      let until: Instant | null = null
      const after = new AfterHead('Sysdig', () => begin(until))
      yield* readJson(bytes, ['$.panels[*].filters', '$.panels[*].data[*]', '$.data[*]']).tell(function* (matches) {
        for (const { path, value, at } of matches) {
          if (path === '$.panels[*].filters') until ??= endOf(value)
          else yield* after.tell(readRow(layout.read(fieldsOf(value)), at, reading), until !== null || path === '$.data[*]')
        }
      })
      yield after.end()
    }
    yield end(reading, layout.whole)
  },
})

function* begin(observed_at: Instant | null): Generator<FileRecord> {
  yield { kind: 'report', source: 'sysdig', tool: 'Sysdig Secure', tool_version: null, observed_at }
}

/** The filter `EndTime`, in seconds since 1970. */
function endOf(filters: unknown): Instant | null {
  const end = listOf(filters)
    .map(fieldsOf)
    .find((filter) => textOf(filter['name']) === 'EndTime')
  return parseEpoch(end?.['values'])
}

interface Reading {
  described: Set<string>
  assets: Set<string>
  lowest: ReturnType<typeof trackLowest>
}

const newReading = (): Reading => ({ described: new Set(), assets: new Set(), lowest: trackLowest() })

function* readRow(row: SysdigRow, at: string, reading: Reading): Generator<FileRecord> {
  // Sysdig's own ids are CVE, GHSA, VULNDB and the like: none has a space.
  if (row.id === undefined || /\s/.test(row.id)) {
    yield { kind: 'skipped', at, reason: `Expected the id of a vulnerability; found ${JSON.stringify(row.id?.slice(0, 60) ?? null)}` }
    return
  }
  const asset = row.image ?? row.image_id ?? ''
  if (!reading.assets.has(asset)) {
    reading.assets.add(asset)
    yield assetOf(row, asset)
  }
  reading.lowest.add(parseSeverity(row.severity))
  yield* scannerItem(
    {
      source: 'sysdig',
      asset,
      at,
      ids: [row.id],
      severity: row.severity,
      ratings: [{ score: row.score, vector: row.vector, version: row.version }],
      published_at: row.published === undefined ? null : parseInstant(row.published),
      urls: [row.url],
      component: { name: row.package ?? '', version: row.package_version, type: row.package_type },
      fixed_version: row.fix,
      place: row.path,
      exploit_stage: stageOf(row),
    },
    reading.described,
  )
}

const assetOf = (row: SysdigRow, asset: string): AssetRecord => imageAsset(asset, { references: [row.image], id: row.image_id, os: row.os })

/** A scan covers its image; a report is filtered as its author chose and covers for reports alike, down to its lowest severity. */
function* end({ assets, lowest }: Reading, whole: boolean): Generator<FileRecord> {
  if (whole && assets.size === 0) {
    yield imageAsset('', { references: [] })
    assets.add('')
  }
  const min_severity = lowest.min_severity()
  for (const asset of assets) {
    if (whole) yield { kind: 'coverage', asset, subject: 'vulnerability' }
    else yield { kind: 'coverage', asset, subject: 'vulnerability', checks: 'report', ...(min_severity && { min_severity }) }
  }
}
