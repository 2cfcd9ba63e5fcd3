import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import { globalName, nameCloudAccount, nameCloudResource } from '../../../model/cloud-name.ts'
import type { FileRecord } from '../../../model/record.ts'
import type { Instant } from '../../../model/time.ts'
import { type Fields, fieldsOf, firstInstant, textOf, textsIn } from '../../readers/json-fields.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { openReport, type ProwlerResult } from './result.ts'

/** Findings come before the resources that they are about, so all are held: more than this are refused. */
const MOST_HELD = 1_000_000

/**
 * Whether a text is a dump of the database of Prowler App (Django's dumpdata) with something in it that names an asset: accounts, resources or
 * findings. Scans or compliance overviews alone say nothing about any asset.
 */
export function isAppFixture(text: string): boolean {
  const outline = jsonOutline(text)
  if (!outline?.list) return false
  const { members } = outline
  const model = members.get('model')
  return (
    typeof model === 'string' &&
    model.startsWith('api.') &&
    members.has('pk') &&
    members.has('fields') &&
    /"model"\s*:\s*"api\.(?:finding|resource|provider)"/.test(text)
  )
}

interface Account {
  provider: string
  uid: string
  alias: string
}

interface AppResource {
  account: string
  uid: string
  name: string
  region: string
  type: string
}

/** A finding without what all of its check share. */
interface AppFinding {
  at: string
  pk: string
  uid: string
  status: string
  muted: boolean
  message: string
  severity: string
  check_id: string
  scan: string
  inserted_at: Instant | null
}

/** The records of a dump: per scan a report of its findings; accounts and resources without findings as an inventory that looked at nothing. */
export async function* readAppFixture(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const accounts = new Map<string, Account>()
  const resources = new Map<string, AppResource>()
  const scans = new Map<string, { account: string; at: Instant | null }>()
  const resourceOf = new Map<string, string>()
  const checks = new Map<string, Fields>()
  const findings: AppFinding[] = []
  let newest: Instant | null = null

  for await (const matches of readJson(bytes, ['$[*]']).batches)
    for (const { value, at } of matches) {
      const item = fieldsOf(value)
      const fields = fieldsOf(item.fields)
      const pk = textOf(item.pk)
      const updated = firstInstant(fields.updated_at, fields.inserted_at)
      if (item.model === 'api.provider') {
        newest = later(newest, updated)
        accounts.set(pk, { provider: textOf(fields.provider).toLowerCase(), uid: textOf(fields.uid), alias: textOf(fields.alias) })
      } else if (item.model === 'api.resource') {
        newest = later(newest, updated)
        resources.set(pk, {
          account: textOf(fields.provider),
          uid: textOf(fields.uid),
          name: textOf(fields.name),
          region: textOf(fields.region),
          type: textOf(fields.type),
        })
      } else if (item.model === 'api.scan')
        scans.set(pk, { account: textOf(fields.provider), at: firstInstant(fields.completed_at, fields.started_at) })
      else if (item.model === 'api.resourcefindingmapping') {
        const finding = textOf(fields.finding)
        if (!resourceOf.has(finding)) resourceOf.set(finding, textOf(fields.resource))
      } else if (item.model === 'api.finding') {
        const check_id = textOf(fields.check_id)
        if (!checks.has(check_id)) checks.set(check_id, fieldsOf(fields.check_metadata))
        findings.push({
          at,
          pk,
          uid: textOf(fields.uid),
          status: textOf(fields.status),
          muted: fields.muted === true,
          message: textOf(fields.status_extended),
          severity: textOf(fields.severity),
          check_id,
          scan: textOf(fields.scan),
          inserted_at: firstInstant(fields.inserted_at),
        })
      }
      if (findings.length + resources.size > MOST_HELD)
        throw new UserError('unreadable_report', `The dump holds more than ${MOST_HELD} findings and resources: dump one scan at a time`)
    }

  if (findings.length === 0) {
    yield { kind: 'report', source: 'prowler', tool: 'Prowler App', tool_version: null, observed_at: newest }
    yield inventory(accounts, resources)
    return
  }
  for (const [scan, list] of byScan(findings)) {
    const known = scans.get(scan)
    const observed_at = known?.at ?? list.reduce<Instant | null>((at, { inserted_at }) => later(at, inserted_at), null)
    const report = openReport()
    for (const finding of list) {
      const resource = resources.get(resourceOf.get(finding.pk) ?? '')
      const account = accounts.get(resource?.account ?? known?.account ?? '')
      yield report.records(resultOf(finding, checks.get(finding.check_id)!, resource, account, observed_at))
    }
  }
}

