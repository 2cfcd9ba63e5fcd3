import { UserError } from '../../../errors.ts'
import type { ControlResultRecord, FileRecord, FindingRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { peek } from '../../readers/peek.ts'
import { child, childText, childrenNamed, readXml, type XmlNode, xmlRoot } from '../../readers/xml.ts'
import { controlIdOf, controlOf, identsOf, readRule, type Rule, shortId } from './rule.ts'
import { readOval } from './oval.ts'
import { patchOf } from './patch.ts'
import { addFact, assetOf, openTarget, reportOf, type Target } from './target.ts'

/** Most rules of a benchmark that are held; the largest in use (all of a vendor's patches) have some ten thousand. */
const MAX_RULES = 200_000
const MAX_EVIDENCE = 4000
const HOST = 'host'

/** What each result means. `notselected`: not part of this run, so nothing is said. XCCDF 1.2, 6.6.4.2: https://csrc.nist.gov/pubs/ir/7275/r4/upd1/final */
const statuses = new Map<string, ControlResultRecord['status'] | null>([
  ['pass', 'pass'],
  ['fixed', 'pass'],
  ['fail', 'fail'],
  ['notapplicable', 'not_applicable'],
  ['error', 'not_run'],
  ['unknown', 'not_run'],
  ['notchecked', 'not_run'],
  ['informational', 'not_run'],
  ['notselected', null],
])

const elements = [
  'Benchmark/title',
  'Group/title',
  'Rule',
  'TestResult/benchmark',
  'TestResult/profile',
  'TestResult/target',
  'TestResult/target-address',
  'target-facts/fact',
  'TestResult/platform',
  'TestResult/rule-result',
]

/** Where a result stands in the file. */
interface Place {
  line: number
  number: number
}

/** The results of one `TestResult` so far. */
interface Run {
  target: Target
  told: boolean
  controls: boolean
  vulnerabilities: boolean
  /** A check for a vulnerability did not come to an answer, or was left out (`oscap --rule`). */
  failed: boolean
  described: Set<string>
}

/**
 * Results of SCAP scans: XCCDF 1.1 and 1.2 (`Benchmark` with a `TestResult`, or that alone) and ARF (`asset-report-collection`), as OpenSCAP, DISA's
 * SCC and others write them, and OVAL results. Formats: https://csrc.nist.gov/projects/security-content-automation-protocol/specifications/xccdf and …/arf
 */
export const xccdf: Importer = reads({
  id: 'xccdf',
  title: 'XCCDF, ARF and OVAL results (OpenSCAP, SCC)',
  version: 1,
  detect({ text }: Head) {
    const root = rootOf(text)
    if (root === 'oval_results') return text.includes('oval-results-5')
    return (
      ['Benchmark', 'TestResult', 'asset-report-collection'].includes(root) &&
      /checklists\.nist\.gov\/xccdf\/1\.|scap\.nist\.gov\/schema\/asset-reporting-format\//.test(text)
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 16 * 1024)
    if (rootOf(text) === 'oval_results') {
      yield* readOval(bytes)
      return
    }
    const rules = new Map<string, Rule>()
    /** Titles of the groups on the way to the current one, by depth. */
    const groups: string[] = []
    let benchmark = ''
    let run: Run | null = null
    let results = 0
    const options = {
      elements,
      opens: ['Benchmark', 'TestResult'],
      local_names: true,
      flat: ['title', 'description', 'fixtext', 'rationale', 'reference', 'warning', 'message'],
    }
    yield* readXml(bytes, options).tell(function* (events) {
      for (const { event, name, path, line, node } of events) {
        if (event === 'open') {
          if (name === 'Benchmark') benchmark = node.attributes['id'] ?? ''
          else {
            if (run) yield* endRun(run)
            run = {
              target: openTarget(node.attributes, benchmark),
              told: false,
              controls: false,
              vulnerabilities: false,
              failed: false,
              described: new Set(),
            }
          }
        } else if (path.endsWith('Benchmark/title')) {
          // All content that is generated from OVAL has one id; its title names the file.
          if (benchmark === 'generated-xccdf') benchmark += ` ${node.text.trim().split(' ').at(-1)}`
        } else if (name === 'Rule' || path.endsWith('Group/title')) {
          const depth = path.split('/').length - 1
          if (name === 'title') groups[depth] = node.text.trim().slice(0, 200)
          else if (rules.size < MAX_RULES)
            rules.set(node.attributes['id'] ?? '', readRule(node, path.endsWith('Group/Rule') ? (groups[depth] ?? '') : ''))
          else throw new UserError('unreadable_report', `Line ${line}: the benchmark has more than ${MAX_RULES} rules`)
        } else if (run && name === 'rule-result') {
          results++
          if (!run.told) yield* beginRun(run)
          yield* readResult(node, run, rules, { line, number: results })
        } else if (run) readAbout(run.target, name, node)
      }
    })

    if (!run) throw new UserError('unreadable_report', 'Expected results: the file holds a benchmark without a TestResult')
    yield endRun(run)
  },
})

const rootOf = (text: string): string => xmlRoot(text)?.replace(/^.*:/, '') ?? ''

function readAbout(target: Target, name: string, node: XmlNode): void {
  const text = node.text.trim()
  if (name === 'benchmark') target.benchmark ||= node.attributes['id'] || node.attributes['href']?.split('/').at(-1) || ''
  else if (name === 'profile') target.profile = node.attributes['idref'] ?? ''
  else if (name === 'target') target.target ||= text
  else if (name === 'target-address' && target.addresses.length < 1000) target.addresses.push(text)
  else if (name === 'fact') addFact(target, node)
  else if (name === 'platform' && target.platforms.length < 100) target.platforms.push(node.attributes['idref'] ?? '')
}

function* beginRun(run: Run): Generator<FileRecord> {
  run.told = true
  yield reportOf(run.target)
  yield assetOf(run.target, HOST)
}

/** What was run is one profile of one benchmark: another one says nothing about what this one found. */
function* endRun(run: Run): Generator<FileRecord> {
  if (!run.told) yield* beginRun(run)
  const checks = `${shortId(run.target.benchmark)} ${run.target.profile ? shortId(run.target.profile) : 'default'}`
  if (run.controls) yield { kind: 'coverage', asset: HOST, subject: 'control', checks }
  if (run.vulnerabilities && !run.failed) yield { kind: 'coverage', asset: HOST, subject: 'vulnerability', checks }
}

const cvesOf = (said: string[], known: string[]) => (said.length === 0 ? known : [...new Set([...said, ...known])])

const placeInFile = ({ line, number }: Place) => `line ${line} (rule-result ${number})`

function readResult(node: XmlNode, run: Run, rules: Map<string, Rule>, at: Place): FileRecord[] {
  const id = node.attributes['idref']?.trim() ?? ''
  const word = childText(node, 'result')?.toLowerCase() ?? ''
  const status = statuses.get(word)
  if (id === '' || status === undefined) {
    const reason =
      id === ''
        ? 'Expected a rule-result with an idref'
        : `Expected a result pass, fail, error, …; found ${JSON.stringify(word.slice(0, 40))}`
    return [{ kind: 'skipped', at: placeInFile(at), reason }]
  }
  const records: FileRecord[] = []
  const rule = rules.get(id)
  const idents = identsOf(node)
  const severity = parseSeverity(node.attributes['severity']) ?? rule?.severity ?? null
  const patch = patchOf(rule?.title ?? '', cvesOf(idents.cves, rule?.cves ?? []))
  if (patch && status === null) run.failed = true
  if (status === null) return records
  if (patch) {
    run.vulnerabilities = true
    if (status === 'not_run') {
      run.failed = true
      records.push({ kind: 'skipped', at: placeInFile(at), reason: `${rule?.title || id}: ${word}, so nothing is known of it` })
    }
    if (status !== 'fail') return records
    for (const vulnerability_id of patch.ids) {
      if (run.described.has(vulnerability_id)) continue
      run.described.add(vulnerability_id)
      // The title and severity are the update's; they are the vulnerability's only where it is the only one.
      if (patch.ids.length > 1) continue
      records.push({ kind: 'vulnerability', vulnerability_id, ...(rule?.title && { title: rule.title }), ...(severity && { severity }) })
    }
    const finding: FindingRecord = { kind: 'finding', asset: HOST, vulnerability_ids: patch.ids }
    if (severity) finding.severity = severity
    if (rule?.title) finding.title = rule.title
    if (patch.component) finding.component = { name: patch.component }
    if (patch.advisory) finding.fixed_version = patch.advisory
    records.push(finding)
    return records
  }
  run.controls = true
  const control_id = controlIdOf(id, run.target.benchmark)
  if (!run.described.has(control_id)) {
    run.described.add(control_id)
    const { frameworks } = idents
    const version = node.attributes['version'] ?? ''
    records.push(controlOf(control_id, rule, { id, version, frameworks, severity, benchmark: shortId(run.target.benchmark) }))
  }
  const evidence = evidenceOf(node, word)
  const place = instancesOf(node)
  const result: ControlResultRecord = { kind: 'control_result', asset: HOST, control_id, status }
  if (severity) result.severity = severity
  if (evidence) result.evidence = evidence
  if (place) result.place = place.slice(0, 500)
  records.push(result)
  return records
}

/** The things that the rule was checked on, when there are several. */
function instancesOf(node: XmlNode): string {
  const instances = childrenNamed(node, 'instance')
  if (instances.length === 0) return ''
  return instances
    .map((one) => [one.attributes['context'], one.text.trim()].filter(Boolean).join(' '))
    .filter(Boolean)
    .slice(0, 20)
    .join(', ')
}

/** Messages of the checking engine; for results that say more than pass or fail the word itself. */
function evidenceOf(node: XmlNode, word: string): string {
  const messages = childrenNamed(node, 'message').map((one) => one.text.trim())
  const override = child(node, 'override')
  if (override) {
    const by = override.attributes['authority']
    messages.push(
      `Set from ${childText(override, 'old-result') ?? 'another result'} to ${childText(override, 'new-result') ?? word}${by ? ` by ${by}` : ''}`,
    )
  }
  if (!['pass', 'fail', 'notapplicable'].includes(word)) messages.unshift(word)
  return messages.filter(Boolean).join('\n').slice(0, MAX_EVIDENCE)
}
