import { parseInstant } from '../../../model/time.ts'
import { Amount } from '../../readers/lenient.ts'
import type { Dependency, Project } from './records.ts'

type Row = Record<string, string>

const cell = (row: Row, name: string): string | undefined => row[name]?.trim() || undefined

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Tue, 1 Mar 2022 14:05:09 +0100` or with GMT, as the tool writes its dates: RFC 1123. Null for anything else. */
export function parseScanDate(text: string): number | null {
  const match = /^(?:[A-Za-z]{3}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}(?::\d{2})?) (GMT|UTC|[+-]\d{4})$/.exec(text.trim())
  if (!match) return parseInstant(text)
  const month = MONTHS.indexOf(match[2]!) + 1
  const zone = match[5]!.startsWith('+') || match[5]!.startsWith('-') ? match[5] : 'Z'
  return parseInstant(`${match[3]}-${String(month).padStart(2, '0')}-${match[1]!.padStart(2, '0')}T${match[4]}${zone}`)
}

/** The project that a row is of. A CSV does not name the version of the tool. */
export function projectFromRow(row: Row): Project {
  return { name: cell(row, 'Project') ?? null, version: null, observed_at: parseScanDate(row['ScanDate'] ?? '') }
}

export const isSameProject = (one: Project, other: Project): boolean => one.name === other.name

/** A row is one vulnerability of one dependency. Null when either has no name. */
export function dependencyFromRow(row: Row): Dependency | null {
  const fileName = cell(row, 'DependencyName') ?? cell(row, 'DependencyPath')
  const name = cell(row, 'CVE')
  if (fileName === undefined || name === undefined) return null
  const amount = (column: string) => Amount.parse(row[column])
  const vector = (column: string) => cell(row, column)?.replace(/^\//, '')
  return {
    fileName,
    filePath: cell(row, 'DependencyPath'),
    packages: (cell(row, 'Identifiers') ?? '').split(/,\s*(?=pkg:)/),
    vulnerabilities: [
      {
        name,
        severity: cell(row, 'CVSSv4_BaseSeverity') ?? cell(row, 'CVSSv3_BaseSeverity') ?? cell(row, 'CVSSv2_Severity'),
        ratings: [
          { score: amount('CVSSv4_BaseScore'), vector: vector('CVSSv4'), version: 4 },
          { score: amount('CVSSv3_BaseScore'), vector: vector('CVSSv3'), version: 3 },
          { score: amount('CVSSv2_Score'), vector: vector('CVSSv2'), version: 2 },
        ],
        description: cell(row, 'Vulnerability'),
        exploited: cell(row, 'DateAdded') !== undefined,
      },
    ],
    suppressed: [],
  }
}
