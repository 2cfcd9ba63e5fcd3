import { UserError } from '../../../errors.ts'
import type { AssetRecord, ControlRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { remembered } from '../../../model/remembered.ts'
import type { Severity } from '../../../model/severity.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { csvHeader, readCsv } from '../../readers/csv.ts'
import { readJson } from '../../readers/json.ts'
import { peek } from '../../readers/peek.ts'
import { type Fields, fieldsOf, oneLine, textOf } from '../../readers/json-fields.ts'

const SOURCE = 'scubagear'
const MAX_TEXT = 4000

/** Product names by the letters in a policy id, MS.AAD.1.1v1: https://github.com/cisagov/ScubaGear/tree/main/PowerShell/ScubaGear/baselines */
const products: Record<string, string> = {
  AAD: 'Microsoft Entra ID',
  DEFENDER: 'Microsoft 365 Defender',
  SECURITYSUITE: 'Microsoft 365 security suite',
  EXO: 'Exchange Online',
  POWERPLATFORM: 'Microsoft Power Platform',
  POWERBI: 'Microsoft Power BI',
  SHAREPOINT: 'SharePoint Online',
  TEAMS: 'Microsoft Teams',
}

/** Text of a fragment with HTML in one line. */
const plain: (html: string) => string = remembered((html) => oneLine(html.slice(0, MAX_TEXT).replace(/<[^<>]*>/g, ' ')).trim())

/** One policy as any of the layouts states it. */
interface Policy {
  at: string
  id: string
  requirement: string
  /** Pass, Fail, Warning, N/A, Omitted, Error, Incorrect …; null where only `met` is said. */
  result: string | null
  met: boolean | null
  /** Shall or Should, with `/3rd Party` or `/Not-Implemented` behind it where ScubaGear cannot look. */
  criticality: string
  details: string
  group: string
  url: string
}

const POLICY_ID = /^[A-Z]{2,10}\.[A-Z]{2,30}\.\d{1,3}\.\d{1,3}v\d{1,3}(?:\.\d{1,3})?$/i

/** A "shall" that is missed is high, a "should" medium. */
function severityOf(criticality: string): Severity | undefined {
  if (/^shall\b/i.test(criticality)) return 'high'
  return /^should\b/i.test(criticality) ? 'medium' : undefined
}

/** Pass and fail only where ScubaGear itself looked: third-party, not-implemented, omitted, manual and failed checks were not run. */
function statusOf({ result, met, criticality }: Policy): ControlResultRecord['status'] | null {
  if (criticality.includes('/')) return 'not_run'
  if (result === null) return met === null ? null : met ? 'pass' : 'fail'
  const word = result.toLowerCase()
  if (word === 'pass') return 'pass'
  if (word === 'fail' || word === 'warning') return 'fail'
  return /^(?:n\/a|omitted|error|manual|incorrect(?: result)?|no events found|not[- ]implemented)/.test(word) ? 'not_run' : null
}

function controlOf(policy: Policy): ControlRecord {
  const product = products[policy.id.split('.')[1]?.toUpperCase() ?? '']
  const severity = severityOf(policy.criticality)
  const title = plain(policy.requirement.split('<div')[0]!)
  const category = policy.group || product
  const control: ControlRecord = { kind: 'control', control_id: `${SOURCE}:${policy.id}`, title: title || policy.id }
  if (severity) control.severity = severity
  if (category) control.category = category
  if (policy.url.startsWith('https://')) control.url = policy.url
  if (product) control.product = product
  // The binding directive marks the policies that it makes mandatory:
  // https://www.cisa.gov/news-events/directives/bod-25-01-implementing-secure-practices-cloud-services
  if (/\bBOD 25-01 Requirement\b/.test(policy.requirement)) control.frameworks = [{ framework: 'CISA BOD 25-01', requirement: policy.id }]
  if (title === '') control.partial = true
  return control
}

function* policyRecords(policy: Policy, asset: string): Generator<FileRecord> {
  const status = statusOf(policy)
  if (!POLICY_ID.test(policy.id) || status === null) {
    const reason = POLICY_ID.test(policy.id)
      ? `Expected a result Pass, Fail, Warning, N/A, Omitted or Error; found ${JSON.stringify((policy.result ?? '').slice(0, 40))}`
      : `Expected a policy id such as MS.AAD.1.1v1; found ${JSON.stringify(policy.id.slice(0, 40))}`
    yield { kind: 'skipped', at: policy.at, reason }
    return
  }
  const severity = severityOf(policy.criticality)
  const evidence = plain(policy.details)
  yield controlOf(policy)
  const result: ControlResultRecord = { kind: 'control_result', asset, control_id: `${SOURCE}:${policy.id}`, status }
  if (severity) result.severity = severity
  if (evidence) result.evidence = evidence
  yield result
}

/** Who and when, as far as the file says it. */
interface About {
  tenant: string
  name: string
  version: string | null
  observed_at: Instant | null
  /** What the results are complete about: everything, one product's baseline, or nothing (a list of failures only). */
  covers: { checks?: string } | null
  /** All identities with a privileged role; null: the file does not list them. */
  privileged: AssetRecord[] | null
}

const nobody: About = { tenant: '', name: '', version: null, observed_at: null, covers: {}, privileged: null }

function* records(about: About, policies: Policy[]): Generator<FileRecord> {
  const tenant = about.tenant.toLowerCase()
  const asset = tenant || 'tenant'
  yield {
    kind: 'report',
    source: SOURCE,
    tool: 'ScubaGear',
    tool_version: about.version,
    observed_at: about.observed_at,
    ...(tenant && { tenant_id: tenant }),
  }
  yield {
    kind: 'asset',
    asset,
    type: 'tenant',
    name: about.name || asset,
    names: tenant ? [{ type: 'tenant_id', name: tenant }] : [],
    attributes: { cloud_provider: 'm365' },
  }
  if (about.privileged) yield* about.privileged
  if (about.covers) yield { kind: 'coverage', asset, subject: 'control', ...about.covers }
  for (const policy of policies) yield* policyRecords(policy, asset)
}

/** Groups of the merged and of the per-product report: `{GroupName, GroupReferenceURL, Controls: [{"Control ID", …}]}`. */
function policiesOf(group: unknown, at: string): Policy[] {
  const { GroupName, GroupReferenceURL, Controls } = fieldsOf(group)
  return (Array.isArray(Controls) ? Controls : []).map((control, index) => {
    const item = fieldsOf(control)
    return {
      at: `${at}.Controls[${index}]`,
      id: textOf(item['Control ID']),
      requirement: textOf(item.Requirement),
      result: textOf(item.Result),
      met: null,
      criticality: textOf(item.Criticality),
      details: textOf(item.Details),
      group: textOf(GroupName),
      url: textOf(GroupReferenceURL),
    }
  })
}

/** `05/04/2026 17:15:48 Coordinated Universal Time`; other zones are named in words that do not say their offset, so they are no time. */
export function parseReportDate(date: string): Instant | null {
  const match = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2}):(\d{2}) (?:Coordinated Universal Time|UTC)$/.exec(date.trim())
  if (!match) return null
  const [, month, day, year, hour, minute, second] = match
  const two = (part: string) => part.padStart(2, '0')
  return parseInstant(`${year}-${two(month!)}-${two(day!)}T${two(hour!)}:${minute}:${second}Z`)
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** More than this have a privileged role in no tenant. */
const MOST_IDENTITIES = 10_000

