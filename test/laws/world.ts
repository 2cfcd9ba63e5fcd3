import fc from 'fast-check'
import type { AssetAttributes, AssetType, Criticality } from '../../src/model/asset.ts'
import type { ControlResultRecord } from '../../src/model/record.ts'
import { type Severity, severityRank } from '../../src/model/severity.ts'
import type { ExploitStage } from '../../src/model/exploit.ts'
import { DAY_US, type Instant } from '../../src/model/time.ts'

/** The zones of the two organisations: their days begin at different instants, and one changes its clocks within the worlds. */
export const zones = ['Pacific/Auckland', 'UTC'] as const
export type OrgIndex = 0 | 1

/** A UTC midnight in southern summer time. Worlds play from here on. */
export const BASE = 19_800 * DAY_US

const HOUR_US = DAY_US / 24

/**
 * When things happen, in hours after {@link BASE}: several on one day, on both sides of each zone's midnight, exactly on it and a microsecond before, and so far
 * apart that a source's look is just fresh, just stale and long stale.
 */
const hours = [0, 11, 12, 24, 35, 48 - 1 / HOUR_US, 100, 492, 720, 732, 755, 1080, 1812, 2640]
const slot = fc.integer({ min: 0, max: hours.length - 1 })
const instantOf = (index: number): Instant => BASE + Math.round(hours[index % hours.length]! * HOUR_US)

/** The clock of the machine in all worlds: after everything. */
export const NOW = BASE + 150 * DAY_US

/** A vulnerability with the access that seeing it needs: that belongs to the check, as in a scanner's plugin. */
export const vulnerabilities: readonly { id: string; access: 'remote' | 'full' }[] = [
  { id: 'CVE-2024-1', access: 'remote' },
  { id: 'CVE-2024-2', access: 'full' },
  { id: 'CVE-2024-3', access: 'full' },
]
export const controls = ['tool:a', 'tool:b'] as const
/** A rule in code: reported as a finding of kind control, not as the result of a check. */
const RULE = 'tool:rule'

/** What a report says of one asset's vulnerability or rule. */
export interface Listed {
  kind: 'vulnerability' | 'control'
  subject: string
  component: string
  severity: Severity | null
  cvss_tenths: number | null
  stage: ExploitStage
  fixed_version: string | null
  access: 'remote' | 'full'
}

export interface Result {
  control_id: string
  status: ControlResultRecord['status']
  severity: Severity | null
  points: number | null
}

/** What one source says about one asset at one instant. */
export interface Entry {
  org: OrgIndex
  source: string
  at: Instant
  asset: string
  attributes: AssetAttributes
  /** What was looked for; null: nothing (a delta closes nothing). */
  vulnerability: { access: 'remote' | 'full'; min_severity: Severity; checks: string } | null
  control: { access: 'remote' | 'full' } | null
  listed: Listed[]
  results: Result[]
}

export interface ReportStep {
  kind: 'report'
  org: OrgIndex
  source: string
  /** Null: every entry has its own instant. Else an inventory complete about existence, as of then. */
  complete_at: Instant | null
  entries: Entry[]
}

export interface FeedStep {
  kind: 'feed'
  source: string
  at: Instant
  /** What it omits has left the feed. */
  complete: boolean
  epss: { vulnerability_id: string; epss: number }[]
  exploits: { vulnerability_id: string; stage: ExploitStage; since: Instant | null; reference: string }[]
  cvss: { vulnerability_id: string; cvss_tenths: number }[]
}

export interface UndoStep {
  kind: 'undo'
  /** Place of the undone step; it is a report or feed that was not undone before. */
  undone: number
}

export type Step = ReportStep | FeedStep | UndoStep

/** Acts of learning in the order in which we learn; step i is import i + 1. */
export type World = Step[]

export interface WorldShape {
  /** Assets of each organisation. Each lives its own random life, so one world holds many cases. */
  assets: number
  steps: number
  /** Whether things may be learned late, in any order; else every source reports in the order of time. */
  late: boolean
  undos: boolean
  /** Whether a report or feed may list something outside of its own coverage. Such a delta leaves no trace when it repeats what stands (docs/decisions/0001). */
  deltas: boolean
  /** Whether attributes change. */
  changing: boolean
  feeds: boolean
}

