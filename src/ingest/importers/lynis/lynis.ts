import { UserError } from '../../../errors.ts'
import { identifyingNames } from '../../../model/host-name.ts'
import { parseOsFamily } from '../../../model/os-family.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import type { Severity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { readLines } from '../../readers/lines.ts'
import { groupedBy } from '../../../model/grouped-by.ts'

const SOURCE = 'lynis'
const HOST = 'host'
const MAX_TEXT = 4000
/** Most warnings, suggestions and details that are held; Lynis has some 450 tests. */
const MAX_ITEMS = 20_000
const TEST = /^[A-Z][A-Z0-9]{1,9}(?:-\d{1,5})?$/

/** A warning is something that Lynis holds to be wrong, a suggestion something that could be better. It states no other severity. */
const severities: Record<'warning' | 'suggestion', Severity> = { warning: 'medium', suggestion: 'low' }

interface Remark {
  kind: 'warning' | 'suggestion'
  test: string
  text: string
  details: string
  solution: string
}

/** What is kept of the file. Single values in `facts`, lists (`name[]=`) of addresses in `addresses`. */
interface Report {
  facts: Map<string, string>
  addresses: string[]
  remarks: Remark[]
  details: Map<string, string[]>
  vulnerable: string[]
  skipped: FileRecord[]
}

/**
 * Lynis' report data, `lynis-report.dat`: lines of `name=value` and `name[]=value`. The values of a warning or suggestion are separated by `|`: test, text,
 * details, solution. Description: https://cisofy.com/documentation/lynis/#report
 */
