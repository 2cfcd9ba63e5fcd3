import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Instant, parseInstant } from '../../../model/time.ts'
import type { Source, Told } from '../../importer.ts'
import { child, childText, childrenNamed, readXml, type XmlNode } from '../../readers/xml.ts'
import { Waiting, withOwnTexts } from '../../readers/waiting.ts'
import { type Narrowing, readFilter } from './filter.ts'
import { accessOf, hostAsset, type Result, resultRecords } from './result.ts'

interface Host {
  key: string
  loggedIn: boolean
  ended: Instant | null
  /** It was scanned to the end, says its own entry. */
  listed: boolean
}

/**
 * A report of Greenbone's vulnerability manager (GVM, OpenVAS) as XML, of all versions since OMP 4. Format: https://docs.greenbone.net/API/GMP/gmp-22.6.html#command_get_reports
 */
export async function* parseXmlReport(file: Source): AsyncGenerator<Told> {
  const hosts = new Map<string, Host>()
  const described = new Set<string>()
  // The end of the scan stands behind the results, which wait for it.
  const held = new Waiting('OpenVAS')
  const head = new Map<string, string>()
  let reported = false
  let narrowing = null as Narrowing | null
  let task = ''
  let whole = true
  let results = 0
  let full: number | null = null
  let filtered: number | null = null

  const begin = function* (): Generator<FileRecord> {
    if (reported) return
    reported = true
    const observed_at =
      parseInstant(head.get('scan_end') ?? '') ?? parseInstant(head.get('scan_start') ?? '') ?? parseInstant(head.get('timestamp') ?? '')
    yield { kind: 'report', source: 'openvas', tool: 'OpenVAS', tool_version: head.get('version') ?? null, observed_at }
    yield* held.take()
  }
  const emit = function* (records: Iterable<FileRecord>): Generator<FileRecord> {
    if (reported) yield* records
    else for (const record of records) held.add(withOwnTexts(record))
  }
  const hostOf = function* (ip: string, names: (string | null)[], os: string | null, ended: Instant | null): Generator<FileRecord, Host> {
    let host = hosts.get(ip)
    const known = host !== undefined
    if (!host) hosts.set(ip, (host = { key: `h${hosts.size + 1}`, loggedIn: false, ended: null, listed: false }))
    if (!known || os !== null || ended !== null)
      yield { ...hostAsset(host.key, ip, names, os), ...(ended !== null && { observed_at: ended }) }
    return host
  }

  const texts = ['scan_run_status', 'scan_start', 'scan_end', 'timestamp']
  const elements = [
    'gmp/version',
    'omp/version',
    ...texts.map((name) => `report/${name}`),
    'report/result_count',
    'filters/term',
    'results/result',
    'report/host',
  ]
  yield* readXml(file.bytes(), { elements, opens: ['report/task', 'report/results', 'report'] }).tell(function* (events) {
    for (const { event, name, node, line } of events) {
      if (event === 'open') {
        if (name === 'task') task ||= node.attributes['id'] ?? ''
        if (name === 'report' && node.attributes['type'] === 'delta') whole = false
        // A page of the results: it holds fewer than there may be.
        if (name === 'results') head.set('max', node.attributes['max'] ?? '-1')
        if (name === 'results' && (node.attributes['start'] ?? '1') !== '1') whole = false
      } else if (name === 'term') narrowing = readFilter(node.text)
      else if (name === 'result_count') {
        full = count(childText(node, 'full'))
        filtered = count(childText(node, 'filtered'))
      } else if (name === 'result') {
        results++
        const at = `line ${line} (result ${results})`
        const ip = child(node, 'host')?.text.trim() ?? ''
        const oid = child(node, 'nvt')?.attributes['oid']?.trim() ?? ''
        const marked = reasonToSkip(node)
        if (ip === '' || oid === '' || marked !== null) {
          yield* emit([
            { kind: 'skipped', at, reason: marked ?? (ip === '' ? 'the result names no host' : 'the result names no test (nvt oid)') },
          ])
          continue
        }
        const place = child(node, 'host')!
        const { records, value: host } = collect(hostOf(ip, [childText(place, 'hostname')], null, null))
        const result = readResult(node, oid, host.key)
        host.loggedIn ||= result.access === 'full'
        yield* emit([...records, ...resultRecords(result, described)])
      } else if (name === 'host') {
        const ip = childText(node, 'ip') ?? node.text.trim()
        if (ip === '') continue
        const details = new Map(
          childrenNamed(node, 'detail').map((detail) => [childText(detail, 'name') ?? '', childText(detail, 'value')]),
        )
        const ended = parseInstant(childText(node, 'end') ?? '')
        const { records, value: host } = collect(hostOf(ip, [details.get('hostname') ?? null], details.get('best_os_txt') ?? null, ended))
        host.loggedIn ||= [...details.keys()].some((key) => /^Auth-\w+-Success$/.test(key))
        host.listed = ended !== null
        host.ended = ended
        yield* emit(records)
      } else if (!head.has(name)) head.set(name, node.text.trim())
    }
  })

  yield begin()

  const max = count(head.get('max') ?? null)
  const paged = (max !== null && results >= max) || (filtered !== null && results < filtered)
  if (!whole || paged || head.get('scan_run_status') !== 'Done' || narrowing === null || full === null || task === '') return
  for (const { key, loggedIn, listed } of hosts.values()) {
    if (!listed) continue
    yield {
      kind: 'coverage',
      asset: key,
      subject: 'vulnerability',
      access: loggedIn ? 'full' : 'remote',
      ...(narrowing.min_severity && { min_severity: narrowing.min_severity }),
      checks: `task ${task}${narrowing.min_qod > 0 ? ` from ${narrowing.min_qod} % quality` : ''}`,
    }
  }
}

