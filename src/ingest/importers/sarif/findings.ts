import type { ControlRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity, severityOfCvss } from '../../../model/severity.ts'
import { findRule, messageOf, type Result, type Rule, type Tool } from './log.ts'

/** Further locations of one result are left out. */
const MAX_LOCATIONS = 1000

const CVE = /CVE-\d{4}-\d{4,10}/gi
/** Ids of public lists of vulnerabilities that are not CVE. */
const OTHER_ID = /\b(?:GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}|GO-\d{4}-\d{4,}|RUSTSEC-\d{4}-\d{4}|PYSEC-\d{4}-\d+|SNYK-[A-Z0-9]+-[A-Z0-9-]+|BDSA-\d{4}-\d{4,})\b/i

export interface RunState {
  source: string
  asset: string
  tool: Tool
  /** Addresses of the run's artifacts, for locations that only give an index. */
  artifacts: string[]
  described: Set<string>
  seen: Map<string, number>
}

/** All records of one result: one finding per location, or one without. */
export function* readResult(result: Result, at: string, run: RunState): Generator<FileRecord> {
  const rule = findRule(result, run.tool)
  const id = rule?.id ?? result.ruleId ?? result.rule?.id ?? 'unspecified'
  const suppressed = result.suppressions?.find(isAccepted)
  const message = messageOf(result, rule, run.tool)
  if (suppressed) {
    yield { kind: 'skipped', at, reason: `${id}: suppressed in the tool (${suppressed.kind ?? 'unknown kind'})${suppressed.justification ? `: ${suppressed.justification}` : ''}` }
    return
  }
  if (result.baselineState === 'absent') {
    yield { kind: 'skipped', at, reason: `${id}: a result of an earlier run that is no longer there (baselineState absent)` }
    return
  }
  const vulnerabilities = vulnerabilityIds(result, rule, id)
  const score = scoreOf(result, rule)
  const severity = severityOf(result, rule, score)
  const title = message?.split('\n')[0]?.slice(0, 500)
  const places = placesOf(result, run)

  if (vulnerabilities.length > 0 && isFinding(result)) {
    const text = `${message ?? ''}\n`
    const help = rule?.help?.text ?? ''
    const component = componentOf(result, text) ?? componentOf(result, help)
    const fixed = line(/^Fix(?:ed)? Versions?: (\S.{0,200})$/m, text) ?? line(/^Fix(?:ed)? Versions?: (\S.{0,200})$/m, help)
    for (const vulnerability_id of vulnerabilities) {
      if (run.described.has(vulnerability_id)) continue
      run.described.add(vulnerability_id)
      yield {
        kind: 'vulnerability', vulnerability_id, title: rule?.shortDescription?.text, description: rule?.fullDescription?.text, severity, cvss: score || undefined,
        url: rule?.helpUri, aliases: vulnerabilities.length === 1 && OTHER_ID.test(id) ? [OTHER_ID.exec(id)![0]].filter((alias) => alias !== vulnerability_id) : [],
      }
    }
    for (const { place } of places) {
      yield { kind: 'finding', asset: run.asset, vulnerability_ids: vulnerabilities, severity, cvss: score || undefined, title: rule?.shortDescription?.text ?? title, component, fixed_version: fixed, place }
    }
    return
  }

  const control_id = `${run.source}:${id}`
  if (!run.described.has(control_id)) {
    run.described.add(control_id)
    yield describeRule(control_id, id, rule, run.tool, severity)
  }
  if (!isFinding(result)) {
    const status = result.kind === 'pass' ? 'pass' : result.kind === 'notApplicable' ? 'not_applicable' : 'not_run'
    yield { kind: 'control_result', asset: run.asset, control_id, status, evidence: message, place: places[0]?.place }
    return
  }
  for (const { path, place } of places) {
    yield {
      kind: 'finding', asset: run.asset, control_id, severity, title, place,
      ...(path !== undefined && { component: { name: nth(run, control_id, path), type: 'file' } }),
    }
  }
}

/** Kinds other than these are no problems: pass, notApplicable, and open and review, which nobody has decided (section 3.27.9). */
const isFinding = (result: Result) => result.kind === undefined || result.kind === 'fail' || result.kind === 'informational'

/** A suppression counts unless it is under review or rejected (section 3.27.23); drafts of the format call its state `status`. */
function isAccepted({ state, status }: { state?: string | undefined; status?: string | undefined }): boolean {
  const word = (state ?? status)?.toLowerCase()
  return word !== 'underreview' && word !== 'rejected'
}

/** The n-th place of a rule in a file is told apart by its number, so that a moved line is not a new finding. */
function nth(run: RunState, control_id: string, path: string): string {
  const key = `${control_id}\0${path}`
  const count = (run.seen.get(key) ?? 0) + 1
  run.seen.set(key, count)
  return count === 1 ? path : `${path} (${count})`
}

