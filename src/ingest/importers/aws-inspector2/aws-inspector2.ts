import { UserError } from '../../../errors.ts'
import { awsAsset, awsPackage } from '../../../model/aws-asset.ts'
import { closedItem } from '../../../model/closed-item.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import {
  cutText,
  type Fields,
  fieldsOf,
  firstInstant,
  given,
  httpsOf,
  listOf,
  numberOf,
  textOf,
  textsIn,
} from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Once, toldOnce } from '../../readers/told-once.ts'

const SOURCE = 'aws-inspector2'
const patterns = { object: '$.findings[*]', list: '$[*]' } as const

const isItem = (members: ReadonlyMap<string, unknown>): boolean =>
  members.has('findingArn') &&
  members.has('awsAccountId') &&
  ['firstObservedAt', 'packageVulnerabilityDetails', 'resources'].some((name) => members.has(name))

function layoutOf(text: string): (typeof patterns)[keyof typeof patterns] | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  if (outline.list) return isItem(outline.members) ? patterns.list : null
  const list = outline.members.get('findings')
  const first = typeof list === 'object' && list !== null ? jsonOutline(list.text) : null
  return first?.list && isItem(first.members) ? patterns.object : null
}

/**
 * Findings of Amazon Inspector (since November 2021, "Inspector 2") as its own API and its export to S3 give them.
 * Format: https://docs.aws.amazon.com/inspector/v2/APIReference/API_Finding.html
 */
export const awsInspector2: Importer = reads({
  id: 'aws-inspector2',
  title: 'Amazon Inspector (list-findings, export)',
  version: 2,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const empty = /^\s*(?:\[\s*\]|\{\s*"findings"\s*:\s*\[\s*\]\s*\})\s*$/.test(text)
    const layout = layoutOf(text) ?? (empty ? patterns.object : null)
    if (layout === null)
      throw new UserError('unreadable_report', 'Expected findings of Amazon Inspector: "findings" with "findingArn" and "awsAccountId"')
    yield { kind: 'report', source: SOURCE, tool: 'Amazon Inspector', tool_version: null, observed_at: null }
    const once = toldOnce()
    yield* readJson(bytes, [layout]).tell(function* (matches) {
      for (const { value, at } of matches) yield* itemRecords(fieldsOf(value), at, once)
    })
  },
})

function* itemRecords(item: Fields, at: string, once: Once): Generator<FileRecord> {
  const status = textOf(item.status).toUpperCase()
  if (status === 'SUPPRESSED') {
    yield { kind: 'skipped', at, reason: 'Suppressed' }
    return
  }
  const found = assetOf(item)
  if (found === null) {
    yield { kind: 'skipped', at, reason: 'Expected a resource with an id; there is none' }
    return
  }
  if (status === 'CLOSED') {
    yield* closedRecords(item, at, found.asset, once)
    return
  }
  const observed_at = firstInstant(item.lastObservedAt, item.updatedAt)
  const asset = found.asset.asset
  const assetRecord = { ...found.asset, ...(observed_at !== null && { observed_at }) }
  const type = textOf(item.type)
  if (type === 'PACKAGE_VULNERABILITY') {
    const records = [...packageRecords(item, asset)]
    if (records.length === 0) {
      yield { kind: 'skipped', at, reason: 'Expected a "vulnerabilityId"; there is none' }
      return
    }
    yield* once(assetRecord)
    yield* once({ kind: 'coverage', asset, subject: 'vulnerability', access: 'remote', checks: 'listed' })
    for (const record of records) {
      if (record.kind === 'vulnerability') yield* once(record)
      else yield record
    }
    return
  }
  const rule = ruleOf(item)
  if (rule === null) {
    yield {
      kind: 'skipped',
      at,
      reason: `Expected a type PACKAGE_VULNERABILITY, CODE_VULNERABILITY or NETWORK_REACHABILITY with its details; found ${JSON.stringify(type.slice(0, 40))}`,
    }
    return
  }
  const severity = parseSeverity(textOf(item.severity)) ?? undefined
  const { control_id, component, place } = ruleParts(rule)
  yield* once(assetRecord)
  yield* once({ kind: 'coverage', asset, subject: 'control', access: 'remote', checks: 'listed' })
  const recommendation = fieldsOf(fieldsOf(item.remediation).recommendation)
  if (!once.knows(control_id))
    yield* once({
      kind: 'control',
      control_id,
      title: rule.title,
      product: 'aws',
      ...given({
        severity,
        description: cutText(textOf(item.description)),
        remediation: cutText(textOf(recommendation.text)),
        url: httpsOf(textOf(recommendation.Url)),
      }),
    })
  yield {
    kind: 'finding',
    asset,
    control_id,
    access: 'full',
    ...given({ severity, title: cutText(textOf(item.title)), place }),
    ...(component && { component }),
  }
}

/** Inspector no longer finds it since `updatedAt`, often because the resource is gone. */
function* closedRecords(item: Fields, at: string, asset: AssetRecord, once: Once): Generator<FileRecord> {
  const rule = ruleOf(item)
  const open = rule
    ? { asset: asset.asset, ...ruleParts(rule) }
    : [...packageRecords(item, asset.asset)].find((record) => record.kind === 'finding')
  if (!open) {
    yield { kind: 'skipped', at, reason: 'Closed, and nothing that names it' }
    return
  }
  const closed_at = firstInstant(item.updatedAt)
  const observed_at = closed_at ?? firstInstant(item.lastObservedAt)
  yield* once({ ...asset, inactive: true, ...(observed_at !== null && { observed_at }) })
  yield closedItem(open, { reason: 'CLOSED', at, closed_at })
}