export const lynis: Importer = reads({
  id: 'lynis',
  title: 'Lynis (lynis-report.dat)',
  version: 1,
  detect: ({ text }: Head) =>
    /^(?:# Lynis Report|report_version_major=)/.test(text) && /^report_version_major=/m.test(text) && /^lynis_version=/m.test(text),

  async *parse(file: Source): AsyncGenerator<Told> {
    const report: Report = { facts: new Map(), addresses: [], remarks: [], details: new Map(), vulnerable: [], skipped: [] }
    for await (const { line, text } of readLines(file.bytes())) readLine(report, text, line)
    if (!report.facts.has('lynis_version')) throw new UserError('unreadable_report', 'Expected a Lynis report with lynis_version=')
    yield records(report)
  },
})

function readLine(report: Report, text: string, line: number): void {
  const equals = text.indexOf('=')
  if (equals <= 0 || text.startsWith('#')) return
  const name = text.slice(0, equals).trim()
  const value = text.slice(equals + 1).trim()
  if (name === 'warning[]' || name === 'suggestion[]') {
    const [test = '', said = '', details = '', solution = ''] = value.split('|').map((part) => (part.trim() === '-' ? '' : part.trim()))
    if (!TEST.test(test) || said === '') {
      report.skipped.push({
        kind: 'skipped',
        at: `line ${line}`,
        reason: `Expected ${name}=TEST-1234|text; found ${JSON.stringify(value.slice(0, 60))}`,
      })
    } else if (report.remarks.length < MAX_ITEMS)
      report.remarks.push({
        kind: name === 'warning[]' ? 'warning' : 'suggestion',
        test,
        text: said,
        details,
        solution: solution.replace(/^text:/, ''),
      })
    else throw new UserError('unreadable_report', `The report has more than ${MAX_ITEMS} warnings and suggestions`)
  } else if (name === 'details[]') {
    const [test = '', , said = ''] = value.split('|')
    const held = report.details.get(test) ?? []
    if (TEST.test(test) && said && held.length < 200 && report.details.size < MAX_ITEMS) report.details.set(test, [...held, said])
  } else if (name === 'vulnerable_package[]') {
    if (report.vulnerable.length < 2000) report.vulnerable.push(value)
  } else if (name === 'network_ipv4_address[]' || name === 'network_ipv6_address[]') {
    if (report.addresses.length < 1000) report.addresses.push(value)
  } else if (!report.facts.has(name) && report.facts.size < 20_000) report.facts.set(name, value)
}

function assetOf({ facts, addresses }: Report): AssetRecord {
  const fact = (name: string) => facts.get(name) ?? ''
  const [host, domain] = [fact('hostname'), fact('domainname')]
  const names: AssetRecord['names'] = identifyingNames([
    host && domain && !host.includes('.') ? `${host}.${domain}` : '',
    host,
    ...addresses,
  ])
  const id = fact('hostid2') || fact('hostid')
  if (/^[0-9a-f]{16,128}$/i.test(id)) names.unshift({ type: 'agent_id', name: `${SOURCE}:${id.toLowerCase()}` })
  const os = fact('os_fullname') || [fact('os_name') || fact('os'), fact('os_version')].filter(Boolean).join(' ')
  const family = parseOsFamily(os) ?? parseOsFamily(fact('os'))
  return {
    kind: 'asset',
    asset: HOST,
    type: 'device',
    name: names.find(({ type }) => type === 'fqdn' || type === 'hostname')?.name ?? host,
    names,
    ...(os && { attributes: { os, ...(family && { os_family: family }) } }),
  }
}

function* records(report: Report): Generator<FileRecord> {
  const { facts, remarks } = report
  const fact = (name: string) => facts.get(name) ?? ''
  yield {
    kind: 'report',
    source: SOURCE,
    tool: 'Lynis',
    tool_version: fact('lynis_version') || null,
    observed_at: parseInstant(fact('report_datetime_end')) ?? parseInstant(fact('report_datetime_start')),
  }
  yield assetOf(report)
  const narrowed = [fact('test_category'), fact('test_group')].filter((one) => one !== '' && one !== 'all')
  yield { kind: 'coverage', asset: HOST, subject: 'control', checks: narrowed.length > 0 ? narrowed.join(' ') : 'all' }

  const failed = groupedBy(remarks, (remark) => remark.test)
  for (const [test, own] of failed) yield* remarkRecords(report, test, own)
  for (const test of passed(report, new Set(failed.keys()))) {
    yield { kind: 'control', control_id: `${SOURCE}:${test}`, title: test, ...linkOf(test), partial: true }
    yield { kind: 'control_result', asset: HOST, control_id: `${SOURCE}:${test}`, status: 'pass' }
  }
  yield* softwareRecords(facts)
  yield* report.skipped
}

/** One result for each warning and suggestion; as a test has one state, each of them tells all that the test said. */
function* remarkRecords(report: Report, test: string, own: Remark[]): Generator<FileRecord> {
  const severity = own.some(({ kind }) => kind === 'warning') ? severities.warning : severities.suggestion
  const solution = own.map((one) => one.solution).find(Boolean)
  const lines = [
    ...new Set(own.map(({ text, details }) => [text, details].filter(Boolean).join(' – '))),
    ...(report.details.get(test) ?? []),
    ...(test === 'PKGS-7392' ? [report.vulnerable.join(', ')] : []),
  ].filter(Boolean)
  const control_id = `${SOURCE}:${test}`
  yield {
    kind: 'control',
    control_id,
    title: own[0]!.text.slice(0, 500),
    severity,
    ...linkOf(test),
    ...(solution && { remediation: solution.slice(0, MAX_TEXT) }),
  }
  for (const _ of own) {
    yield { kind: 'control_result', asset: HOST, control_id, status: 'fail', severity, evidence: lines.join('\n').slice(0, MAX_TEXT) }
  }
}

/** The letters before the number are the tests' group. The tool itself links to these pages. */
const linkOf = (test: string): { category?: string; url?: string } =>
  test.includes('-') ? { category: test.split('-')[0]!, url: `https://cisofy.com/lynis/controls/${test}/` } : {}

/** Tests that ran to the end of the audit and had nothing to say. */
function* passed({ facts }: Report, failed: Set<string>): Generator<string> {
  if (facts.get('finish') !== 'true') return
  const seen = new Set(failed)
  // It always looks at its own age, and does not list that as a test.
  if (!failed.has('LYNIS')) yield 'LYNIS'
  for (const one of (facts.get('tests_executed') ?? '').split('|')) {
    const test = one.trim()
    if (!TEST.test(test) || seen.has(test)) continue
    seen.add(test)
    yield test
  }
}

/** `installed_packages_array=|bash,5.2.15|…`: what the package manager has. */
function* softwareRecords(facts: Map<string, string>): Generator<FileRecord> {
  const packages = (facts.get('installed_packages_array') ?? '').split('|').filter((one) => one.trim() !== '')
  if (packages.length === 0) return
  yield { kind: 'coverage', asset: HOST, subject: 'software' }
  for (const one of packages) {
    const comma = one.indexOf(',')
    const name = (comma < 0 ? one : one.slice(0, comma)).trim()
    const version = comma < 0 ? '' : one.slice(comma + 1).trim()
    if (name) yield { kind: 'software', asset: HOST, name, ...(version && { version }) }
  }
}
