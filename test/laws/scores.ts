import { severities, severityOfCvss } from '../../src/model/severity.ts'
import { exploitStages } from '../../src/model/exploit.ts'
import { DAY_US, type Instant } from '../../src/model/time.ts'
import type { Attributes } from '../contract/world.ts'
import type { Facts, Held } from './model.ts'
import { levelByRule } from './rules.ts'
import type { OrgIndex } from './world.ts'

/** What is open on an asset at an instant: of several sightings the worst that any states. */
export interface OpenFinding {
  kind: 'vulnerability' | 'control'
  subject: string
  component: string
  severity: number | null
  cvss_tenths: number | null
  stage: number
  fixable: boolean
  /** What the world knows of the vulnerability then. EPSS in units of 1e-5. */
  world: { epss: number | null; stage: number; cvss_tenths: number | null }
  /** How the tools describe the control, where any does. */
  control: { category: string | null; source: string; severity: number | null } | null
}

/** The outcome of a check by one source at an instant; points in thousandths. */
export interface CheckNow {
  control_id: string
  status: string
  points: number | null
  max_points: number | null
}

/** An asset that is there at an instant. */
export interface AssetNow {
  asset: string
  attributes: Attributes
  /** For what it was looked at within the staleness of the source: vulnerability, control, asset. */
  fresh: ReadonlySet<string>
  findings: OpenFinding[]
  checks: CheckNow[]
}

const holdsAt = (at: Instant) => (held: Held<unknown>) => held.from <= at && at < held.to
const most = (numbers: readonly (number | null)[]): number | null => {
  const known = numbers.filter((each) => each !== null)
  return known.length ? Math.max(...known) : null
}

/** How long looks of each source of an organisation stay fresh: three times the median gap between two looks at one asset, in whole days, at least 30. */
function stalenessOf(facts: Facts, org: OrgIndex): Map<string, number> {
  const looks = facts.looks.filter((look) => look.org === org && look.subject === 'asset')
  const sources = new Set(facts.looks.filter((look) => look.org === org).map((look) => look.source))
  return new Map(
    [...sources].map((source) => {
      const gaps: number[] = []
      for (const asset of new Set(looks.map((look) => look.asset))) {
        const times = [...new Set(looks.filter((look) => look.source === source && look.asset === asset).map((look) => look.at))].toSorted(
          (a, b) => a - b,
        )
        for (const [index, at] of times.entries()) if (index > 0) gaps.push(at - times[index - 1]!)
      }
      const median = gaps.toSorted((a, b) => a - b)[Math.ceil(gaps.length / 2) - 1] ?? 0
      return [source, Math.max(30, Math.ceil((3 * median) / DAY_US)) * DAY_US]
    }),
  )
}

/** The assets of an organisation at an instant, as plainly as possible. */
export function assetsAt(facts: Facts, org: OrgIndex, at: Instant): AssetNow[] {
  const holds = holdsAt(at)
  const lasts = stalenessOf(facts, org)
  const there = facts.presence.filter((each) => each.org === org && holds(each))
  return [...new Set(there.map((each) => each.asset))].toSorted().map((asset) => {
    const mine = (each: { org: OrgIndex; asset: string }) => each.org === org && each.asset === asset
    return {
      asset,
      attributes: attributesAt(facts, org, asset, at),
      fresh: new Set(
        facts.looks
          .filter((look) => mine(look) && look.at <= at && (look.access > 0 || look.subject === 'asset'))
          .filter((look) => {
            const left = facts.presence.find((each) => mine(each) && each.source === look.source && holdsAt(look.at)(each))
            return at < Math.min(look.at + lasts.get(look.source)!, left?.to ?? Infinity)
          })
          .map((look) => look.subject),
      ),
      findings: findingsAt(facts, org, asset, at),
      checks: facts.results
        .filter((each) => mine(each) && holds(each))
        .map(({ subject, value }) => ({ control_id: subject, status: value.status, points: value.points, max_points: value.max_points })),
    }
  })
}