const later = (a: Instant | null, b: Instant | null): Instant | null => (a === null || (b !== null && b > a) ? b : a)

/** The findings of each scan, the scans in the order of their first finding's time. */
function byScan(findings: AppFinding[]): [string, AppFinding[]][] {
  const scans = new Map<string, AppFinding[]>()
  for (const finding of findings) {
    const list = scans.get(finding.scan)
    if (list) list.push(finding)
    else scans.set(finding.scan, [finding])
  }
  return [...scans].toSorted(([, a], [, b]) => (a[0]!.inserted_at ?? 0) - (b[0]!.inserted_at ?? 0))
}

/** What the uid of a finding says: `prowler-aws-<check>-<account>-<region>-<resource>`. Only AWS's accounts and regions can be told from the rest. */
function partsOfUid(uid: string, check_id: string): { provider: string; account: string; region: string; resource: string } {
  const [, provider = ''] = /^prowler-([a-z0-9]+)-/.exec(uid) ?? []
  const start = `prowler-${provider}-${check_id}-`
  const rest = provider !== '' && uid.startsWith(start) ? uid.slice(start.length) : ''
  const aws = provider === 'aws' ? /^(\d{12})-([a-z]{2}(?:-[a-z]+)+-\d+|global)-(.+)$/.exec(rest) : null
  return { provider, account: aws?.[1] ?? '', region: aws?.[2] ?? '', resource: aws?.[3] ?? '' }
}

function resultOf(
  finding: AppFinding,
  check: Fields,
  resource: AppResource | undefined,
  account: Account | undefined,
  observed_at: Instant | null,
): ProwlerResult {
  const said = partsOfUid(finding.uid, finding.check_id)
  const recommendation = fieldsOf(fieldsOf(check.remediation).recommendation)
  return {
    at: finding.at,
    check_id: finding.check_id,
    title: textOf(check.checktitle),
    status: finding.status,
    muted: finding.muted,
    message: finding.message,
    severity: finding.severity,
    service: textOf(check.servicename),
    description: textOf(check.description),
    remediation: textOf(recommendation.text),
    urls: [textOf(recommendation.url), ...textsIn(check.relatedurl)],
    frameworks: Object.entries(fieldsOf(check.compliance)).flatMap(([framework, list]) =>
      textsIn(list).map((requirement) => ({ framework, requirement })),
    ),
    provider: account?.provider || textOf(check.provider).toLowerCase() || said.provider,
    account: account?.uid || said.account,
    account_name: account?.alias ?? '',
    tenant: '',
    region: resource?.region || said.region,
    resource_uid: resource?.uid || said.resource,
    resource_name: resource?.name || '',
    resource_type: resource?.type || textOf(check.resourcetype),
    tool_version: '',
    observed_at,
  }
}

function* inventory(accounts: ReadonlyMap<string, Account>, resources: ReadonlyMap<string, AppResource>): Generator<FileRecord> {
  for (const { provider, uid, alias } of accounts.values()) {
    const { type, name, names } = nameCloudAccount({ provider, account: uid }, 'prowler', alias)
    if (names.length > 0) yield { kind: 'asset', asset: names[0]!.name, type, name, names }
  }
  for (const [pk, { account, uid, name, region, type }] of resources) {
    const known = accounts.get(account)
    if (!known && globalName(uid) === null) {
      yield {
        kind: 'skipped',
        at: `api.resource ${pk}`,
        reason: `The dump does not hold the account of ${JSON.stringify(uid.slice(0, 100))}`,
      }
      continue
    }
    const found = nameCloudResource(uid, name, { provider: known?.provider ?? '', account: known?.uid ?? '', region, type }, 'prowler')
    if (found.names.length > 0) yield { kind: 'asset', asset: found.names[0]!.name, type: found.type, name: found.name, names: found.names }
  }
}
