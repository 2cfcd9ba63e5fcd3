import type { AssetAttributes, AssetType, NameType } from '../../../model/asset.ts'
import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'

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

const MAX_TEXT = 8000
const SOURCE = 'prowler'
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const cut = (text: string) => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text)

const providers = {
  aws: 'aws',
  azure: 'azure',
  gcp: 'gcp',
  kubernetes: 'kubernetes',
  m365: 'm365',
  microsoft365: 'm365',
  github: 'github',
  oci: 'oci',
  oraclecloud: 'oci',
  alibabacloud: 'alibaba',
} as const satisfies Record<string, AssetAttributes['cloud_provider']>

function cloudProvider(provider: string): AssetAttributes['cloud_provider'] {
  if (provider === '') return undefined
  return Object.hasOwn(providers, provider) ? providers[provider as keyof typeof providers] : 'other'
}

/** PASS and FAIL are answers; MANUAL, INFO, WARNING and whatever is muted are not. Null: a word that Prowler does not use. */
function statusOf(result: Pick<ProwlerResult, 'status' | 'muted'>): ControlResultRecord['status'] | null {
  const word = result.status.toUpperCase()
  if (!['PASS', 'FAIL', 'MANUAL', 'INFO', 'WARNING', 'MUTED'].includes(word)) return null
  if (result.muted) return 'not_run'
  if (word === 'PASS') return 'pass'
  return word === 'FAIL' ? 'fail' : 'not_run'
}

interface Asset {
  type: AssetType
  name: string
  names: { type: NameType; name: string }[]
  /** Account-level results tell their region as the place. */
  whole_account: boolean
}

/** The account, subscription, project, directory or cluster that was scanned. */
function accountOf({ provider, account, account_name }: ProwlerResult): Asset {
  const name = account_name || account || provider
  const of = (type: AssetType, nameType: NameType, id: string): Asset => ({
    type,
    name,
    names: id === '' ? [] : [{ type: nameType, name: id }],
    whole_account: true,
  })
  if (account === '') return of(provider === 'kubernetes' ? 'cluster' : 'account', 'label', account)
  if (provider === 'aws') return of('account', 'cloud_id', `arn:aws:iam::${account}:root`)
  if (provider === 'azure') return of('account', 'cloud_id', `/subscriptions/${account.toLowerCase()}`)
  if (provider === 'gcp') return of('account', 'cloud_id', `projects/${account}`)
  if (cloudProvider(provider) === 'm365') return of('tenant', 'tenant_id', account.toLowerCase())
  if (provider === 'kubernetes') return of('cluster', 'label', `${SOURCE}/${account}`)
  return of('account', 'cloud_id', `${provider}:${account}`)
}

/** Ids that are unique in the whole world: ARNs, Azure resource paths, Google resource names, and the uids that Kubernetes makes. */
const GLOBAL_ID =
  /^(?:arn:|\/subscriptions\/|\/\/[a-z]+\.googleapis\.com\/|projects\/|https:\/\/|ocid1\.|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$)/i

function assetOf(result: ProwlerResult): Asset {
  const { provider, account, region, resource_uid: uid, resource_type: type } = result
  const account_level =
    uid === '' ||
    uid === account ||
    /^arn:[a-z-]+:iam::\d+:root$/.test(uid) ||
    uid.toLowerCase() === `/subscriptions/${account.toLowerCase()}` ||
    (type === 'AwsAccount' && !uid.startsWith('arn:'))
  if (account_level) return accountOf(result)
  const id = GLOBAL_ID.test(uid) ? uid : [provider, account, region, type, uid].join(':')
  return {
    type: 'cloud_resource',
    name: result.resource_name || uid,
    // Azure writes the same path in different cases.
    names: [{ type: 'cloud_id', name: id.startsWith('/subscriptions/') ? id.toLowerCase() : id }],
    whole_account: false,
  }
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
      const tenant_id = GUID.test(result.tenant) ? result.tenant.toLowerCase() : ''
      if (tenant === null || (missing === null && tenant_id !== tenant)) yield* begin(result, tenant_id)
      if (missing !== null || status === null) {
        yield { kind: 'skipped', at: result.at, reason: `Expected ${missing}; found ${JSON.stringify(result.status.slice(0, 40))}` }
        return
      }
      const found = assetOf(result)
      const asset = found.names[0]?.name ?? found.name
      if (!assets.has(asset)) {
        assets.add(asset)
        const attributes: AssetAttributes = {}
        const provider = cloudProvider(result.provider)
        if (provider) attributes.cloud_provider = provider
        if (result.account !== '') attributes.cloud_account = result.account
        if (result.region !== '' && !found.whole_account) attributes.region = result.region
        yield { kind: 'asset', asset, type: found.type, name: found.name, names: found.names, attributes }
      }
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
          title: cut(result.title) || result.check_id,
          ...(severity && { severity }),
          ...(result.service && { category: result.service }),
          ...(result.description && { description: cut(result.description) }),
          ...(result.remediation && { remediation: cut(result.remediation) }),
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
        ...(result.message && { evidence: cut(result.message) }),
        ...(found.whole_account && result.region && { place: result.region }),
      }
    },
    *end() {
      if (tenant === null) yield* begin(null, '')
    },
  }
}
