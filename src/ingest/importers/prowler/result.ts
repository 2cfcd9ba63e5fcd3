import { isGuid } from '../../../model/guid.ts'
import { cloudAttributes, nameCloudAccount, nameCloudResource, type CloudName } from '../../../model/cloud-name.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'
import { cutText } from '../../readers/json-fields.ts'

/** One result of Prowler, in words common to all of its layouts. Text that a layout lacks is ''. */
export interface ProwlerResult {
  /** Place in the file, for skipped items. */
  at: string
  check_id: string
  title: string
  /** As written: PASS, FAIL, MANUAL; INFO and WARNING in old versions. */
  status: string
  muted: boolean
  message: string
  severity: string
  service: string
  description: string
  remediation: string
  /** Candidates for a link, best first. */
  urls: string[]
  frameworks: { framework: string; requirement: string }[]
  /** aws, azure, gcp, kubernetes, m365, … */
  provider: string
  account: string
  account_name: string
  /** Directory id of Azure and Microsoft 365. */
  tenant: string
  region: string
  resource_uid: string
  resource_name: string
  resource_type: string
  tool_version: string
  observed_at: Instant | null
}

const SOURCE = 'prowler'

/** PASS and FAIL are answers; MANUAL, INFO, WARNING and whatever is muted are not. Null: a word that Prowler does not use. */
function statusOf(result: Pick<ProwlerResult, 'status' | 'muted'>): ControlResultRecord['status'] | null {
  const word = result.status.toUpperCase()
  if (!['PASS', 'FAIL', 'MANUAL', 'INFO', 'WARNING', 'MUTED'].includes(word)) return null
  if (result.muted) return 'not_run'
  if (word === 'PASS') return 'pass'
  return word === 'FAIL' ? 'fail' : 'not_run'
}

/** What a result is about. Prowler writes an account as the type of what it checks account by account, with an id of its own making. */
function nameOf(result: ProwlerResult): CloudName {
  const { account, account_name, resource_uid: uid, resource_type: type } = result
  if (uid === '' || uid === account || (type === 'AwsAccount' && !uid.startsWith('arn:')))
    return nameCloudAccount(result, SOURCE, account_name)
  const found = nameCloudResource(uid, result.resource_name, { ...result, type }, SOURCE)
  return found.whole_account && account_name ? { ...found, name: account_name } : found
}

/**
 * Turns results into records. A report begins with the first result and again where another directory (tenant) begins; assets and
 * controls are told once per report. `end` gives the report of a file without results.
 */
export function openReport(): { records(result: ProwlerResult): Generator<FileRecord>; end(): Generator<FileRecord> } {
  let tenant: string | null = null
  const assets = new Set<string>()
  const covered = new Set<string>()
  const controls = new Set<string>()

  function* begin(result: ProwlerResult | null, tenant_id: string): Generator<FileRecord> {
    tenant = tenant_id
    for (const seen of [assets, covered, controls]) seen.clear()
    yield {
      kind: 'report',
      source: SOURCE,
      tool: 'Prowler',
      tool_version: result && /^\d/.test(result.tool_version) ? result.tool_version : null,
      observed_at: result?.observed_at ?? null,
      ...(tenant_id !== '' && { tenant_id }),
    }
  }

  return {
    *records(result) {
      const status = statusOf(result)
      const missing = result.check_id === '' ? 'a check id' : status === null ? 'a status PASS, FAIL, MANUAL or INFO' : null
      const tenant_id = isGuid(result.tenant) ? result.tenant.toLowerCase() : ''
      if (tenant === null || (missing === null && tenant_id !== tenant)) yield* begin(result, tenant_id)
      if (missing !== null || status === null) {
        yield { kind: 'skipped', at: result.at, reason: `Expected ${missing}; found ${JSON.stringify(result.status.slice(0, 40))}` }
        return
      }
      const found = nameOf(result)
      const asset = found.names[0]?.name ?? found.name
      if (!assets.has(asset)) {
        assets.add(asset)
        const attributes = cloudAttributes(result, found.whole_account)
        yield { kind: 'asset', asset, type: found.type, name: found.name, names: found.names, attributes }
      }
      const place = found.place || (found.whole_account ? result.region : '')
      if (status !== 'not_run' && !covered.has(asset)) {
        covered.add(asset)
        yield { kind: 'coverage', asset, subject: 'control' }
      }
      const control_id = `${SOURCE}:${result.check_id}`
      const severity = parseSeverity(result.severity)
      if (!controls.has(control_id)) {
        controls.add(control_id)
        const url = result.urls.find((one) => one.startsWith('https://'))
        yield {
          kind: 'control',
          control_id,
          title: cutText(result.title) || result.check_id,
          ...(severity && { severity }),
          ...(result.service && { category: result.service }),
          ...(result.description && { description: cutText(result.description) }),
          ...(result.remediation && { remediation: cutText(result.remediation) }),
          ...(url && { url }),
          ...(result.provider && { product: result.provider }),
          ...(result.frameworks.length > 0 && { frameworks: result.frameworks }),
        }
      }
      yield {
        kind: 'control_result',
        asset,
        control_id,
        status,
        ...(severity && { severity }),
        ...(result.message && { evidence: cutText(result.message) }),
        ...(place && { place }),
      }
    },
    *end() {
      if (tenant === null) yield* begin(null, '')
    },
  }
}