/** Users and service principals with their directory roles, by object id: what ScubaGear asked Entra ID for. Those without a role or an id are left out. */
function identitiesOf(list: unknown): AssetRecord[] {
  return Object.entries(fieldsOf(list))
    .slice(0, MOST_IDENTITIES)
    .flatMap(([id, value]): AssetRecord[] => {
      const { DisplayName, roles } = fieldsOf(value)
      const named = [...new Set((Array.isArray(roles) ? roles : []).map((role) => textOf(role).toLowerCase()).filter(Boolean))].toSorted()
      const object = id.toLowerCase()
      if (!guid.test(object) || named.length === 0) return []
      return [
        {
          kind: 'asset',
          asset: object,
          type: 'identity',
          name: textOf(DisplayName) || object,
          names: [{ type: 'agent_id', name: `entra-object:${object}` }],
          attributes: { cloud_provider: 'm365', roles: named.join('; ').slice(0, MAX_TEXT) },
        },
      ]
    })
}

const PRIVILEGED = ['$.Raw.privileged_users', '$.Raw.privileged_service_principals'] as const

async function* readMerged(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  let metadata: Fields | null = null
  let privileged: AssetRecord[] | null = null
  const policies: Policy[] = []
  for await (const matches of readJson(bytes, ['$.MetaData', '$.Results.*[*]', ...PRIVILEGED]).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.MetaData') metadata = fieldsOf(value)
      else if (path === PRIVILEGED[0] || path === PRIVILEGED[1]) privileged = [...(privileged ?? []), ...identitiesOf(value)]
      else policies.push(...policiesOf(value, at))
    }
  if (metadata === null) throw new UserError('unreadable_report', 'Expected MetaData with the tenant and the time of the run')
  const tenant = textOf(metadata.TenantId)
  yield records(
    {
      ...nobody,
      tenant: /^[0-9a-f-]{36}$/i.test(tenant) ? tenant : '',
      name: textOf(metadata.DisplayName),
      version: textOf(metadata.ToolVersion) || null,
      observed_at: parseInstant(textOf(metadata.TimestampZulu)),
      privileged,
    },
    policies,
  )
}