function ruleOf(item: Fields): Rule | null {
  const type = textOf(item.type)
  return type === 'CODE_VULNERABILITY' ? codeRule(item) : type === 'NETWORK_REACHABILITY' ? openPort(item) : null
}

/** What of a rule names the finding. */
const ruleParts = (rule: Rule) => ({
  control_id: `${SOURCE}:${rule.id}`,
  place: rule.place,
  ...(rule.file && { component: { name: rule.file, type: 'file' } }),
})

function assetOf(item: Fields): ReturnType<typeof awsAsset> | null {
  const resource = fieldsOf(listOf(item.resources)[0])
  const id = textOf(resource.id)
  if (id === '') return null
  const details = fieldsOf(resource.details)
  const machine = fieldsOf(details.awsEc2Instance)
  const image = fieldsOf(details.awsEcrContainerImage)
  return awsAsset(
    {
      id,
      type: textOf(resource.type),
      account: textOf(item.awsAccountId),
      region: textOf(resource.region),
      shown: textOf(fieldsOf(resource.tags).Name) || textOf(fieldsOf(details.awsLambdaFunction).functionName),
      tags: textsIn(image.imageTags),
      ips: textsIn(machine.ipV4Addresses),
      platform: textOf(machine.platform) || textOf(image.platform),
    },
    SOURCE,
  )
}

function* packageRecords(item: Fields, asset: string): Generator<FileRecord> {
  const details = fieldsOf(item.packageVulnerabilityDetails)
  const stated = textOf(details.vulnerabilityId)
  const cve = /^CVE-\d{4}-\d{4,}$/i.test(stated) ? stated.toUpperCase() : null
  const related = textsIn(details.relatedVulnerabilities)
  const cves = cve ? [cve] : [...new Set(related.filter((id) => /^CVE-\d{4}-\d{4,}$/i.test(id)).map((id) => id.toUpperCase()))]
  if (stated === '') return
  const ids = cves.length > 0 ? cves : [/^[A-Za-z]{2,}[A-Za-z0-9]*-[\w.:-]*\d/.test(stated) ? stated : `${SOURCE}:${stated}`]
  const severity = parseSeverity(textOf(item.severity)) ?? undefined
  const rating = bestRating(
    listOf(details.cvss).map((value) => {
      const one = fieldsOf(value)
      const major = /^([234])/.exec(textOf(one.version))?.[1]
      return {
        score: numberOf(one.baseScore),
        vector: textOf(one.scoringVector),
        version: major === undefined ? null : (Number(major) as 2 | 3 | 4),
      }
    }),
  )
  const title = cutText(textOf(item.title))
  for (const vulnerability_id of ids) {
    yield {
      kind: 'vulnerability',
      vulnerability_id,
      ...given({
        title,
        description: cutText(textOf(item.description)),
        severity,
        published_at: firstInstant(details.vendorCreatedAt),
        url: httpsOf(textOf(details.sourceUrl), ...textsIn(details.referenceUrls)),
      }),
      ...(ids.length === 1 && rating),
      ...(ids.length === 1 && stated.toUpperCase() !== vulnerability_id && cves.length > 0 && { aliases: [stated] }),
    }
  }
  const found = awsPackage(
    listOf(details.vulnerablePackages).map((value) => {
      const one = fieldsOf(value)
      return {
        name: textOf(one.name),
        version: textOf(one.version),
        epoch: textOf(one.epoch),
        release: textOf(one.release),
        manager: textOf(one.packageManager),
        path: textOf(one.filePath),
        fixed: textOf(one.fixedInVersion),
      }
    }),
  )
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: ids,
    // Inspector looked into the resource; the list that holds this item did not.
    access: 'full',
    ...given({ severity, cvss: rating?.cvss, title, fixed_version: found?.fixed_version, place: found?.place }),
    ...(found && { component: found.component }),
    ...(textOf(item.exploitAvailable) === 'YES' && { exploit_stage: 'public' as const }),
  }
}

interface Rule {
  id: string
  title: string
  place: string
  file: string
}

function codeRule(item: Fields): Rule | null {
  const details = fieldsOf(item.codeVulnerabilityDetails)
  const id = textOf(details.ruleId) || textOf(details.detectorId)
  if (id === '') return null
  const path = fieldsOf(details.filePath)
  const file = (textOf(path.filePath) || textOf(path.fileName)).slice(0, 500)
  const line = textOf(path.startLine)
  return { id, title: textOf(details.detectorName) || textOf(item.title) || id, place: file && line ? `${file}:${line}` : file, file }
}

function openPort(item: Fields): Rule | null {
  const details = fieldsOf(item.networkReachabilityDetails)
  const range = fieldsOf(details.openPortRange)
  const [begin, end] = [textOf(range.begin), textOf(range.end)]
  if (begin === '') return null
  const place = `${begin}${end && end !== begin ? `-${end}` : ''}/${textOf(details.protocol).toLowerCase() || 'tcp'}`
  return { id: 'network-reachability', title: 'A port can be reached from outside of its network', place, file: '' }
}
