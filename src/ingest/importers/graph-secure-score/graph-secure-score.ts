import { UserError } from '../../../errors.ts'
import type {
  ComparisonAudience,
  ControlDetails,
  ControlRecord,
  ControlResultRecord,
  FileRecord,
  ScoreTotalRecord,
  TotalDetails,
} from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { graphNames } from './powershell.ts'
import { cutText, type Fields, isFields, numberOf, objectsIn, oneLine, textOf, textsIn } from '../../readers/json-fields.ts'

const SOURCE = 'microsoft-secure-score'

const entities: Record<string, string> = { nbsp: ' ', amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Text of an HTML fragment in one line; entities that Microsoft uses are resolved. Each snapshot says most of them again. */
const plain: (html: string) => string = remembered((html) =>
  oneLine(html.replace(/<[^<>]{0,2000}>/g, ' ').replace(/&(nbsp|amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name]!)).trim(),
)

const isScore = (item: Fields) =>
  Array.isArray(item.controlScores) || (item.currentScore !== undefined && item.createdDateTime !== undefined)
const isProfile = (item: Fields) => textOf(item.id) !== '' && item.maxScore !== undefined && item.controlScores === undefined
/** In the place of an object, ConvertTo-Json writes its type or `@{…}` where `-Depth` is too small. */
const isCutOff = (item: unknown) => typeof item === 'string' && /^(?:Microsoft\.Graph\.|System\.|@\{)/.test(item)
const controlId = (name: string) => `${SOURCE}:${name}`

/** Averages of other tenants: `Total` in percent, then points per category and the points possible there (`Apps`, `Apps max`). */
function comparisonsOf(score: Fields): NonNullable<ScoreTotalRecord['comparisons']> {
  const columns = [
    ['Total', 'averageScore'],
    ...['Identity', 'Device', 'Apps', 'Data', 'Infrastructure'].flatMap((category) => [
      [category, `${category.toLowerCase()}Score`],
      [`${category} max`, `${category.toLowerCase()}ScoreMax`],
    ]),
  ] as const
  return objectsIn(score.averageComparativeScores).flatMap((one) => {
    const basis = textOf(one.basis)
    const audience = audienceOf(one)
    return columns.flatMap(([category, column]) => {
      const value = numberOf(one[column!])
      // -1 stands for "no data": https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/6294
      return basis === '' || value === null || value < 0 ? [] : [{ basis, category: category!, value, ...(audience && { audience }) }]
    })
  })
}

/** Whom an average is about. Live answers write the names in either case and the numbers as texts. */
function audienceOf(one: Fields): ComparisonAudience | null {
  const member = (name: string) => one[name] ?? one[`${name[0]!.toUpperCase()}${name.slice(1)}`]
  const seats_from = numberOf(member('seatSizeRangeLowerValue'))
  const seats_to = numberOf(member('seatSizeRangeUpperValue'))
  const industry = textOf(one.basis) === 'IndustryTypes' ? textOf(member('categoryValue') ?? member('industryName')) : ''
  const known = (value: number | null): value is number => value !== null && value >= 0
  const said = { ...(known(seats_from) && { seats_from }), ...(known(seats_to) && { seats_to }), ...(industry && { industry }) }
  return Object.keys(said).length ? said : null
}

/** What a snapshot says beside its points; -1 stands for "no data". */
function totalDetails(score: Fields): TotalDetails {
  const active_users = numberOf(score.activeUserCount)
  const licensed_users = numberOf(score.licensedUserCount)
  const services = textsIn(score.enabledServices)
  return {
    ...(active_users !== null && active_users >= 0 && { active_users }),
    ...(licensed_users !== null && licensed_users >= 0 && { licensed_users }),
    ...(services.length > 0 && { services }),
  }
}

/**
 * What one control reached. Full marks by percentage (or by `on` where there is none) are a pass, anything less a fail. Points without
 * any word on how many there are to get are no answer, only points.
 */
function resultOf(item: Fields, asset: string, control_id: string): ControlResultRecord {
  const points = numberOf(item.score)
  const percentage = numberOf(item.scoreInPercentage)
  const passed = numberOf(item.count)
  const total = numberOf(item.total)
  const counted = passed !== null && total !== null && passed >= 0 && passed <= total && Number.isInteger(passed) && Number.isInteger(total)
  const on = textOf(item.on).toLowerCase()
  let status: ControlResultRecord['status'] = 'not_run'
  if (percentage !== null) status = percentage >= 100 ? 'pass' : 'fail'
  else if (on === 'true') status = 'pass'
  else if (on === 'false' || points === 0) status = 'fail'
  else if (counted && total > 0) status = passed === total ? 'pass' : 'fail'
  const evidence = plain(textOf(item.implementationStatus))
  const result: ControlResultRecord = { kind: 'control_result', asset, control_id, status }
  if (points !== null) result.points = points
  // Only full marks say how many points there are; the profiles say it for all.
  if (percentage === 100 && points !== null && points > 0) result.max_points = points
  if (counted) {
    result.passed = passed
    result.total = total
  }
  if (evidence) result.evidence = cutText(evidence)!
  return result
}

/** One daily snapshot: its own report, the tenant, the total, and what each control reached. */
function* scoreRecords(score: Fields, at: string, controlOf: ControlOf): Generator<FileRecord> {
  const tenant = (textOf(score.azureTenantId) || textOf(score.id).split('_')[0]!).toLowerCase()
  const observed_at = parseInstant(textOf(score.createdDateTime))
  const asset = tenant || 'tenant'
  yield {
    kind: 'report',
    source: SOURCE,
    tool: 'Microsoft Secure Score',
    tool_version: null,
    observed_at,
    ...(tenant && { tenant_id: tenant }),
  }
  yield {
    kind: 'asset',
    asset,
    type: 'tenant',
    name: asset,
    names: tenant ? [{ type: 'tenant_id', name: tenant }] : [],
    attributes: { cloud_provider: 'm365' },
  }
  const items: unknown[] = Array.isArray(score.controlScores) ? score.controlScores : []
  // What ConvertTo-Json cut off was not said.
  if (!items.some(isCutOff)) yield { kind: 'coverage', asset, subject: 'control' }
  const points = numberOf(score.currentScore)
  const max_points = numberOf(score.maxScore)
  if (points !== null && max_points !== null && points >= 0 && max_points > 0) {
    yield {
      kind: 'score_total',
      score: 'secure_score',
      points,
      max_points,
      comparisons: comparisonsOf(score),
      details: totalDetails(score),
    }
  } else {
    yield { kind: 'skipped', at, reason: 'Expected currentScore and maxScore as numbers' }
  }
  for (const [index, item] of items.entries()) {
    if (!isFields(item) || textOf(item.controlName) === '') {
      const reason = isCutOff(item)
        ? 'ConvertTo-Json left out what lies deeper: export again with -Depth 10'
        : 'Expected an object with controlName'
      yield { kind: 'skipped', at: `${at}.controlScores[${index}]`, reason }
      continue
    }
    const control = controlOf(item)
    yield control
    yield resultOf(item, asset, control.control_id)
  }
}

type ControlOf = (item: Fields) => ControlRecord

/** The control of an item of a snapshot. Snapshots say of most controls what the one before said: its record then serves again. */
function openControls(): ControlOf {
  const told = new Map<string, { category: string; description: string; control: ControlRecord }>()
  return (item) => {
    const name = textOf(item.controlName)
    const category = textOf(item.controlCategory)
    const description = textOf(item.description)
    const before = told.get(name)
    if (before !== undefined && before.category === category && before.description === description) return before.control
    // The title is the profile's; until it is imported the name has to do.
    const control: ControlRecord = { kind: 'control', control_id: controlId(name), title: name, partial: true }
    const words = cutText(plain(description))
    if (category) control.category = category
    if (words) control.description = words
    if (told.size < MOST_CONTROLS) told.set(name, { category, description, control })
    return control
  }
}

/** Controls of a tenant that are remembered at the most; Microsoft has a few hundred. */
const MOST_CONTROLS = 10_000

/** Two facts that people decide by and that have no column of their own, in front of the steps. */
function remediationOf(profile: Fields): string {
  const told = (label: string, value: unknown) => (/^(?:|unknown)$/i.test(textOf(value)) ? '' : `${label}: ${textOf(value).toLowerCase()}.`)
  const parts = [
    plain(textOf(profile.remediation)),
    told('User impact', profile.userImpact),
    told('Effort', profile.implementationCost),
    plain(textOf(profile.remediationImpact)),
  ]
  return parts.filter((part) => part !== '').join(' ')
}

/** What Graph says of an action beside what every tool says; "Unknown" is nothing said. */
function detailsOf(profile: Fields): ControlDetails {
  const word = (value: unknown) => (/^unknown$/i.test(textOf(value)) ? '' : textOf(value))
  const [action_type, tier, user_impact, implementation_cost] = [
    profile.actionType,
    profile.tier,
    profile.userImpact,
    profile.implementationCost,
  ].map(word)
  const rank = numberOf(profile.rank)
  const threats = textsIn(profile.threats)
  const remediation_impact = plain(textOf(profile.remediationImpact))
  const updated_at = textOf(profile.lastModifiedDateTime)
  return {
    ...(action_type && { action_type }),
    ...(tier && { tier }),
    ...(rank !== null && { rank }),
    ...(user_impact && { user_impact }),
    ...(implementation_cost && { implementation_cost }),
    ...(threats.length > 0 && { threats }),
    ...(remediation_impact && { remediation_impact: cutText(remediation_impact) }),
    ...(typeof profile.deprecated === 'boolean' && { deprecated: profile.deprecated }),
    ...(updated_at && { updated_at }),
  }
}

function profileRecord(profile: Fields): ControlRecord {
  const max_points = numberOf(profile.maxScore)
  const remediation = remediationOf(profile)
  const url = textOf(profile.actionUrl)
  const threats = Array.isArray(profile.threats) ? profile.threats.map(textOf).filter((one) => one !== '') : []
  const tier = textOf(profile.tier)
  const description = [
    tier && `Tier: ${tier}.`,
    threats.length > 0 && `Protects against: ${threats.join(', ')}.`,
    profile.deprecated === true && 'Deprecated by Microsoft.',
  ]
    .filter(Boolean)
    .join(' ')
  const frameworks = objectsIn(profile.complianceInformation).flatMap((one) =>
    objectsIn(one.certificationControls).map((control) => ({
      framework: textOf(one.certificationName),
      requirement: textOf(control.name),
    })),
  )
  return {
    kind: 'control',
    control_id: controlId(textOf(profile.id)),
    title: plain(textOf(profile.title)) || textOf(profile.id),
    ...(textOf(profile.controlCategory) && { category: textOf(profile.controlCategory) }),
    ...(description && { description }),
    ...(remediation && { remediation: cutText(remediation) }),
    ...(url.startsWith('https://') && { url }),
    ...(textOf(profile.service) && { product: textOf(profile.service) }),
    ...(max_points !== null && max_points >= 0 && { max_points }),
    ...(frameworks.length > 0 && { frameworks: frameworks.filter((one) => one.framework && one.requirement) }),
    details: detailsOf(profile),
  }
}

/** Whether a text is a page of one of the two lists, by names that only they have. */
function isGraphPage(head: string): boolean {
  if (!/^\s*[[{]/.test(head)) return false
  if (/"@odata\.context"\s*:\s*"[^"]{0,300}secureScore(?:s|ControlProfiles)\b/i.test(head)) return true
  // In Graph's own spelling, or PowerShell's.
  const has = (name: string) => head.includes(`"${name}"`) || head.includes(`"${name[0]!.toUpperCase()}${name.slice(1)}"`)
  if (!has('azureTenantId')) return false
  if (has('controlScores') || (has('averageComparativeScores') && has('currentScore'))) return true
  return has('controlCategory') && has('maxScore') && (has('implementationCost') || has('actionType'))
}

/** Snapshots held back at the most, so that they can be told in the order of time: Graph lists the newest first. More than a year of days. */
const MOST_HELD = 400

interface HeldScore {
  value: Parameters<typeof scoreRecords>[0]
  at: string
}

/** The records of snapshots, the oldest first. */
function* inTime(held: readonly HeldScore[], controlOf: ControlOf): Generator<FileRecord> {
  const created = ({ value }: HeldScore) => textOf(value.createdDateTime)
  for (const { value, at } of held.toSorted((a, b) => (created(a) < created(b) ? -1 : created(a) > created(b) ? 1 : 0)))
    yield* scoreRecords(value, at, controlOf)
}

/**
 * Microsoft Graph `/security/secureScores` (any number of days) and `/security/secureScoreControlProfiles`, as the API answers
 * (`value: […]`), as a bare array, or as single objects; also as PowerShell's ConvertTo-Json spells them. Types:
 * https://learn.microsoft.com/graph/api/resources/securescore and https://learn.microsoft.com/graph/api/resources/securescorecontrolprofile
 */
export const graphSecureScore: Importer = reads({
  id: 'graph-secure-score',
  title: 'Microsoft Graph Secure Score (secureScores, secureScoreControlProfiles)',
  version: 2,
  detect: ({ text: head }: Head) => isGraphPage(head),

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const first = head.trimStart()
    const pattern = first.startsWith('[') ? '$[*]' : /"value"\s*:\s*\[/.test(first) ? '$.value[*]' : '$'
    // Profiles carry no time and stand under one report per tenant; each snapshot is a report of its own.
    let profiles: string | null = null
    let found = 0
    const held: HeldScore[] = []
    const controlOf = openControls()
    yield* readJson(bytes, [pattern]).tell(function* (matches) {
      for (const { value: written, at } of matches) {
        const value = graphNames(written)
        if (isFields(value) && isFields(value.error) && pattern === '$') {
          throw new UserError(
            'unreadable_report',
            `This is an error answer of Microsoft Graph, no export: ${textOf(value.error.message).slice(0, 200)}`,
          )
        }
        if (isFields(value) && isScore(value)) {
          held.push({ value, at })
          if (held.length >= MOST_HELD) yield* inTime(held.splice(0), controlOf)
          profiles = null
        } else if (isFields(value) && isProfile(value)) {
          const tenant = textOf(value.azureTenantId).toLowerCase()
          if (profiles !== tenant) {
            yield {
              kind: 'report',
              source: SOURCE,
              tool: 'Microsoft Secure Score',
              tool_version: null,
              observed_at: null,
              ...(tenant && { tenant_id: tenant }),
            }
            profiles = tenant
          }
          yield profileRecord(value)
        } else if (found > 0) {
          yield { kind: 'skipped', at, reason: 'Expected a secureScore (controlScores, currentScore) or a control profile (id, maxScore)' }
          continue
        } else {
          throw new UserError(
            'unreadable_report',
            `${at}: expected a secureScore (controlScores, currentScore) or a secureScoreControlProfile (id, maxScore)`,
          )
        }
        found++
      }
    })

    yield inTime(held, controlOf)
    if (found === 0)
      throw new UserError('unreadable_report', 'Expected at least one secureScore or secureScoreControlProfile; the list is empty')
  },
})
