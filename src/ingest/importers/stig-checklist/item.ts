import { identifyingNames } from '../../../model/host-name.ts'
import type { AssetRecord, ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { stigControlId } from '../../../model/stig.ts'
import { nameOfSet } from '../../readers/name-of-set.ts'
import { cutText } from '../../readers/json-fields.ts'

/** One rule of a checklist, in words common to both layouts. Text that is not there is ''. */
export interface ChecklistItem {
  /** Place in the file. */
  at: string
  /** Name of the STIG: RHEL_9_STIG. */
  stig: string
  group_id: string
  rule_id: string
  rule_version: string
  title: string
  group_title: string
  discussion: string
  fix: string
  severity: string
  severity_override: string
  ccis: string[]
  status: string
  details: string
  comments: string
}

/** What a checklist says of its host. */
export interface ChecklistTarget {
  host_name: string
  fqdn: string
  address: string
  /** Site and instance of a web server or database; '' for the host itself. */
  place: string
}

const MAX_TEXT = 4000
const SOURCE = 'stig-checklist'
const HOST = 'host'

/** https://public.cyber.mil/stigs/srg-stig-tools/: what a reviewer can set. */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['open', 'fail'],
  ['notafinding', 'pass'],
  ['notapplicable', 'not_applicable'],
  ['notreviewed', 'not_run'],
])

/** The report and its host; without a name the person is asked. A checklist has no time of its review. */
export function* beginChecklist(target: ChecklistTarget): Generator<FileRecord> {
  const fqdn = identifyingNames([target.fqdn]).filter(({ type }) => type === 'fqdn')
  const host = identifyingNames([target.host_name]).filter(({ type }) => type !== 'ip')
  const addresses = identifyingNames(target.address.split(/[,;\s]+/).slice(0, 100)).filter(({ type }) => type === 'ip')
  const names: AssetRecord['names'] = [...fqdn, ...host, ...addresses]
  yield { kind: 'report', source: SOURCE, tool: 'STIG Viewer', tool_version: null, observed_at: null }
  yield { kind: 'asset', asset: HOST, type: 'device', name: names[0]?.name ?? '', names }
}

/** The control and the result of one rule, or why it is left out. */
export function* itemRecords(item: ChecklistItem, place: string): Generator<FileRecord> {
  const control_id =
    stigControlId(item.rule_id) ?? stigControlId(item.group_id) ?? (item.rule_version ? `stig:${item.rule_version.slice(0, 200)}` : null)
  const status = statuses.get(item.status.replace(/[\s_-]/g, '').toLowerCase())
  if (control_id === null || !status) {
    const reason = status
      ? 'Expected a Rule_ID, Vuln_Num or Rule_Ver'
      : `Expected a status Open, NotAFinding, Not_Applicable or Not_Reviewed; found ${JSON.stringify(item.status.slice(0, 40))}`
    yield { kind: 'skipped', at: item.at, reason }
    return
  }
  const own = parseSeverity(item.severity)
  const severity = parseSeverity(item.severity_override) ?? own
  const frameworks = [
    ...(item.rule_version ? [{ framework: 'DISA STIG', requirement: item.rule_version.slice(0, 100) }] : []),
    ...(item.group_title.startsWith('SRG-') ? [{ framework: 'DISA SRG', requirement: item.group_title.slice(0, 100) }] : []),
    ...item.ccis.filter((cci) => /^CCI-\d{6}$/.test(cci)).map((requirement) => ({ framework: 'CCI', requirement })),
  ]
  const evidence = [item.details, item.comments].filter(Boolean).join('\n')
  yield {
    kind: 'control',
    control_id,
    title: item.title.slice(0, 500) || item.rule_version || item.group_id,
    ...(own && { severity: own }),
    ...(item.discussion && { description: cutText(item.discussion, MAX_TEXT) }),
    ...(item.fix && { remediation: cutText(item.fix, MAX_TEXT) }),
    ...(item.stig && { product: item.stig }),
    ...(frameworks.length > 0 && { frameworks }),
  }
  yield {
    kind: 'control_result',
    asset: HOST,
    control_id,
    status,
    ...(severity && { severity }),
    ...(evidence && { evidence: cutText(evidence, MAX_TEXT) }),
    ...(place && { place }),
  }
}

/** A checklist speaks for the STIGs in it, whose rules it lists all. */
export function* endChecklist(stigs: ReadonlySet<string>): Generator<FileRecord> {
  if (stigs.size > 0) yield { kind: 'coverage', asset: HOST, subject: 'control', checks: nameOfSet(stigs, 'STIGs') }
}