/** Everything that keeps an asset's history exact in whatever order it is learned. */
export const anyOrder: Omit<WorldShape, 'assets' | 'steps'> = { late: true, undos: false, deltas: false, changing: false, feeds: true }
/** Everything on time, with all that changes. */
export const inOrder: Omit<WorldShape, 'assets' | 'steps'> = { late: false, undos: false, deltas: true, changing: true, feeds: true }

const severity = fc.constantFrom<(Severity | null)[]>('informational', 'low', 'medium', 'high', 'critical', null)
const access = fc.constantFrom<('remote' | 'full')[]>('full', 'full', 'remote')
const stage = fc.constantFrom<ExploitStage[]>('none', 'none', 'none', 'public', 'kit', 'ransomware')

interface Content {
  slot: number
  mentioned: boolean
  vulnerability: Entry['vulnerability']
  control: Entry['control']
  listed: Omit<Listed, 'access'>[]
  results: Result[]
  criticality: Criticality | null
  internet_facing: boolean | null
}

const listed = fc.record({
  kind: fc.constant('vulnerability' as const),
  subject: fc.constantFrom(...vulnerabilities.map(({ id }) => id)),
  component: fc.constantFrom('', 'openssl'),
  severity,
  cvss_tenths: fc.constantFrom(null, null, 0, 39, 70, 98),
  stage,
  fixed_version: fc.constantFrom(null, '1.2'),
})
const rule = fc.record({
  kind: fc.constant('control' as const),
  subject: fc.constant(RULE),
  component: fc.constant(''),
  severity,
  cvss_tenths: fc.constant(null),
  stage: fc.constant('none' as const),
  fixed_version: fc.constant(null),
})
const result = fc.record({
  control_id: fc.constantFrom(...controls),
  status: fc.constantFrom<ControlResultRecord['status'][]>('pass', 'fail', 'fail', 'not_run', 'not_applicable'),
  severity,
  points: fc.constantFrom(null, null, 3, 7.5),
})

/** What a source finds on one asset in one step. */
const content: fc.Arbitrary<Content> = fc.record({
  slot,
  mentioned: fc.constantFrom(false, true, true, true),
  vulnerability: fc.option(
    fc.record({
      access,
      min_severity: fc.constantFrom<Severity[]>('informational', 'informational', 'high'),
      checks: fc.constantFrom('', '', 'policy'),
    }),
    { freq: 6 },
  ),
  control: fc.option(fc.record({ access }), { freq: 2 }),
  listed: fc.uniqueArray(fc.oneof({ weight: 5, arbitrary: listed }, { weight: 1, arbitrary: rule }), {
    maxLength: 4,
    selector: (each) => `${each.subject} ${each.component}`,
  }),
  results: fc.uniqueArray(result, { maxLength: 2, selector: (each) => each.control_id }),
  criticality: fc.constantFrom<(Criticality | null)[]>('low', 'very_high', null),
  internet_facing: fc.constantFrom(true, false, null),
})

const feed = fc.record({
  slot,
  source: fc.constantFrom('epss', 'kev', 'edb', 'cve'),
  of: fc.uniqueArray(
    fc.record({
      vulnerability_id: fc.constantFrom(...vulnerabilities.map(({ id }) => id)),
      epss: fc.constantFrom(0.0004, 0.00999, 0.0999, 0.1, 0.31, 0.95),
      ransomware: fc.boolean(),
      cvss_tenths: fc.constantFrom(0, 39, 40, 69, 70, 90, 100),
    }),
    { minLength: 1, maxLength: 3, selector: (each) => each.vulnerability_id },
  ),
})

type Plan =
  | { kind: 'nothing' }
  | { kind: 'report'; org: OrgIndex; source: string; complete: boolean; slot: number }
  | ({ kind: 'feed' } & (typeof feed extends fc.Arbitrary<infer T> ? T : never))
  | { kind: 'repeat'; choice: number; half: boolean }
  | { kind: 'undo'; choice: number }

