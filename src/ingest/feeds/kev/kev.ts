import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Fields, fieldsOf, textOf } from '../../readers/json-fields.ts'

const SOURCE = 'cisa-kev'
const CVE = /^CVE-\d{4}-\d{4,19}$/

/** One entry of the catalogue, JSON and CSV alike. Listed since 12:00 UTC of `dateAdded`. */
function* entry(item: Fields, at: string): Generator<FileRecord> {
  const vulnerability_id = textOf(item.cveID)
  if (!CVE.test(vulnerability_id)) {
    yield { kind: 'skipped', at, reason: `Expected a CVE id in cveID; found ${JSON.stringify(vulnerability_id.slice(0, 40))}` }
    return
  }
  const since = parseInstant(textOf(item.dateAdded))
  // A statement of its own, since the flag may come or go long after the listing. Its date is the listing's: the catalogue has no other.
  const ransomware = textOf(item.knownRansomwareCampaignUse).toLowerCase() === 'known'
  yield { kind: 'exploit', vulnerability_id, stage: 'known_exploited', ...(since !== null && { since }), reference: '' }
  if (ransomware)
    yield { kind: 'exploit', vulnerability_id, stage: 'ransomware', ...(since !== null && { since }), reference: 'ransomware' }
}

const isCatalogue = (head: string) =>
  /^\s*\{/.test(head) && /"catalogVersion"\s*:\s*"/.test(head) && /"vulnerabilities"\s*:\s*\[/.test(head)
const isTable = (head: string) => {
  const columns = new Set(csvHeader(head))
  return ['cveID', 'vendorProject', 'vulnerabilityName', 'dateAdded'].every((name) => columns.has(name))
}

async function* readCatalogue(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const about = new Map<string, unknown>()
  let entries = 0
  const begin = (): FileRecord => ({
    kind: 'report',
    source: SOURCE,
    tool: 'CISA KEV',
    tool_version: textOf(about.get('$.catalogVersion')) || null,
    observed_at:
      parseInstant(textOf(about.get('$.dateReleased'))) ?? parseInstant(textOf(about.get('$.catalogVersion')).replaceAll('.', '-')),
    complete: true,
  })
  yield* readJson(bytes, ['$.catalogVersion', '$.dateReleased', '$.count', '$.vulnerabilities[*]']).tell(function* (matches) {
    for (const { path, at, value } of matches) {
      if (path !== '$.vulnerabilities[*]') {
        about.set(path, value)
        continue
      }
      if (entries++ === 0) yield begin()
      yield* entry(fieldsOf(value), at)
    }
  })

  const count = about.get('$.count')
  // An empty catalogue would withdraw all that is listed.
  if (entries === 0 || (typeof count === 'number' && count !== entries)) {
    throw new UserError(
      'unreadable_report',
      `Expected ${typeof count === 'number' ? count : 'some'} vulnerabilities as "count" says; found ${entries}`,
    )
  }
}

/** The CSV has no time of its own; a date in its name stands in. It is complete, so a damaged row is no row to pass over. */
async function* readTable(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Told> {
  let entries = 0
  yield { kind: 'report', source: SOURCE, tool: 'CISA KEV', tool_version: null, observed_at: dateInName(name), complete: true }
  yield* readCsv(bytes).tell(function* (rows) {
    for (const { line, row, error } of rows) {
      if (error !== null) throw new UserError('unreadable_report', `Line ${line}: ${error}`)
      entries++
      yield* entry(row, `line ${line}`)
    }
  })

  if (entries === 0)
    throw new UserError('unreadable_report', 'Expected entries below the header; an empty catalogue would withdraw everything')
}

/**
 * CISA's catalogue of known exploited vulnerabilities, complete in every file. Format:
 * https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities_schema.json
 */
export const kev: Feed = reads({
  id: 'kev',
  title: 'CISA Known Exploited Vulnerabilities (JSON, CSV)',
  version: 1,
  url: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  every: '6 hours',
  detect: ({ text: head }: Head) => isCatalogue(head) || isTable(head),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    if (/^\s*</.test(head)) {
      throw new UserError(
        'unreadable_report',
        'Expected the KEV catalogue as JSON; this is a web page, probably an error page that was saved instead of the feed',
      )
    }
    if (isTable(head)) yield* readTable(bytes, file.name)
    else if (isCatalogue(head)) yield* readCatalogue(bytes)
    else
      throw new UserError(
        'unreadable_report',
        'Expected the KEV catalogue: JSON with catalogVersion and vulnerabilities, or CSV with cveID and dateAdded',
      )
  },
})
