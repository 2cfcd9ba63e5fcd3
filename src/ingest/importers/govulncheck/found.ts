import { UserError } from '../../../errors.ts'
import type { SkippedRecord } from '../../../model/record.ts'
import type { OsvRecord } from '../../readers/osv.ts'

const MOST = 100_000

/** How near the code comes to a vulnerability: its module is required, a package with it is imported, a symbol with it is called. */
export type Reach = 'required' | 'imported' | 'called'

/** One vulnerability in one module, of all the messages or call sinks about it. */
export interface Found {
  /** GO-2024-2567 */
  osv: string
  module: string
  version: string | undefined
  fixed: string | undefined
  reach: Reach
  /** Where the own code calls it (`main.go:12`), else the package or symbol with it. */
  place: string | undefined
}

/** What a report says, while it is read. */
export interface Scan {
  version: string | null
  /** `symbol` unless the report says that it looked less deep. */
  level: string
  /** Path of the module that was scanned: the one without a version. */
  main: string | null
  osv: Map<string, OsvRecord>
  found: Map<string, Found>
  skipped: SkippedRecord[]
}

export const newScan = (): Scan => ({ version: null, level: 'symbol', main: null, osv: new Map(), found: new Map(), skipped: [] })

const REACHES: Reach[] = ['required', 'imported', 'called']

/** The same vulnerability is reported for each level that it was seen at, and for each symbol: what is nearest counts, of equals the first. */
export function addFound(scan: Scan, found: Found): void {
  const key = `${found.osv} ${found.module}`
  const known = scan.found.get(key)
  if (known && REACHES.indexOf(known.reach) >= REACHES.indexOf(found.reach)) return
  if (!known && scan.found.size >= MOST) throw new UserError('unreadable_report', `The report holds more than ${MOST} vulnerabilities`)
  scan.found.set(key, { ...found, version: found.version ?? known?.version, fixed: found.fixed ?? known?.fixed })
}
