import { cloudAttributes, cloudProvider, nameCloudAccount, nameCloudResource, type CloudName } from '../../../model/cloud-name.ts'
import type { ControlRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity, type Severity } from '../../../model/severity.ts'
import { cutText, type Fields, fieldsOf, given, httpsOf, listOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import type { Once } from '../../readers/told-once.ts'
import { expand, type Found, resourceAt, walk } from './paths.ts'

const SOURCE = 'scoutsuite'

/** What the report says of itself before its services. */
export interface Run {
  /** `aws`, `azure`, `gcp`, `oci`, `aliyun`. */
  provider: string
  account: string
  /** A name for what the run was narrowed to; '' when it was not. */
  narrowed: string
}

/** The run's parameters: services, regions or a ruleset of one's own narrow it. */
export function narrowedTo(last_run: Fields): string {
  const parameters = fieldsOf(last_run.run_parameters)
  const words = ['services', 'skipped_services', 'regions', 'excluded_regions'].flatMap((name) => {
    const list = textsIn(parameters[name]).toSorted()
    return list.length > 0 ? [`${name} ${list.join(' ')}`] : []
  })
  const ruleset = textOf(last_run.ruleset_name)
  if (ruleset !== '' && ruleset !== 'default') words.unshift(`ruleset ${ruleset}`)
  return words.join('; ').slice(0, 250)
}

/** All records of one service: its rules, the resources that they looked at, and what they say of each. */
export function* serviceRecords(name: string, value: unknown, run: Run, once: Once): Generator<FileRecord> {
  const service = fieldsOf(value)
  for (const [rule, finding] of Object.entries(fieldsOf(service.findings))) {
    const fields = fieldsOf(finding)
    const at = `services.${name}.findings.${rule}`
    const checked = numberOf(fields.checked_items)
    if (textOf(fields.path) === '' || checked === null) {
      yield { kind: 'skipped', at, reason: 'Expected a rule with "path" and "checked_items"' }
      continue
    }
    if (checked > 0) yield* ruleRecords(service, rule, fields, checked, run, once)
  }
}

const levels: Record<string, Severity> = { danger: 'high', warning: 'medium', success: 'informational' }

function controlOf(rule: string, fields: Fields, run: Run): ControlRecord {
  const frameworks = listOf(fields.compliance).flatMap((value) => {
    const { name, version, reference } = fieldsOf(value)
    const framework = [textOf(name), textOf(version)].filter((text) => text !== '').join(' ')
    return framework && textOf(reference) ? [{ framework, requirement: textOf(reference) }] : []
  })
  const level = textOf(fields.level).toLowerCase()
  return {
    kind: 'control',
    control_id: `${SOURCE}:${rule}`,
    title: cutText(textOf(fields.description)) ?? rule,
    ...given({
      severity: Object.hasOwn(levels, level) ? levels[level] : parseSeverity(level),
      category: textOf(fields.service),
      description: cutText(textOf(fields.rationale)),
      remediation: cutText(textOf(fields.remediation)),
      url: httpsOf(...textsIn(fields.references)),
      product: run.provider,
    }),
    ...(frameworks.length > 0 && { frameworks }),
  }
}

function* ruleRecords(service: Fields, rule: string, fields: Fields, checked: number, run: Run, once: Once): Generator<FileRecord> {
  const control = controlOf(rule, fields, run)
  const { control_id, severity } = control
  const path = textOf(fields.path)
  const pattern = textOf(fields.display_path) || path
  yield* once(control)
  const flagged = new Set<string>()
  const about = function* (found: Found): Generator<FileRecord, { asset: string; name: CloudName }> {
    const name = nameOf(found, run)
    const asset = name.names[0]?.name ?? name.name
    const place = { ...run, account: found.account || run.account, region: found.region }
    yield* once({
      kind: 'asset',
      asset,
      type: name.type,
      name: name.name,
      names: name.names,
      attributes: cloudAttributes(place, name.whole_account),
    })
    yield* once({ kind: 'coverage', asset, subject: 'control', ...(run.narrowed !== '' && { checks: run.narrowed }) })
    return { asset, name }
  }
  for (const item of textsIn(fields.items)) {
    const keys = walk(service, item)
    const found = resourceAt(service, keys, resourcePattern(path, pattern))
    const { asset, name } = yield* about(found)
    flagged.add(asset)
    const inside = keys.slice(found.depth).join('.')
    yield {
      kind: 'control_result',
      asset,
      control_id,
      status: 'fail',
      ...given({ severity, place: name.whole_account ? found.region || inside : name.place || inside }),
    }
  }
  // What was checked and not flagged meets the rule, but only where the data shows exactly what was checked.
  const places = expand(service, path)
  if (places === null || places.length !== checked) return
  const passed = new Set<string>()
  for (const keys of places) {
    const found = resourceAt(service, keys, resourcePattern(path, pattern))
    const { asset } = yield* about(found)
    if (flagged.has(asset) || passed.has(asset)) continue
    passed.add(asset)
    yield { kind: 'control_result', asset, control_id, status: 'pass', ...given({ severity }) }
  }
}

/** The pattern down to what the page of a rule shows, where that leads into its path; the path otherwise. */
const resourcePattern = (path: string, shown: string): string => (path.startsWith(`${shown}.`) || path === shown ? shown : path)

/** Words for types that the provider's own names are made of. */
const types: Record<string, string> = { buckets: 'Bucket', users: 'IamUser', roles: 'IamRole', groups: 'IamGroup' }

function nameOf({ depth, collection, node, region, zone, account }: Found, run: Run): CloudName {
  const own = account || run.account
  if (depth === 0) return nameCloudAccount({ provider: run.provider, account: own }, SOURCE)
  const id = textOf(node.id)
  const name = textOf(node.name) === 'default' ? '' : textOf(node.name)
  const provider = cloudProvider(run.provider)
  const isHash = /^[0-9a-f]{40}$/.test(id)
  const place = { provider: run.provider, account: own, region, type: Object.hasOwn(types, collection) ? types[collection]! : collection }
  // ScoutSuite makes up some ARNs; ids of EC2 are the provider's own.
  if (provider === 'aws' && /^[a-z]+-[0-9a-f]{8,17}$/.test(id)) return nameCloudResource(id, name, place, SOURCE)
  if (provider === 'aws' && textOf(node.arn).startsWith('arn:')) return nameCloudResource(textOf(node.arn), name, place, SOURCE)
  if (provider === 'gcp' && collection === 'buckets' && name) return nameCloudResource(name, name, place, SOURCE)
  if (provider === 'gcp' && collection === 'instances' && zone && name)
    return nameCloudResource(`projects/${own}/zones/${zone}/instances/${name}`, name, place, SOURCE)
  return nameCloudResource(isHash || id === '' ? (isHash ? id : name) : id, name || id, place, SOURCE)
}
