import { parseInstant, type Instant } from '../../../model/time.ts'
import type { ProwlerResult } from './result.ts'

type Fields = Record<string, unknown>
const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {})
const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '')
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : [text(value)]).filter((one) => one !== '')

/** Frameworks as an object of lists: `{"CIS-2.0": ["1.20"]}`. */
function frameworksOf(value: unknown): ProwlerResult['frameworks'] {
  return Object.entries(fields(value)).flatMap(([framework, list]) => texts(list).map((requirement) => ({ framework, requirement })))
}

/** A number of seconds (milliseconds where it is too large for that) since 1970, or text; OCSF asks for milliseconds, Prowler writes seconds. */
function instantOf(value: unknown): Instant | null {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) return Math.round(value * (value > 1e11 ? 1e3 : 1e6))
  return typeof value === 'string' ? parseInstant(value) : null
}

/** The first of several candidates that is a time. */
function firstInstant(...candidates: unknown[]): Instant | null {
  for (const candidate of candidates) {
    const instant = instantOf(candidate)
    if (instant !== null) return instant
  }
  return null
}

/** The directory: named beside the subscription for Azure, the scanned account itself for Microsoft 365, none elsewhere. */
export function tenantOf(provider: string, organisation: string, account: string): string {
  if (provider === 'azure') return organisation
  return provider === 'm365' || provider === 'microsoft365' ? organisation || account : ''
}

/**
 * OCSF Detection Finding as Prowler 4 and 5 write it; before 4.5 the time is `event_time`, after it `time_dt`, from 5 on `time` (seconds,
 * preferred: it has no zone to guess). Class: https://schema.ocsf.io/classes/detection_finding
 */
export function fromOcsf(value: unknown, at: string): ProwlerResult {
  const item = fields(value)
  const metadata = fields(item.metadata)
  const unmapped = fields(item.unmapped)
  const cloud = fields(item.cloud)
  const account = fields(cloud.account)
  const org = fields(cloud.org)
  const info = fields(item.finding_info)
  const remediation = fields(item.remediation)
  const resource = fields(Array.isArray(item.resources) ? item.resources[0] : undefined)
  const provider = text(cloud.provider) || text(unmapped.provider) || (texts(metadata.profiles).includes('container') ? 'kubernetes' : '')
  const namespace = text(resource.namespace)
  return {
    at,
    check_id: text(metadata.event_code),
    title: text(info.title),
    status: text(item.status_code),
    // status_id is 3 (suppressed) on everything that 4.2 writes, so only the word counts.
    muted: text(item.status).toLowerCase() === 'suppressed',
    message: text(item.status_detail) || text(item.message),
    severity: text(item.severity),
    service: text(fields(resource.group).name),
    description: text(info.desc),
    remediation: text(remediation.desc),
    urls: [...texts(remediation.references), ...texts(unmapped.related_url), ...texts(unmapped.additional_urls)],
    frameworks: frameworksOf(unmapped.compliance),
    provider: provider.toLowerCase(),
    account: text(account.uid) || text(unmapped.provider_uid),
    account_name: text(account.name),
    tenant: tenantOf(provider.toLowerCase(), text(org.uid) || text(metadata.tenant_uid), text(account.uid)),
    region: text(resource.region) || text(cloud.region),
    resource_uid: text(resource.uid),
    resource_name: namespace ? `${namespace}/${text(resource.name)}` : text(resource.name),
    resource_type: text(resource.type),
    tool_version: text(fields(metadata.product).version),
    observed_at: firstInstant(item.time, item.time_dt, item.event_time, info.created_time, info.created_time_dt),
  }
}

/** The plain JSON of Prowler 3 (`-M json`). */
export function fromVersion3(value: unknown, at: string): ProwlerResult {
  const item = fields(value)
  const recommendation = fields(fields(item.Remediation).Recommendation)
  return {
    at,
    check_id: text(item.CheckID),
    title: text(item.CheckTitle),
    status: text(item.Status),
    muted: false,
    message: text(item.StatusExtended),
    severity: text(item.Severity),
    service: text(item.ServiceName),
    description: text(item.Description),
    remediation: text(recommendation.Text),
    urls: [text(recommendation.Url), text(item.RelatedUrl)],
    frameworks: frameworksOf(item.Compliance),
    provider: text(item.Provider).toLowerCase(),
    account: text(item.AccountId) || text(item.SubscriptionId) || text(item.Subscription) || text(item.ProjectId),
    account_name: '',
    tenant: text(item.TenantId) || text(item.Tenant_Domain),
    region: text(item.Region) || text(item.Location),
    resource_uid: text(item.ResourceArn) || text(item.ResourceId),
    resource_name: text(item.ResourceName) || text(item.ResourceId),
    resource_type: text(item.ResourceType),
    tool_version: '',
    observed_at: instantOf(item.AssessmentStartTime),
  }
}

/** The id in the title of a check of Prowler 2, `[check114] Ensure …`; without it the number of the CIS benchmark. */
export const oldCheckId = (title: string, number: string): string => /^\[([A-Za-z0-9_.-]{1,100})\]/.exec(title)?.[1] ?? number

/** The JSON lines of Prowler 2 (`-M json`). */
export function fromVersion2(value: unknown, at: string): ProwlerResult {
  const item = fields(value)
  const title = text(item.Control)
  const resource = text(item['Resource ID'])
  return {
    at,
    check_id: oldCheckId(title, text(item['Control ID'])),
    title: title.replace(/^\[[^\]]*\]\s*/, ''),
    status: text(item.Status),
    muted: false,
    message: text(item.Message),
    severity: text(item.Severity),
    service: text(item.Service),
    description: text(item.Risk),
    remediation: text(item.Remediation),
    urls: [text(item['Doc link'])],
    frameworks: [],
    provider: 'aws',
    account: text(item['Account Number']),
    account_name: '',
    tenant: '',
    region: text(item.Region),
    resource_uid: resource === 'root' ? '' : resource,
    resource_name: resource,
    resource_type: text(item.Service),
    tool_version: '',
    observed_at: instantOf(item.Timestamp),
  }
}