function planArbitrary(shape: WorldShape): fc.Arbitrary<Plan> {
  const report = fc
    .record({
      kind: fc.constant('report' as const),
      org: fc.constantFrom<OrgIndex[]>(0, 1),
      source: fc.constantFrom('one', 'one', 'two', 'inventory', 'inventory'),
      complete: fc.constantFrom(false, true, true),
      slot,
    })
    .map((plan) => ({ ...plan, complete: plan.complete && plan.source === 'inventory' }))
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 1, arbitrary: fc.constant({ kind: 'nothing' as const }) },
    { weight: 8, arbitrary: report },
    ...(shape.feeds ? [{ weight: 2, arbitrary: feed.map((plan) => ({ kind: 'feed' as const, ...plan })) }] : []),
    ...(shape.late
      ? [{ weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), choice: fc.nat(), half: fc.boolean() }) }]
      : []),
    ...(shape.undos ? [{ weight: 2, arbitrary: fc.record({ kind: fc.constant('undo' as const), choice: fc.nat() }) }] : []),
  )
}

/** Random worlds: two organisations, three sources of assets and four feeds. */
export const worldArbitrary = (shape: WorldShape): fc.Arbitrary<World> =>
  fc
    .record({
      plans: fc.array(planArbitrary(shape), { minLength: shape.steps, maxLength: shape.steps }),
      lives: fc.array(fc.array(content, { minLength: shape.steps, maxLength: shape.steps }), {
        minLength: 1,
        maxLength: shape.assets,
        size: 'max',
      }),
    })
    .map(({ plans, lives }) => build(shape, plans, lives))

function build(shape: WorldShape, plans: readonly Plan[], lives: readonly (readonly Content[])[]): World {
  const world: World = []
  const told = new Set<string>()
  // In order of time: the place of a step decides when it happens.
  const atOf = (step: number, own: number) =>
    shape.late ? instantOf(own) : BASE + Math.round(hours[Math.floor((step * hours.length) / plans.length)]! * HOUR_US) + own * 60_000_000
  for (const [step, plan] of plans.entries()) {
    if (plan.kind === 'report') world.push(buildReport(shape, plan, step, lives, told, atOf))
    else if (plan.kind === 'feed') {
      const at = atOf(step, plan.slot)
      if (told.has(`${plan.source} ${at}`)) continue
      told.add(`${plan.source} ${at}`)
      world.push(buildFeed(shape, plan, at))
    } else if (plan.kind === 'repeat') {
      const earlier = world.filter((each) => each.kind === 'report' && each.complete_at === null) as ReportStep[]
      const again = earlier[plan.choice % Math.max(1, earlier.length)]
      if (again) world.push({ ...again, entries: plan.half ? again.entries.filter((_, index) => index % 2 === 0) : again.entries })
    } else if (plan.kind === 'undo') {
      const undone = new Set(world.flatMap((each) => (each.kind === 'undo' ? [each.undone] : [])))
      const standing = world.flatMap((each, place) => (each.kind !== 'undo' && !undone.has(place) ? [place] : []))
      if (standing.length) world.push({ kind: 'undo', undone: standing[plan.choice % standing.length]! })
    }
  }
  return world.filter((each) => each.kind !== 'report' || each.entries.length > 0 || world.some((other) => other.kind === 'undo'))
}

function buildReport(
  shape: WorldShape,
  plan: Plan & { kind: 'report' },
  step: number,
  lives: readonly (readonly Content[])[],
  told: Set<string>,
  atOf: (step: number, own: number) => Instant,
): ReportStep {
  const { org, source, complete } = plan
  const scope = `${org} ${source}`
  let complete_at = complete ? atOf(step, plan.slot) : null
  if (complete_at !== null && [...told].some((each) => each.startsWith(`${scope} `) && each.endsWith(` ${complete_at}`))) complete_at = null
  if (complete_at !== null) told.add(`${scope} complete ${complete_at}`)
  const entries = lives.flatMap((life, index): Entry[] => {
    const own = life[step]!
    const at = complete_at ?? atOf(step, own.slot)
    const asset = `asset-${index}`
    if (!own.mentioned || told.has(`${scope} ${asset} ${at}`) || (complete_at === null && told.has(`${scope} complete ${at}`))) return []
    told.add(`${scope} ${asset} ${at}`)
    return [
      source === 'inventory'
        ? inventoryEntry(shape, { org, source, at, asset }, own, index)
        : scanEntry(shape, { org, source, at, asset }, own),
    ]
  })
  return { kind: 'report', org, source, complete_at, entries }
}