/** Runs a generator to its end: what it yielded, and what it returned. */
function collect<T, R>(generator: Generator<T, R>): { records: T[]; value: R } {
  const records: T[] = []
  for (;;) {
    const next = generator.next()
    if (next.done) return { records, value: next.value }
    records.push(next.value)
  }
}

const count = (text: string | null): number | null => (text !== null && /^\d{1,9}$/.test(text) ? +text : null)

function reasonToSkip(node: XmlNode): string | null {
  if (childText(node, 'threat')?.toLowerCase() === 'false positive') return 'the result is marked as a false positive'
  return childText(node, 'delta') === 'gone' ? 'the comparison lists the result as gone' : null
}

function readResult(node: XmlNode, oid: string, asset: string): Result {
  const nvt = child(node, 'nvt')!
  const references = childrenNamed(child(nvt, 'refs') ?? nvt, 'ref')
  const severities = childrenNamed(child(nvt, 'severities') ?? nvt, 'severity')
  const tags = new Map(
    (childText(nvt, 'tags') ?? '').split('|').map((tag) => {
      const sign = tag.indexOf('=')
      return [tag.slice(0, sign), tag.slice(sign + 1).trim()] as const
    }),
  )
  const detection = child(child(node, 'detection') ?? nvt, 'result')
  const detected = new Map(
    childrenNamed((detection && child(detection, 'details')) ?? nvt, 'detail').map((detail) => [
      childText(detail, 'name') ?? '',
      childText(detail, 'value'),
    ]),
  )
  const qod = child(node, 'qod')
  const dates = severities.map((one) => parseInstant(childText(one, 'date') ?? '')).filter((date) => date !== null)
  return {
    asset,
    oid,
    title: childText(nvt, 'name') ?? childText(node, 'name'),
    severity: parseSeverity(childText(node, 'threat')),
    score: childText(nvt, 'cvss_base') ?? childText(node, 'severity'),
    vectors: [...severities.map((one) => childText(one, 'value') ?? ''), tags.get('cvss_base_vector') ?? ''].filter((one) => one !== ''),
    cves: [
      ...references.filter((ref) => ref.attributes['type']?.toLowerCase() === 'cve').map((ref) => ref.attributes['id'] ?? ''),
      ...(childText(nvt, 'cve') ?? '').split(/[,\s]+/),
    ],
    port: childText(node, 'port') ?? '',
    output: childText(node, 'description') ?? '',
    product: detected.get('product') ?? null,
    location: detected.get('location') ?? null,
    access: accessOf(qod && childText(qod, 'type'), childText(nvt, 'family')),
    description: tags.get('summary') || null,
    published: dates.length > 0 ? Math.min(...dates) : null,
  }
}
