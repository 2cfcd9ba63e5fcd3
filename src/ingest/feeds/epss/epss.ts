import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Feed, type Head, reads, type Source, type Told } from '../../importer.ts'
import { readCsv } from '../../readers/csv.ts'
import { dateInName } from '../../readers/date-in-name.ts'
import { peek } from '../../readers/peek.ts'

const SOURCE = 'epss'
const NATIVE = /^(?:#[^\r\n]{0,500}\r?\n)?cve,epss(?:,percentile)?\r?\n/
/** A daily join of KEV, EPSS and NVD that some keep: a part of the CVEs only. */
const JOIN = /^CVE,CVSS3,EPSS,EPSS Percentile,/
const CVE = /^CVE-\d{4}-\d{4,19}$/
const DECIMAL = /^(?:\d(?:\.\d{1,18})?(?:e-\d{1,2})?|\.\d{1,18})$/i

/** A number from 0 to 1, or null. Small ones are written with an exponent. */
function share(text: string): number | null {
  if (!DECIMAL.test(text)) return null
  const value = Number(text)
  return value <= 1 ? value : null
}

/** Whole lines without their ends, and how the file ended: `last` is the text behind the last line end. */
async function* lines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bytes) {
    const text = rest + decoder.decode(chunk, { stream: true })
    const end = text.lastIndexOf('\n')
    if (end < 0) {
      if (text.length > 100_000)
        throw new UserError('unreadable_report', 'Expected short lines CVE,EPSS,percentile; found one of over 100,000 characters')
      rest = text
      continue
    }
    rest = text.slice(end + 1)
    yield text.slice(0, end).split('\n')
  }
  rest += decoder.decode()
  if (rest !== '') yield [rest]
}

/** The native file. By hand and without objects in between: it has 350,000 rows. */
async function* readNative(bytes: AsyncIterable<Uint8Array>, head: string, name: string): AsyncGenerator<Told> {
  const comment = /^#([^\r\n]*)/.exec(head)?.[1] ?? ''
  const model = /(?:^|,)\s*model_version:([^,\s]{1,40})/.exec(comment)?.[1] ?? null
  const date = /(?:^|,)\s*score_date:([^,\s]{1,40})/.exec(comment)?.[1]
  yield {
    kind: 'report',
    source: SOURCE,
    tool: 'FIRST EPSS',
    tool_version: model,
    observed_at: (date === undefined ? null : parseInstant(date)) ?? dateInName(name),
    complete: true,
  }
  let line = 0
  let rows = 0
  let last: FileRecord | null = null
  for await (const batch of lines(bytes)) {
    const records: FileRecord[] = []
    for (let text of batch) {
      line++
      if (last !== null) {
        records.push(last)
        last = null
      }
      if (text.endsWith('\r')) text = text.slice(0, -1)
      if (text === '' || (line <= 2 && (text.startsWith('#') || text.startsWith('cve,epss')))) continue
      const first = text.indexOf(',')
      const second = text.indexOf(',', first + 1)
      const vulnerability_id = text.slice(0, first)
      const epss = share(second < 0 ? text.slice(first + 1) : text.slice(first + 1, second))
      const percentile = second < 0 ? null : share(text.slice(second + 1))
      if (first < 0 || epss === null || !CVE.test(vulnerability_id)) {
        last = {
          kind: 'skipped',
          at: `line ${line}`,
          reason: `Expected CVE,EPSS,percentile with numbers from 0 to 1; found ${JSON.stringify(text.slice(0, 60))}`,
        }
        continue
      }
      rows++
      records.push({ kind: 'epss', vulnerability_id, epss, percentile })
    }
    yield records
  }
  // A row that is wrong and the last one is a download that stopped: the list is complete, so what is missing would be withdrawn.
  if (last !== null) throw new UserError('unreadable_report', `Line ${line}: the file ends in the middle of a row; fetch it again`)
  if (rows === 0) throw new UserError('unreadable_report', 'Expected rows below the header; an empty list would withdraw every score')
}

async function* readJoin(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Told> {
  yield { kind: 'report', source: SOURCE, tool: 'FIRST EPSS', tool_version: null, observed_at: dateInName(name) }
  yield* readCsv(bytes).tell(function* (batch) {
    for (const { line, row, error } of batch) {
      const vulnerability_id = row.CVE?.trim() ?? ''
      const epss = share(row.EPSS?.trim() ?? '')
      if (error !== null || epss === null || !CVE.test(vulnerability_id)) {
        yield { kind: 'skipped', at: `line ${line}`, reason: error ?? 'Expected a CVE id, and EPSS from 0 to 1' }
        continue
      }
      yield { kind: 'epss', vulnerability_id, epss, percentile: share(row['EPSS Percentile']?.trim() ?? '') }
    }
  })
}

/** EPSS, the probability of exploitation in the next 30 days, daily for all CVEs: https://www.first.org/epss/data_stats */
export const epss: Feed = reads({
  id: 'epss',
  title: 'FIRST EPSS (daily CSV)',
  version: 1,
  url: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  every: '1 day',
  detect: ({ text: head }: Head) => NATIVE.test(head) || JOIN.test(head),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes())
    if (NATIVE.test(head)) yield* readNative(bytes, head, file.name)
    else if (JOIN.test(head)) yield* readJoin(bytes, file.name)
    else
      throw new UserError(
        'unreadable_report',
        'Expected the daily EPSS file: a comment line with model_version and score_date, then cve,epss,percentile',
      )
  },
})
