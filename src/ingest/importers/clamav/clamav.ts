import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { Waiting } from '../../readers/waiting.ts'
import { readLines } from '../../readers/lines.ts'

const SUMMARY = /^-+ SCAN SUMMARY -+$/
const FOUND = /^(.{1,4096}): (\S{1,300}) FOUND$/
/** What clamscan writes of a file that it scanned or could not scan. */
const FILE = /^(?:\/|[A-Za-z]:\\).{1,4096}: (?:OK|Empty file|Excluded|Symbolic link|\S{1,300} FOUND|.{1,300} ERROR)$/

function detect({ text }: Head): boolean {
  if (/^\s*[[{<]/.test(text)) return false
  if (/^-+ SCAN SUMMARY -+\s*$/m.test(text) && /^Known viruses: \d/m.test(text)) return true
  // A long report has its summary far behind.
  const lines = text
    .split(/\r?\n/)
    .slice(0, -1)
    .filter((line) => line.trim() !== '')
  return lines.length > 0 && lines.every((line) => FILE.test(line))
}

/** Malware that ClamAV's clamscan found. Format: https://docs.clamav.net/manual/Usage/Scanning.html */
export const clamav: Importer = reads({
  id: 'clamav',
  title: 'ClamAV (clamscan, text)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const described = new Set<string>()
    const hold = new Waiting('ClamAV')
    let summary = false
    let files = 0
    let version: string | null = null
    let observed_at: Instant | null = null
    for await (const { text, line } of readLines(file.bytes())) {
      if (SUMMARY.test(text)) summary = true
      else if (summary) {
        version ??= /^Engine version: (\S{1,50})/.exec(text)?.[1] ?? null
        const [, date, time] = /^Start Date:\s*(\d{4}:\d{2}:\d{2}) (\d{2}:\d{2}:\d{2})/.exec(text) ?? []
        if (date !== undefined) observed_at = parseInstant(`${date.replaceAll(':', '-')}T${time}Z`)
      } else {
        const [, path, signature] = FOUND.exec(text) ?? []
        if (path !== undefined && signature !== undefined) hold.addAll(readFound(path, signature, described))
        else if (text.endsWith(' ERROR')) hold.addAll([{ kind: 'skipped', at: `line ${line}`, reason: text.slice(0, 500) }])
        if (FILE.test(text)) files++
      }
    }
    if (!summary && files === 0)
      throw new UserError('unreadable_report', 'Expected lines such as "/path: OK" or "/path: Name FOUND", or a SCAN SUMMARY')
    yield { kind: 'report', source: 'clamav', tool: 'ClamAV', tool_version: version, observed_at }
    yield { kind: 'asset', asset: 'host', type: 'device', name: '', names: [] }
    yield hold.take()
  },
})

function* readFound(path: string, signature: string, described: Set<string>): Generator<FileRecord> {
  const control_id = `clamav:${signature}`
  if (!described.has(control_id)) {
    described.add(control_id)
    yield { kind: 'control', control_id, title: `Malware: ${signature}`, category: 'Malware' }
  }
  yield { kind: 'finding', asset: 'host', control_id, title: signature, component: { name: path, type: 'file' }, place: path }
}