/** The newest statement of each attribute, of several sources that of the first in the alphabet; of a level that nobody states what the rules say. */
function attributesAt(facts: Facts, org: OrgIndex, asset: string, at: Instant): Attributes {
  const stated = facts.attributes
    // What was said last holds on while the source's reports do not mention it.
    .filter((each) => each.org === org && each.asset === asset && each.from <= at)
    .toSorted((a, b) => b.from - a.from || (a.source < b.source ? -1 : 1))
  const attributes: Attributes = {}
  for (const { attribute, value } of stated) attributes[`asset.${attribute}`] ??= attribute === 'internet_facing' ? value === 'true' : value
  const level = attributes['asset.criticality'] ?? levelByRule(attributes)
  return level === undefined ? attributes : { ...attributes, 'asset.criticality': level }
}

function findingsAt(facts: Facts, org: OrgIndex, asset: string, at: Instant): OpenFinding[] {
  const holds = holdsAt(at)
  const mine = (each: { org: OrgIndex; asset: string } & Held<unknown>) => each.org === org && each.asset === asset && holds(each)
  const stated = [
    ...facts.sightings.filter(mine).map((each) => ({ ...each, state: each.value })),
    ...facts.results
      .filter((each) => mine(each) && each.value.status === 'fail')
      .map((each) => ({ ...each, state: { severity: each.value.severity, cvss_tenths: null, stage: 0, fixed_version: null } })),
  ]
  const keys = new Map(stated.map((each) => [`${each.kind} ${each.subject} ${each.component}`, each]))
  return [...keys.values()].map(({ kind, subject, component }) => {
    const own = stated
      .filter((each) => each.kind === kind && each.subject === subject && each.component === component)
      .map((each) => each.state)
    const now = <V extends number>(list: readonly ({ vulnerability_id: string } & Held<V>)[]) =>
      most(list.filter((each) => each.vulnerability_id === subject && holds(each)).map((each) => each.value))
    // Each counts as if it stood alone, and the gravest counts: one more never makes it milder.
    const severity = most(own.map((each) => each.severity))
    const cvss_tenths = most(own.map((each) => each.cvss_tenths))
    const alone = own.map((each) => each.cvss_tenths ?? (each.severity === null ? 55 : SEVERITY_CVSS[each.severity]!))
    const together = cvss_tenths ?? (severity === null ? 55 : SEVERITY_CVSS[severity]!)
    const medium = kind === 'control' && severity !== null && own.some((each) => each.severity === null)
    return {
      kind,
      subject,
      component,
      severity: medium ? Math.max(severity, 2) : severity,
      cvss_tenths: kind === 'vulnerability' && Math.max(...alone) > together ? Math.max(...alone) : cvss_tenths,
      stage: most(own.map((each) => each.stage)) ?? 0,
      fixable: own.some((each) => each.fixed_version !== null),
      world: { epss: now(facts.epss), stage: now(facts.exploits) ?? 0, cvss_tenths: now(facts.cvss) },
      control: null,
    }
  })
}

const FACTOR = [1, 2, 3, 5, 12, 20]
const FLOOR = [0, 8000, 12_000, 15_000, 20_000, 30_000]
const BAND_EPSS = [400, 400, 630, 1250]
const SEVERITY_CVSS = [0, 25, 55, 80, 95]
const CONTROL_PROBABILITY = [0, 500, 2000, 5000, 10_000]

/** exposure/1 of DESIGN 5: h of one finding, in units of 1e-8. With p in 1e-5, CVSS in tenths and reach in tenths, the product is whole. */
function hazardOf(finding: OpenFinding, internetFacing: boolean): number {
  const reach = internetFacing ? 10 : 6
  if (finding.kind === 'control') {
    const severity = finding.severity ?? 2
    return CONTROL_PROBABILITY[severity]! * SEVERITY_CVSS[severity]! * reach
  }
  const cvss = finding.world.cvss_tenths ?? finding.cvss_tenths ?? (finding.severity === null ? 55 : SEVERITY_CVSS[finding.severity]!)
  const stage = Math.max(finding.stage, finding.world.stage)
  const band = cvss < 40 ? 0 : cvss < 70 ? 1 : cvss < 90 ? 2 : 3
  return FACTOR[stage]! * Math.max(finding.world.epss ?? BAND_EPSS[band]!, FLOOR[stage]!) * cvss * reach
}

