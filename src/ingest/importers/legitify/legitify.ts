import { UserError } from '../../../errors.ts'
import { repositoryName } from '../../../model/asset-name.ts'
import type { AssetRecord, ControlRecord, ControlResultRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { cutText, type Fields, fieldsOf, objectsIn, textOf, textsIn } from '../../readers/json-fields.ts'

const SOURCE = 'legitify'

const statuses = new Map<string, ControlResultRecord['status']>([
  ['FAILED', 'fail'],
  ['PASSED', 'pass'],
  ['SKIPPED', 'not_run'],
])

function providerOf(host: string): 'github' | 'other' {
  return host === 'github.com' || host.startsWith('github.') ? 'github' : 'other'
}

/** A repository by its address; an organisation, enterprise, member or group of runners by the address of its page. Null without one. */
function assetOf(violation: Fields): AssetRecord | null {
  const link = textOf(violation.canonicalLink)
  const type = textOf(violation.violationEntityType).toLowerCase()
  const match = /^https?:\/\/([\w.-]{1,253})(?::\d{1,5})?\/([^\s?#]{1,500})/i.exec(link)
  if (!match) return null
  const host = match[1]!.toLowerCase()
  const path = match[2]!.replace(/\/+$/, '').toLowerCase()
  const attributes = { cloud_provider: providerOf(host) }
  if (type === 'repository') {
    const name = repositoryName(link)
    return name === null
      ? null
      : { kind: 'asset', asset: name, type: 'repository', name, names: [{ type: 'repository', name }], attributes }
  }
  const id = host === 'github.com' && !path.includes('/') ? `github:${path}` : `${host}/${path}`
  return {
    kind: 'asset',
    asset: id,
    type: type === 'member' ? 'identity' : 'account',
    name: textOf(fieldsOf(violation.aux).entityName) || path,
    names: [{ type: 'cloud_id', name: id }],
    attributes,
  }
}

function controlOf(info: Fields, id: string): ControlRecord {
  const severity = parseSeverity(textOf(info.severity))
  const description = [textOf(info.description), ...textsIn(info.threat)].filter(Boolean).join('\n')
  const remediation = textsIn(info.remediationSteps).join('\n')
  const category = textOf(info.namespace)
  return {
    kind: 'control',
    control_id: `${SOURCE}:${id}`,
    title: textOf(info.title) || id,
    ...(severity && { severity }),
    ...(category && { category }),
    ...(description && { description: cutText(description) }),
    ...(remediation && { remediation: cutText(remediation) }),
  }
}

/**
 * Legitify's JSON (`--output-format json`, the default scheme `flattened`): policies, and under each what was looked at. Format:
 * https://github.com/Legit-Labs/legitify/blob/main/internal/outputer/scheme/scheme.go
 */
export const legitify: Importer = reads({
  id: 'legitify',
  title: 'Legitify (JSON)',
  version: 1,
  detect({ text }: Head) {
    const outline = jsonOutline(text)
    const content = outline?.members.get('content')
    return (
      outline?.list === false &&
      typeof outline.members.get('type') === 'string' &&
      typeof content === 'object' &&
      content !== null &&
      content.text.includes('"policyInfo"') &&
      content.text.includes('"fullyQualifiedPolicyName"')
    )
  },

  async *parse(file: Source): AsyncGenerator<Told> {
    yield { kind: 'report', source: SOURCE, tool: 'Legitify', tool_version: null, observed_at: null }
    const assets = new Set<string>()
    const covered = new Set<string>()
    let policies = 0
    let scheme = ''
    yield* readJson(file.bytes(), ['$.type', '$.content.*']).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path === '$.type') {
          scheme = textOf(value)
          continue
        }
        const { policyInfo, violations } = fieldsOf(value)
        const info = fieldsOf(policyInfo)
        const id = textOf(info.fullyQualifiedPolicyName) || textOf(info.policyName)
        if (id === '') {
          yield { kind: 'skipped', at, reason: 'expected the policyInfo of a policy, with its fullyQualifiedPolicyName' }
          continue
        }
        policies++
        const control = controlOf(info, id)
        yield control
        for (const [index, violation] of objectsIn(violations).entries()) {
          const status = statuses.get(textOf(violation.status).toUpperCase())
          const asset = assetOf(violation)
          if (!status || !asset) {
            const reason = status ? 'expected the canonicalLink of what was looked at' : 'expected a status FAILED, PASSED or SKIPPED'
            yield { kind: 'skipped', at: `${at}.violations[${index}]`, reason }
            continue
          }
          if (!assets.has(asset.asset)) {
            assets.add(asset.asset)
            yield asset
          }
          if (status !== 'not_run') covered.add(asset.asset)
          yield {
            kind: 'control_result',
            asset: asset.asset,
            control_id: control.control_id,
            status,
            ...(control.severity && { severity: control.severity }),
          }
        }
      }
    })

    if (policies === 0 && scheme === '')
      throw new UserError('unreadable_report', 'Expected the JSON of Legitify in its flattened scheme: type, and policies in content')
    for (const asset of covered) yield { kind: 'coverage', asset, subject: 'control' }
  },
})
