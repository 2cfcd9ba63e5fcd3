import { parseInstant, type Instant } from '../../model/time.ts'

/**
 * The date in a file name, `files_exploits-2022-07-31.csv` or `20220731`: 12:00 UTC of it. For feeds that state no time of their own and are
 * kept one file per day. The last date wins; null when there is none or it is no real date.
 */
export function dateInName(name: string): Instant | null {
  const dates = [...name.matchAll(/(?<!\d)((?:19|20)\d{2})([-_.]?)(\d{2})\2(\d{2})(?!\d)/g)]
  const last = dates.at(-1)
  return last ? parseInstant(`${last[1]}-${last[3]}-${last[4]}`) : null
}