/** Informational findings do not score. */
const counts = (finding: OpenFinding): boolean => finding.severity !== 0 || (finding.cvss_tenths ?? 0) > 0

/** Exposure of an asset in units of 1e-9: of several findings of one vulnerability or control the greatest hazard counts once. */
function exposureOf(asset: AssetNow): number {
  const greatest = new Map<string, number>()
  for (const finding of asset.findings.filter(counts)) {
    const key = `${finding.kind} ${finding.subject}`
    greatest.set(key, Math.max(greatest.get(key) ?? 0, hazardOf(finding, asset.attributes['asset.internet_facing'] === true)))
  }
  const hazard = [...greatest.values()].reduce((sum, each) => sum + each, 0) / 1e8
  return Math.floor(Math.min(1, Math.log(1 + hazard / 0.05) / Math.log(1 + 1000 / 0.05)) * 1e9 + 0.5)
}

/** Asset value in thousandths. */
const VALUE: Record<string, number> = { very_high: 5000, high: 3000, medium: 1500, low: 750 }
const valueOf = (asset: AssetNow): number => VALUE[String(asset.attributes['asset.criticality'])] ?? 1000

/** Numerator and denominator of a score; a score is their quotient. */
export interface Sums {
  numerator: number
  denominator: number
}

/** The exposure score: over the assets that were looked at for vulnerabilities, thousandths times 1e-9 over thousandths. */
export function exposureScore(assets: readonly AssetNow[]): Sums {
  const scored = assets.filter((asset) => asset.fresh.has('vulnerability'))
  return {
    numerator: scored.reduce((sum, asset) => sum + valueOf(asset) * exposureOf(asset), 0),
    denominator: scored.reduce((sum, asset) => sum + valueOf(asset), 0),
  }
}

/** The secure score in thousandths of points: docs/scores.md. */
export function secureScore(assets: readonly AssetNow[]): Sums {
  const checked = assets.filter((asset) => asset.fresh.has('control'))
  const mean = (list: readonly number[]) => Math.floor(list.reduce((sum, each) => sum + each, 0) / list.length)
  const sums: Sums = { numerator: 0, denominator: 0 }
  for (const control_id of new Set(checked.flatMap((asset) => asset.checks.map((check) => check.control_id)))) {
    const each = checked.flatMap((asset) => {
      const own = asset.checks.filter((check) => check.control_id === control_id && ['pass', 'fail'].includes(check.status))
      if (!own.length) return []
      const max = (check: CheckNow) => check.max_points ?? Math.max(10_000, check.points ?? 0)
      const stated = own.filter((check) => check.points !== null)
      if (stated.length) return [{ points: mean(stated.map((check) => Math.min(check.points!, max(check)))), max: mean(stated.map(max)) }]
      return [{ points: own.some((check) => check.status === 'fail') ? 0 : mean(own.map(max)), max: mean(own.map(max)) }]
    })
    if (!each.length) continue
    sums.numerator += mean(each.map((one) => one.points))
    sums.denominator += mean(each.map((one) => one.max))
  }
  return sums
}

/** A finding as conditions see it. */
export function attributesOfFinding(finding: OpenFinding): Attributes {
  const word = (rank: number | null) => (rank === null ? null : severities[rank]!)
  const cvss = finding.world.cvss_tenths
  const known = cvss ?? finding.cvss_tenths
  return {
    kind: finding.kind,
    'vulnerability.severity': cvss === null ? word(finding.severity) : severityOfCvss(cvss / 10),
    'vulnerability.cvss': known === null ? null : known / 10,
    'vulnerability.epss': finding.world.epss === null ? null : finding.world.epss / 100_000,
    'vulnerability.exploit_stage': exploitStages[Math.max(finding.world.stage, finding.stage)]!,
    'finding.kind': finding.kind,
    'finding.component': finding.component || null,
    'finding.severity': word(finding.severity),
    'finding.stage': exploitStages[finding.stage]!,
    'finding.fixable': finding.fixable,
    'control.control_id': finding.subject,
    'control.category': finding.control?.category ?? null,
    'control.source': finding.control?.source ?? null,
    'control.severity': word(finding.severity ?? finding.control?.severity ?? null),
  }
}