const types = ['device', 'device', 'device', 'tenant', 'image', 'cloud_resource'] as const
/** The type of an asset of these worlds, by its name. */
export const typeOf = (asset: string): AssetType => types[Number(asset.slice('asset-'.length)) % types.length]!

const nothing = { attributes: {}, vulnerability: null, control: null, listed: [], results: [] }

/** An inventory states attributes: the same of an asset each time, unless they change. */
function inventoryEntry(shape: WorldShape, place: Pick<Entry, 'org' | 'source' | 'at' | 'asset'>, own: Content, index: number): Entry {
  const attributes: AssetAttributes = {}
  const criticality = shape.changing ? own.criticality : ([null, 'low', 'high', 'very_high'] as const)[index % 4]!
  const internet_facing = shape.changing ? own.internet_facing : [null, true, false][index % 3]!
  if (criticality !== null) attributes.criticality = criticality
  if (internet_facing !== null) attributes.internet_facing = internet_facing
  const os_family = ([null, 'windows_server', 'linux', 'windows', 'macos'] as const)[index % 5]!
  if (os_family !== null) attributes.os_family = os_family
  if (shape.changing ? own.internet_facing !== true : index % 2) attributes.endpoint_agent = 'falcon'
  attributes.asset_group = index % 2 ? 'blue' : 'red'
  return { ...nothing, ...place, attributes }
}

function scanEntry(shape: WorldShape, place: Pick<Entry, 'org' | 'source' | 'at' | 'asset'>, own: Content): Entry {
  const { vulnerability, control } = own
  const all = own.listed.map((each): Listed => ({ ...each, access: accessOf(each.subject) }))
  // What a look cannot see it does not list; a delta lists without looking.
  const seen = all.filter((each) => {
    if (each.kind === 'control') return control ? control.access === 'full' : shape.deltas
    if (!vulnerability) return shape.deltas
    return (
      (vulnerability.access === 'full' || each.access === 'remote') &&
      (vulnerability.min_severity === 'informational' ||
        (each.severity !== null && severityRank(each.severity) >= severityRank(vulnerability.min_severity)))
    )
  })
  return { ...nothing, ...place, vulnerability, control, listed: seen, results: control ? own.results : [] }
}

/** The access that seeing a vulnerability or rule needs. */
export const accessOf = (subject: string): 'remote' | 'full' => vulnerabilities.find(({ id }) => id === subject)?.access ?? 'full'

function buildFeed(shape: WorldShape, plan: Plan & { kind: 'feed' }, at: Instant): FeedStep {
  const { source, of } = plan
  const complete = !shape.deltas || source === 'epss' || source === 'kev'
  const step: FeedStep = { kind: 'feed', source, at, complete, epss: [], exploits: [], cvss: [] }
  for (const { vulnerability_id, epss, ransomware, cvss_tenths } of of) {
    if (source === 'epss') step.epss.push({ vulnerability_id, epss })
    else if (source === 'kev')
      step.exploits.push({ vulnerability_id, stage: ransomware ? 'ransomware' : 'known_exploited', since: null, reference: '' })
    // Exploit-DB gives each exploit its own date, before all feeds of these worlds.
    else if (source === 'edb')
      step.exploits.push({
        vulnerability_id,
        stage: ransomware ? 'verified' : 'public',
        since: complete ? null : BASE - 5 * DAY_US,
        reference: 'EDB-1',
      })
    else step.cvss.push({ vulnerability_id, cvss_tenths })
  }
  return step
}