/** A product's own report, IndividualReports/AADReport.json: no tenant id, a time in words, one product. */
async function* readProduct(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
    for (const { value } of matches) {
      const { MetaData, ReportSummary, Results } = fieldsOf(value)
      const metadata = fieldsOf(MetaData)
      const policies = (Array.isArray(Results) ? Results : []).flatMap((group, index) => policiesOf(group, `[0].Results[${index}]`))
      const product = policies[0]?.id.split('.')[1] ?? ''
      yield* records(
        {
          ...nobody,
          name: textOf(metadata['Tenant Display Name']),
          version: textOf(metadata['Module Version']) || null,
          observed_at: parseReportDate(textOf(metadata['Report Date']) || textOf(fieldsOf(ReportSummary).Date)),
          covers: { checks: product },
        },
        policies,
      )
    }
  })
}

/** The raw answers of the policy engine: met or not, without the words of the policy, tenant or time. */
async function* readTestResults(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const policies: Policy[] = []
  for await (const matches of readJson(bytes, ['$[*]']).batches)
    for (const { at, value } of matches) {
      const item = fieldsOf(value)
      policies.push({
        at,
        id: textOf(item.PolicyId),
        requirement: '',
        result: null,
        met: typeof item.RequirementMet === 'boolean' ? item.RequirementMet : null,
        criticality: textOf(item.Criticality),
        details: textOf(item.ReportDetails),
        group: '',
        url: '',
      })
    }
  yield records(nobody, policies)
}

async function* readTable(bytes: AsyncIterable<Uint8Array>, isPlan: boolean): AsyncGenerator<Told> {
  const policies: Policy[] = []
  const skipped: FileRecord[] = []
  for await (const rows of readCsv(bytes).batches)
    for (const { line, row, error } of rows) {
      if (error !== null) {
        skipped.push({ kind: 'skipped', at: `line ${line}`, reason: error })
        continue
      }
      policies.push({
        at: `line ${line}`,
        id: row['Control ID']?.trim() ?? '',
        requirement: row.Requirement ?? '',
        result: row.Result?.trim() ?? '',
        met: null,
        criticality: row.Criticality?.trim() ?? '',
        details: row.Details ?? '',
        group: '',
        url: '',
      })
    }
  yield records({ ...nobody, covers: isPlan ? null : {} }, policies)
  yield skipped
}

type Layout = 'merged' | 'product' | 'test_results' | 'table' | 'plan'

function layoutOf(head: string): Layout | null {
  if (/^\s*\{/.test(head)) return /"MetaData"\s*:/.test(head) && /"Tool"\s*:\s*"ScubaGear"/.test(head) ? 'merged' : null
  if (/^\s*\[/.test(head)) {
    if (['"PolicyId"', '"RequirementMet"', '"Criticality"'].every((name) => head.includes(name))) return 'test_results'
    const product = ['"ReportSummary"', '"Control ID"', '"GroupReferenceURL"', '"Criticality"']
    return product.every((name) => head.includes(name)) ? 'product' : null
  }
  const columns = csvHeader(head)
  const first = ['Control ID', 'Requirement', 'Result', 'Criticality', 'Details']
  if (!first.every((name, index) => columns[index] === name)) return null
  return columns.includes('Non-Compliance Reason') ? 'plan' : 'table'
}

/**
 * CISA ScubaGear: a Microsoft 365 tenant against the SCuBA baselines. All of its result files: merged JSON, per-product JSON (UTF-16),
 * TestResults.json, ScubaResults.csv (5, 9 or 13 columns) and ActionPlan.csv.
 * Format: https://github.com/cisagov/ScubaGear/blob/main/docs/execution/reports.md
 */
export const scubagear: Importer = reads({
  id: 'scubagear',
  title: 'CISA ScubaGear (ScubaResults JSON and CSV, TestResults, ActionPlan)',
  version: 2,
  detect: ({ text: head }: Head) => layoutOf(head) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text: head, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(head)
    if (layout === 'merged') yield* readMerged(bytes)
    else if (layout === 'product') yield* readProduct(bytes)
    else if (layout === 'test_results') yield* readTestResults(bytes)
    else if (layout !== null) yield* readTable(bytes, layout === 'plan')
    else {
      throw new UserError(
        'unreadable_report',
        'Expected a ScubaGear file: ScubaResults JSON with MetaData, TestResults.json, or a CSV that begins with Control ID, Requirement, Result',
      )
    }
  },
})