/** CVE ids in the rule's id or among its tags; another public id in the rule's id where there is none. */
function vulnerabilityIds(result: Result, rule: Rule | null, id: string): string[] {
  const text = [id, result.ruleId ?? ''].join(' ').slice(0, 1000)
  const named = text.match(CVE)?.map((cve) => cve.toUpperCase()) ?? []
  const tagged = named.length > 0 ? [] : tagsOf(rule).filter((tag) => /^CVE-\d{4}-\d{4,10}$/.test(tag))
  const cves = [...new Set([...named, ...tagged])]
  if (cves.length > 0) return cves
  const other = OTHER_ID.exec(text)
  return other ? [other[0]] : []
}

function tagsOf(rule: Rule | null): string[] {
  const tags = rule?.properties && Object.hasOwn(rule.properties, 'tags') ? rule.properties['tags'] : null
  return Array.isArray(tags) ? tags.filter((tag): tag is string => typeof tag === 'string').slice(0, 200) : []
}

function property(item: Result | Rule | null, name: string): string | undefined {
  const value = item?.properties && Object.hasOwn(item.properties, name) ? item.properties[name] : undefined
  return typeof value === 'string' ? value.trim() || undefined : typeof value === 'number' ? String(value) : undefined
}

/** `security-severity`, 0–10: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
function scoreOf(result: Result, rule: Rule | null): number | undefined {
  const text = property(result, 'security-severity') ?? property(rule, 'security-severity')
  const score = text !== undefined && /^\d{1,2}(?:\.\d{1,3})?$/.test(text) ? Number(text) : undefined
  return score !== undefined && score <= 10 ? score : undefined
}

/** The score, else a word that the tool puts beside the result, else the level (default: the rule's, else warning; section 3.27.10). */
function severityOf(result: Result, rule: Rule | null, score: number | undefined): Severity | undefined {
  if (score !== undefined) return severityOfCvss(score)
  const words = [property(result, 'severity'), property(result, 'issue_severity'), property(result, 'securityRisk'), property(rule, 'severity')]
  const said = words.map((word) => parseSeverity(word)).find((severity) => severity !== null)
  if (said) return said
  if (result.kind !== undefined && result.kind !== 'fail') return 'informational'
  return parseSeverity(result.level ?? rule?.defaultConfiguration?.level ?? 'warning') ?? undefined
}

function placesOf(result: Result, run: RunState): { path?: string; place?: string }[] {
  const places = (result.locations ?? []).slice(0, MAX_LOCATIONS).map(({ physicalLocation, logicalLocations }) => {
    const artifact = physicalLocation?.artifactLocation
    const path = pathOf(artifact?.uri ?? run.artifacts[artifact?.index ?? -1])
    const row = physicalLocation?.region?.startLine
    if (path !== undefined) return { path, place: row ? `${path}:${row}` : path }
    const logical = logicalLocations?.map((one) => one.fullyQualifiedName ?? one.name).find((name) => name !== undefined)
    return logical === undefined ? {} : { path: logical, place: logical }
  })
  return places.length > 0 ? places : [{}]
}

function pathOf(uri: string | undefined): string | undefined {
  if (uri === undefined) return undefined
  const path = uri.replace(/^file:\/{2,4}(?=[A-Za-z]:)/, '').replace(/^file:\/{2,}/, '/')
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

const line = (pattern: RegExp, text: string): string | undefined => pattern.exec(text.slice(0, 20_000))?.[1]?.trim() || undefined

/** The package of a vulnerability, from the lines that Trivy and Grype write, or from Black Duck's properties. */
function componentOf(result: Result, text: string): { name: string; version?: string } | undefined {
  const name = property(result, 'component') ?? line(/^Package: (\S.{0,300})$/m, text)
  if (name === undefined) return undefined
  const version = property(result, 'componentVersion') ?? line(/^(?:Installed )?Version: (\S.{0,200})$/m, text)
  return version === undefined ? { name } : { name, version }
}

function describeRule(control_id: string, id: string, rule: Rule | null, tool: Tool, severity: Severity | undefined): ControlRecord {
  const cwes = [
    ...(rule?.relationships ?? []).map(({ target }) => target?.id ?? ''),
    ...tagsOf(rule).map((tag) => tag.replace(/^external\/cwe\//, '')),
  ].flatMap((text) => /^cwe-0*(\d{1,5})$/i.exec(text)?.[1] ?? [])
  return {
    kind: 'control', control_id, title: rule?.shortDescription?.text ?? rule?.fullDescription?.text?.split('\n')[0] ?? rule?.name ?? id, severity,
    description: rule?.fullDescription?.text, remediation: rule?.help?.text, url: rule?.helpUri, product: tool.driver.name,
    frameworks: [...new Set(cwes)].map((cwe) => ({ framework: 'CWE', requirement: `CWE-${cwe}` })),
  }
}
