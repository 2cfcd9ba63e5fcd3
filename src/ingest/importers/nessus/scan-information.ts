import { type Instant, parseInstant } from '../../../model/time.ts'
import { zoneOffset } from '../../readers/date-in-words.ts'

/** The plugin whose output tells how its host was scanned. */
export const SCAN_INFORMATION = '19506'

/** What plugin 19506 ("Nessus Scan Information") says of the scan of its host. */
export interface ScanInformation {
  version: string | null
  credentialed: boolean | null
  policy: string | null
  /** The end of the scan; null when it is not told or its zone has no known offset. */
  ended: Instant | null
}

/** Lines such as `Credentialed checks : yes, as 'root' via ssh`, `Scan Start Date : 2021/1/25 18:40 CET (UTC +1:00)`. */
export function readScanInformation(output: string): ScanInformation {
  const line = (name: string) => new RegExp(`^${name} : (.{1,200})$`, 'm').exec(output)?.[1]!.trim() ?? null
  const answer = /^(yes|no)\b/.exec(line('Credentialed checks') ?? '')?.[1]
  const start = /^(\d{4})\/(\d{1,2})\/(\d{1,2}) (\d{1,2}):(\d{2})(?: (.{1,60}))?$/.exec(line('Scan Start Date') ?? '')
  let ended: Instant | null = null
  if (start) {
    const two = (text: string) => text.padStart(2, '0')
    const wall = parseInstant(`${start[1]}-${two(start[2]!)}-${two(start[3]!)}T${two(start[4]!)}:${start[5]}Z`)
    const offset = start[6] === undefined ? 0 : zoneOffset(start[6])
    const seconds = /^(\d{1,7}) sec/.exec(line('Scan duration') ?? '')?.[1]
    if (wall !== null && offset !== null) ended = wall - offset * 60_000_000 + +(seconds ?? 0) * 1_000_000
  }
  return {
    version: /^(\d[\w.]{0,30})$/.exec(line('Nessus version') ?? '')?.[1] ?? null,
    credentialed: answer === undefined ? null : answer === 'yes',
    policy: line('Scan policy used'),
    ended,
  }
}
