import { parseInstant } from '../../../model/time.ts'
import { oldCheckId, tenantOf } from './json-results.ts'
import type { ProwlerResult } from './result.ts'

type Row = Record<string, string>
const cell = (row: Row, ...names: string[]): string => {
  for (const name of names) {
    const value = row[name]?.trim()
    if (value) return value
  }
  return ''
}

/** Frameworks in one cell: `CIS-2.0: 1.12, 1.13 | ENS-RD2022: op.acc.2`. */
function frameworksInCell(text: string): ProwlerResult['frameworks'] {
  return text.split('|').flatMap((part) => {
    const colon = part.indexOf(':')
    if (colon < 0) return []
    const framework = part.slice(0, colon).trim()
    const requirements = part
      .slice(colon + 1)
      .split(',')
      .map((one) => one.trim())
    return requirements.filter((one) => framework && one).map((requirement) => ({ framework, requirement }))
  })
}

/** A row of Prowler 4 and 5 (all providers have the same columns) and of Prowler 3 (AWS and Azure columns differ in a few names). */
export function fromColumns(row: Row, at: string): ProwlerResult {
  const provider = cell(row, 'PROVIDER').toLowerCase()
  return {
    at,
    check_id: cell(row, 'CHECK_ID'),
    title: cell(row, 'CHECK_TITLE'),
    status: cell(row, 'STATUS'),
    muted: cell(row, 'MUTED').toLowerCase() === 'true',
    message: cell(row, 'STATUS_EXTENDED'),
    severity: cell(row, 'SEVERITY'),
    service: cell(row, 'SERVICE_NAME'),
    description: cell(row, 'DESCRIPTION'),
    remediation: cell(row, 'REMEDIATION_RECOMMENDATION_TEXT'),
    urls: [cell(row, 'REMEDIATION_RECOMMENDATION_URL'), cell(row, 'RELATED_URL'), ...cell(row, 'ADDITIONAL_URLS').split('|')].map((url) =>
      url.trim(),
    ),
    frameworks: frameworksInCell(cell(row, 'COMPLIANCE')),
    provider,
    account: cell(row, 'ACCOUNT_UID', 'ACCOUNT_ID', 'SUBSCRIPTION', 'PROJECT_ID'),
    account_name: cell(row, 'ACCOUNT_NAME'),
    tenant: tenantOf(provider, cell(row, 'ACCOUNT_ORGANIZATION_UID', 'TENANT_ID'), cell(row, 'ACCOUNT_UID')),
    region: cell(row, 'REGION', 'LOCATION'),
    resource_uid: cell(row, 'RESOURCE_UID', 'RESOURCE_ARN', 'RESOURCE_ID'),
    resource_name: cell(row, 'RESOURCE_NAME', 'RESOURCE_ID'),
    resource_type: cell(row, 'RESOURCE_TYPE'),
    tool_version: cell(row, 'PROWLER_VERSION'),
    observed_at: parseInstant(cell(row, 'TIMESTAMP', 'ASSESSMENT_START_TIME')),
  }
}

/** A row of Prowler 2: it names no resource, so each result is about the account. */
export function fromOldColumns(row: Row, at: string): ProwlerResult {
  const title = cell(row, 'TITLE_TEXT')
  return {
    at,
    check_id: oldCheckId(title, cell(row, 'TITLE_ID')),
    title: title.replace(/^\[[^\]]*\]\s*/, ''),
    status: cell(row, 'CHECK_RESULT'),
    muted: false,
    message: cell(row, 'CHECK_RESULT_EXTENDED'),
    severity: cell(row, 'CHECK_SEVERITY'),
    service: cell(row, 'CHECK_SERVICENAME'),
    description: cell(row, 'CHECK_RISK'),
    remediation: cell(row, 'CHECK_REMEDIATION'),
    urls: [cell(row, 'CHECK_DOC')],
    frameworks: [],
    provider: 'aws',
    account: cell(row, 'ACCOUNT_NUM'),
    account_name: '',
    tenant: '',
    region: cell(row, 'REGION'),
    resource_uid: '',
    resource_name: '',
    resource_type: cell(row, 'CHECK_ASFF_RESOURCE_TYPE'),
    tool_version: '',
    observed_at: null,
  }
}
