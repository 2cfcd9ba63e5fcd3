import type { NumberedPlaces } from '../../../model/numbered-place.ts'
import type { FileRecord, FindingRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { parseSeverity, type Severity, severityOfCvss } from '../../../model/severity.ts'
import { oneLine } from '../../readers/json-fields.ts'
import { bestRating, type CvssRating } from '../../readers/cvss.ts'
import { allRules, findRule, messageOf, type Result, type Rule, type Tool } from './log.ts'

const CVE = /CVE-\d{4}-\d{4,10}/gi
/** Ids of public lists of vulnerabilities that are not CVE. */
const OTHER_ID =
  /\b(?:GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|GO-\d{4}-\d{4,10}|RUSTSEC-\d{4}-\d{4}|PYSEC-\d{4}-\d{1,10}|SNYK-[A-Z0-9]{1,40}-[A-Z0-9-]{1,200}|BDSA-\d{4}-\d{4,10})\b/i

/** What the specification's words mean here (section 3.27.10): a note is "a minor problem", none "a concern that is no problem". */
const LEVELS = new Map<string, Severity>([
  ['error', 'high'],
  ['warning', 'medium'],
  ['note', 'low'],
  ['none', 'informational'],
])

/** One run of a tool while its results are read. */
export interface RunState {
  asset: string
  tool: Tool
  /** Addresses of the run's artifacts, for locations that only give an index. */
  artifacts: string[]
  /** The path of a file by its address, relative to the folder of the run where that is known. */
  pathOf: (uri: string) => string
  controlId: (id: string) => string
  /** Vulnerabilities and controls that were described already. */
  described: Set<string>
  /** Places of a rule in a file so far. */
  places: NumberedPlaces
  /** Controls that fail somewhere in the run or in another of the same tool and asset. */
  failing: Set<string>
}

const idOf = (result: Result, rule: Rule | null): string => rule?.id ?? result.ruleId ?? result.rule?.id ?? 'unspecified'

/** Kinds other than these are no problems: pass, notApplicable, and open and review, which nobody has decided (section 3.27.9). */
export const isFinding = (result: Result) => result.kind === undefined || result.kind === 'fail' || result.kind === 'informational'

/** What stands between a result and being a finding: null, or a sentence about it. */
function reasonToSkip(result: Result): string | null {
  if (result.baselineState === 'absent') return 'a result of an earlier run that is no longer there (baselineState absent)'
  // Section 3.27.23: suppressed when one is accepted and none is under review or rejected. Drafts of the format call its status `state`.
  const words = (result.suppressions ?? []).map(({ state, status }) => (status ?? state ?? 'accepted').toLowerCase())
  if (words.length === 0 || words.some((word) => word === 'underreview' || word === 'rejected')) return null
  const { kind, justification } = result.suppressions![0]!
  return `suppressed in the tool (${kind ?? 'unknown kind'})${justification ? `: ${justification}` : ''}`
}

/** Adds the controls that fail in a run, which are to be known before the passes of any are read. */
export function addFailing(failing: Set<string>, results: Iterable<Result>, tool: Tool, source: string): void {
  for (const result of results) {
    if (isFinding(result) && reasonToSkip(result) === null) failing.add(`${source}:${idOf(result, findRule(result, tool))}`)
  }
}

/** A control for each rule that is not about a known vulnerability, whether it has results or not. */
export function describeRules(run: RunState): FileRecord[] {
  const records: FileRecord[] = []
  for (const rule of allRules(run.tool)) {
    if (vulnerabilityIds(null, rule, rule.id).length === 0) addControl(records, run, rule.id, rule)
  }
  return records
}

/** All records of one result. */
export function readResult(result: Result, at: string, run: RunState): FileRecord[] {
  const rule = findRule(result, run.tool)
  const id = idOf(result, rule)
  const skip = reasonToSkip(result)
  if (skip !== null) return [{ kind: 'skipped', at, reason: `${id}: ${skip}` }]
  const records: FileRecord[] = []
  const message = messageOf(result, rule, run.tool)
  const { path, place } = placeOf(result, run)
  const severity = severityOf(result, rule)
  const vulnerabilities = vulnerabilityIds(result, rule, id)
  if (vulnerabilities.length > 0 && isFinding(result)) {
    const rating = ratingOf(result, rule)
    addVulnerabilities(records, run, vulnerabilities, id, rule, severity, rating)
    const found = packageOf(result, rule, message)
    records.push({
      kind: 'finding',
      asset: run.asset,
      vulnerability_ids: vulnerabilities,
      severity,
      cvss: rating?.cvss,
      title: rule?.shortDescription?.text ?? titleOf(message),
      component: found.component ?? (path === undefined ? undefined : { name: path, type: 'file' }),
      fixed_version: found.fixed_version,
      place,
    })
    return records
  }
  const control_id = run.controlId(id)
  if (!isFinding(result)) {
    const status = result.kind === 'pass' ? 'pass' : result.kind === 'notApplicable' ? 'not_applicable' : 'not_run'
    if (run.failing.has(control_id))
      return [{ kind: 'skipped', at, reason: `${id}: ${result.kind} here, but the rule fails elsewhere in this run` }]
    addControl(records, run, id, rule)
    records.push({ kind: 'control_result', asset: run.asset, control_id, status, evidence: message, place })
    return records
  }
  addControl(records, run, id, rule, severity)
  const finding: FindingRecord = {
    kind: 'finding',
    asset: run.asset,
    control_id,
    severity,
    title: titleOf(message) ?? rule?.shortDescription?.text,
    place,
  }
  if (path !== undefined) finding.component = { name: run.places.next(control_id, path), type: 'file' }
  records.push(finding)
  return records
}

const titleOf = (text: string | undefined): string | undefined => text && oneLine(text).slice(0, 500)

const idsIn = remembered((text) => ({ cves: text.match(CVE), first: OTHER_ID.exec(text)?.[0] }))

/** CVE ids in the rule's id, else among the tags; another public id in the rule's id where there is none. */
function vulnerabilityIds(result: Result | null, rule: Rule | null, id: string): string[] {
  const { cves, first } = idsIn(`${id} ${result?.ruleId ?? ''}`.slice(0, 1000))
  const tags = [...tagsOf(rule), ...tagsOf(result)]
  const named = cves ?? tags.filter((tag) => /^CVE-\d{4}-\d{4,10}$/i.test(tag))
  if (named.length > 0) return [...new Set(named.map((cve) => cve.toUpperCase()))]
  const other = first ?? tags.find((tag) => /^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/.test(tag))
  return other === undefined ? [] : [other]
}

function addVulnerabilities(
  records: FileRecord[],
  run: RunState,
  ids: string[],
  id: string,
  rule: Rule | null,
  severity: Severity | undefined,
  rating: CvssRating | null,
): void {
  const alias = ids.length === 1 ? OTHER_ID.exec(id)?.[0] : undefined
  for (const vulnerability_id of ids) {
    if (run.described.has(vulnerability_id)) continue
    run.described.add(vulnerability_id)
    records.push({
      kind: 'vulnerability',
      vulnerability_id,
      title: rule?.shortDescription?.text,
      description: rule?.fullDescription?.text,
      severity,
      ...rating,
      url: rule?.helpUri,
      aliases: alias !== undefined && alias !== vulnerability_id ? [alias] : [],
    })
  }
}

function addControl(records: FileRecord[], run: RunState, id: string, rule: Rule | null, severity?: Severity): void {
  const control_id = run.controlId(id)
  if (run.described.has(control_id)) return
  run.described.add(control_id)
  const { tags, cwes } = classify(rule)
  const help = rule?.help?.text
  const isLink = help !== undefined && /^https:\/\/\S+$/.test(help)
  const description = rule?.fullDescription?.text
  records.push({
    kind: 'control',
    control_id,
    title: titleOf(rule?.shortDescription?.text) ?? titleOf(description) ?? rule?.name ?? id,
    severity: rule ? severityOf(null, rule) : severity,
    category: tags[0],
    description,
    remediation: isLink || help === description ? undefined : help,
    url: rule?.helpUri ?? (isLink ? help : undefined),
    product: run.tool.driver.name,
    frameworks: cwes.map((cwe) => ({ framework: 'CWE', requirement: `CWE-${cwe}` })),
    ...(!rule && { partial: true }),
  })
}

function classify(rule: Rule | null): { tags: string[]; cwes: string[] } {
  const all = tagsOf(rule)
  const cwes = [...(rule?.relationships ?? []).map(({ target }) => target?.id ?? ''), ...all].flatMap(
    (text) => /^(?:external\/cwe\/)?cwe-0*(\d{1,5})\b/i.exec(text)?.[1] ?? [],
  )
  return { tags: all.filter((tag) => !/^(?:external\/|cwe-)/i.test(tag)), cwes: [...new Set(cwes)] }
}

function tagsOf(item: Result | Rule | null): string[] {
  const tags = item?.properties && Object.hasOwn(item.properties, 'tags') ? item.properties['tags'] : null
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string' && tag.trim() !== '').slice(0, 200) : []
}

function property(item: Result | Rule | null, name: string): string | undefined {
  const value = item?.properties && Object.hasOwn(item.properties, name) ? item.properties[name] : undefined
  return typeof value === 'string' ? value.trim() || undefined : typeof value === 'number' ? String(value) : undefined
}

function number(text: string | undefined, most: number): number | undefined {
  const value = text !== undefined && /^\d{1,3}(?:\.\d{1,20})?$/.test(text) ? Number(text) : undefined
  return value !== undefined && value <= most ? value : undefined
}

/** 0–10: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const securitySeverity = (result: Result | null, rule: Rule | null) =>
  number(property(result, 'security-severity') ?? property(rule, 'security-severity'), 10)

/** The CVSS scores and vectors that Trivy writes for a rule, else `security-severity`, which package scanners fill with the CVSS score. */
function ratingOf(result: Result, rule: Rule | null): CvssRating | null {
  const stated = bestRating([
    { score: number(property(rule, 'cvssv40_score'), 10), vector: property(rule, 'cvssv40_vector'), version: 4 },
    { score: number(property(rule, 'cvssv3_baseScore'), 10), vector: property(rule, 'cvssv3_vector'), version: 3 },
    { score: number(property(rule, 'cvssv2_score'), 10), vector: property(rule, 'cvssv2_vector'), version: 2 },
  ])
  const score = securitySeverity(result, rule)
  return stated ?? (score ? { cvss: score } : null)
}

/** The order is told in the readme. Without a result: what the rule has by default. */
function severityOf(result: Result | null, rule: Rule | null): Severity | undefined {
  if (result?.kind === 'informational') return 'informational'
  const score = securitySeverity(result, rule)
  if (score !== undefined) return severityOfCvss(score)
  const words = [
    property(result, 'severity'),
    property(result, 'issue_severity'),
    property(result, 'securityRisk'),
    property(rule, 'severity'),
  ]
  for (const word of words) {
    const said = parseSeverity(word)
    if (said) return said
  }
  const level = result?.level ?? rule?.defaultConfiguration?.level
  if (level !== undefined) return LEVELS.get(level.toLowerCase())
  const rank = result?.rank ?? rule?.defaultConfiguration?.rank
  // Some tools rank from 0 to 1, against section 3.27.25; from 1 on it is surely of 100.
  if (typeof rank === 'number' && rank >= 1) return severityOfCvss(rank / 10)
  return LEVELS.get('warning')
}

/** The first place of a result, and how many more there are. */
function placeOf(result: Result, run: RunState): { path?: string; place?: string } {
  const locations = result.locations ?? []
  const more = locations.length > 1 ? ` and ${locations.length - 1} more` : ''
  for (const { uri, artifact, row, name } of locations) {
    const address = uri ?? run.artifacts[artifact ?? -1]
    const path = address && run.pathOf(address)
    if (path) return { path, place: `${path}${row ? `:${row}` : ''}${more}` }
    if (name !== undefined) return { path: name, place: `${name}${more}` }
  }
  return {}
}

/** A path relative to the first of the folders in which it is. */
export function pathIn(folders: string[], uri: string): string {
  const folder = folders.find((one) => uri.startsWith(one))
  const path =
    folder !== undefined && uri.length > folder.length
      ? uri.slice(folder.length)
      : uri.replace(/^file:\/{2,4}(?=[A-Za-z]:)/, '').replace(/^file:\/{2,}/, '/')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const line = (pattern: RegExp, text: string): string | undefined => pattern.exec(text.slice(0, 20_000))?.[1]?.trim() || undefined

/** The package of a vulnerability, from Black Duck's properties or the lines that Trivy (in the message) and Grype (in the rule's help) write. */
function packageOf(result: Result, rule: Rule | null, message: string | undefined): Pick<FindingRecord, 'component' | 'fixed_version'> {
  for (const text of [message ?? '', rule?.help?.text ?? '']) {
    const name = property(result, 'component') ?? line(/^Package: (\S.{0,300})$/m, text)
    if (name === undefined) continue
    const version = property(result, 'componentVersion') ?? line(/^(?:Installed )?Version: (\S.{0,200})$/m, text)
    return {
      component: { name, ...(version !== undefined && { version }) },
      fixed_version: line(/^Fix(?:ed)? Version: (\S.{0,200})$/m, text),
    }
  }
  return {}
}
