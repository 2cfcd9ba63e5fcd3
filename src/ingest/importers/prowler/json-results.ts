import type { ProwlerResult } from './result.ts'
import { fieldsOf, firstInstant, instantOf, textOf, textsIn } from '../../readers/json-fields.ts'

/** Frameworks as an object of lists: `{"CIS-2.0": ["1.20"]}`. */
function frameworksOf(value: unknown): ProwlerResult['frameworks'] {
  return Object.entries(fieldsOf(value)).flatMap(([framework, list]) => textsIn(list).map((requirement) => ({ framework, requirement })))
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
  const item = fieldsOf(value)
  const metadata = fieldsOf(item.metadata)
  const unmapped = fieldsOf(item.unmapped)
  const cloud = fieldsOf(item.cloud)
  const account = fieldsOf(cloud.account)
  const org = fieldsOf(cloud.org)
  const info = fieldsOf(item.finding_info)
  const remediation = fieldsOf(item.remediation)
  const resource = fieldsOf(Array.isArray(item.resources) ? item.resources[0] : undefined)
  const provider =
    textOf(cloud.provider) || textOf(unmapped.provider) || (textsIn(metadata.profiles).includes('container') ? 'kubernetes' : '')
  const namespace = textOf(resource.namespace)
  return {
    at,
    check_id: textOf(metadata.event_code),
    title: textOf(info.title),
    status: textOf(item.status_code),
    // status_id is 3 (suppressed) on everything that 4.2 writes, so only the word counts.
    muted: textOf(item.status).toLowerCase() === 'suppressed',
    message: textOf(item.status_detail) || textOf(item.message),
    severity: textOf(item.severity),
    service: textOf(fieldsOf(resource.group).name),
    description: textOf(info.desc),
    remediation: textOf(remediation.desc),
    urls: [...textsIn(remediation.references), ...textsIn(unmapped.related_url), ...textsIn(unmapped.additional_urls)],
    frameworks: frameworksOf(unmapped.compliance),
    provider: provider.toLowerCase(),
    account: textOf(account.uid) || textOf(unmapped.provider_uid),
    account_name: textOf(account.name),
    tenant: tenantOf(provider.toLowerCase(), textOf(org.uid) || textOf(metadata.tenant_uid), textOf(account.uid)),
    region: textOf(resource.region) || textOf(cloud.region),
    resource_uid: textOf(resource.uid),
    resource_name: namespace ? `${namespace}/${textOf(resource.name)}` : textOf(resource.name),
    resource_type: textOf(resource.type),
    tool_version: textOf(fieldsOf(metadata.product).version),
    observed_at: firstInstant(item.time, item.time_dt, item.event_time, info.created_time, info.created_time_dt),
  }
}

/** The plain JSON of Prowler 3 (`-M json`). */
export function fromVersion3(value: unknown, at: string): ProwlerResult {
  const item = fieldsOf(value)
  const recommendation = fieldsOf(fieldsOf(item.Remediation).Recommendation)
  return {
    at,
    check_id: textOf(item.CheckID),
    title: textOf(item.CheckTitle),
    status: textOf(item.Status),
    muted: false,
    message: textOf(item.StatusExtended),
    severity: textOf(item.Severity),
    service: textOf(item.ServiceName),
    description: textOf(item.Description),
    remediation: textOf(recommendation.Text),
    urls: [textOf(recommendation.Url), textOf(item.RelatedUrl)],
    frameworks: frameworksOf(item.Compliance),
    provider: textOf(item.Provider).toLowerCase(),
    account: textOf(item.AccountId) || textOf(item.SubscriptionId) || textOf(item.Subscription) || textOf(item.ProjectId),
    account_name: '',
    tenant: textOf(item.TenantId) || textOf(item.Tenant_Domain),
    region: textOf(item.Region) || textOf(item.Location),
    resource_uid: textOf(item.ResourceArn) || textOf(item.ResourceId),
    resource_name: textOf(item.ResourceName) || textOf(item.ResourceId),
    resource_type: textOf(item.ResourceType),
    tool_version: '',
    observed_at: instantOf(item.AssessmentStartTime),
  }
}

/** The id in the title of a check of Prowler 2, `[check114] Ensure …`; without it the number of the CIS benchmark. */
export const oldCheckId = (title: string, number: string): string => /^\[([A-Za-z0-9_.-]{1,100})\]/.exec(title)?.[1] ?? number

/** The JSON lines of Prowler 2 (`-M json`). */
export function fromVersion2(value: unknown, at: string): ProwlerResult {
  const item = fieldsOf(value)
  const title = textOf(item.Control)
  const resource = textOf(item['Resource ID'])
  return {
    at,
    check_id: oldCheckId(title, textOf(item['Control ID'])),
    title: title.replace(/^\[[^\]]*\]\s*/, ''),
    status: textOf(item.Status),
    muted: false,
    message: textOf(item.Message),
    severity: textOf(item.Severity),
    service: textOf(item.Service),
    description: textOf(item.Risk),
    remediation: textOf(item.Remediation),
    urls: [textOf(item['Doc link'])],
    frameworks: [],
    provider: 'aws',
    account: textOf(item['Account Number']),
    account_name: '',
    tenant: '',
    region: textOf(item.Region),
    resource_uid: resource === 'root' ? '' : resource,
    resource_name: resource,
    resource_type: textOf(item.Service),
    tool_version: '',
    observed_at: instantOf(item.Timestamp),
  }
}
