import { UserError } from '../../../errors.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { Waiting } from '../../readers/waiting.ts'
import { readLines } from '../../readers/lines.ts'

const TITLE = /^\[\d{2}:\d{2}:\d{2}\] Running Rootkit Hunter version (\S{1,50})(?: on (\S{1,253}))?\s*$/

/** What a run says of itself; it stands at the beginning, the end only says that it ended. */
interface Run {
  version: string | null
  host: string | null
  observed_at: Instant | null
  enabled: string
  disabled: string
  ended: boolean
}

/** The log of Rootkit Hunter. Format: https://rkhunter.sourceforge.net/ */
export const rkhunter: Importer = reads({
  id: 'rkhunter',
  title: 'Rootkit Hunter (log)',
  version: 1,
  detect: ({ text }: Head) => TITLE.test(text.split(/\r?\n/).find((line) => line.trim() !== '') ?? ''),

  async *parse(file: Source): AsyncGenerator<Told> {
    const run: Run = { version: null, host: null, observed_at: null, enabled: '', disabled: '', ended: false }
    const hold = new Waiting('Rootkit Hunter')
    const described = new Set<string>()
    let begun = false
    let test = 'checks'
    let last: { check: string; test: string } | null = null
    // A warning is a check that ends so; the lines behind it say why.
    const why: string[] = []
    const flush = () => {
      if (last) hold.addAll(readWarning(last.check, last.test, why.join('\n'), described))
      last = null
      why.length = 0
    }
    for await (const { text: line } of readLines(file.bytes())) {
      const [, version, host] = TITLE.exec(line) ?? []
      if (version !== undefined) {
        begun = true
        run.version = version
        run.host = host ?? null
        continue
      }
      const text = line.replace(/^\[\d{2}:\d{2}:\d{2}\]/, '')
      readRun(text, run)
      const name = /^ Info: Starting test name '([\w-]{1,60})'/.exec(text)?.[1]
      const [, check, status] = /^(?: Warning:)?\s+(\S.{0,300}?)\s+\[ ([A-Za-z ]{1,20}) \]$/.exec(text) ?? []
      if (check !== undefined) {
        flush()
        if (status === 'Warning') last = { check: check.replace(/^Warning: /, ''), test }
      } else if (name !== undefined) {
        flush()
        test = name
      } else if (last && /^ Warning: |^ {3,}\S/.test(text) && why.length < 50) why.push(text.trim().replace(/^Warning: /, ''))
      else if (text.trim() === '') flush()
    }
    flush()
    if (!begun) throw new UserError('unreadable_report', 'Expected a log that begins with "Running Rootkit Hunter version"')
    yield { kind: 'report', source: 'rkhunter', tool: 'Rootkit Hunter', tool_version: run.version, observed_at: run.observed_at }
    const name = run.host?.toLowerCase() ?? ''
    yield {
      kind: 'asset',
      asset: 'host',
      type: 'device',
      name,
      names: name === '' || name.startsWith('localhost') ? [] : [{ type: name.includes('.') ? 'fqdn' : 'hostname', name }],
    }
    if (run.ended)
      yield {
        kind: 'coverage',
        asset: 'host',
        subject: 'control',
        checks: `tests ${run.enabled || 'all'}, without ${run.disabled || 'none'}`,
      }
    yield hold.take()
  },
})

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Fri Jul 31 05:10:38 UTC 2026`; a zone that has only a name of letters is none that is known everywhere. */
function readDate(text: string): Instant | null {
  const [, month, day, time, year] =
    /^[A-Z][a-z]{2} ([A-Z][a-z]{2})\s+(\d{1,2}) (\d{2}:\d{2}:\d{2}) (?:UTC|GMT) (\d{4})$/.exec(text.trim()) ?? []
  const number = MONTHS.indexOf(month ?? '') + 1
  return number === 0 ? null : parseInstant(`${year}-${String(number).padStart(2, '0')}-${day!.padStart(2, '0')}T${time}Z`)
}

function readRun(text: string, run: Run): void {
  const start = /^ Info: Start date is (.{1,60})$/.exec(text)?.[1]
  if (start !== undefined) run.observed_at = readDate(start)
  run.enabled ||= /^ Info: Enabled tests are: (.{1,140})/.exec(text)?.[1]?.trim() ?? ''
  run.disabled ||= /^ Info: Disabled tests are: (.{1,140})/.exec(text)?.[1]?.trim() ?? ''
  run.ended ||= /^ Info: End date is |^ The system checks took: /.test(text)
}

function* readWarning(check: string, test: string, why: string, described: Set<string>): Generator<FileRecord> {
  const control_id = `rkhunter:${test}`
  if (!described.has(control_id)) {
    described.add(control_id)
    yield { kind: 'control', control_id, title: `Rootkit Hunter test ${test.replaceAll('_', ' ')}`, category: 'Rootkits and host checks' }
  }
  yield { kind: 'finding', asset: 'host', control_id, title: why.split('\n')[0] || check, component: { name: check, type: 'check' } }
}
