import type { ControlResultRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { checkResult } from '../../readers/check-result.ts'
import { cutText, firstText, numberOf } from '../../readers/json-fields.ts'
import { scannerItem } from '../../readers/package-finding.ts'

export type Row = Record<string, string>

/** Words of hosts' and clusters' benchmarks, and of clouds'. */
const statuses = new Map<string, ControlResultRecord['status']>([
  ['pass', 'pass'],
  ['ok', 'pass'],
  ['warn', 'fail'],
  ['fail', 'fail'],
  ['alarm', 'fail'],
  ['info', 'not_run'],
  ['note', 'not_run'],
  ['skip', 'not_run'],
  ['error', 'not_run'],
])

/** A check of a benchmark, `gdpr_3.6`; old and new columns. */
export function* fromCompliance(row: Row, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const number = firstText(row, 'test_number', 'Control ID')
  const status = statuses.get(firstText(row, 'status', 'Status')?.toLowerCase() ?? '')
  if (number === undefined || status === undefined) {
    yield { kind: 'skipped', at, reason: 'Expected a check with its number and a status such as pass, warn, info, note, ok or alarm' }
    return
  }
  const framework = firstText(row, 'compliance_check_type', 'Compliance Standard')
  const requirement = framework !== undefined && number.startsWith(`${framework}_`) ? number.slice(framework.length + 1) : number
  // What people read is in `info`; `desc` repeats number and status.
  const said = firstText(row, 'test_desc', 'Description')
  yield* checkResult(
    {
      asset,
      control_id: `deepfence-threatmapper:${number}`,
      title: firstText(row, 'test_info', 'Info') ?? number,
      status,
      category: firstText(row, 'test_category', 'Category'),
      remediation: firstText(row, 'Remediation'),
      evidence: said !== undefined && / - (?:PASS|INFO|WARN|NOTE)$/i.test(said) ? undefined : said,
      frameworks: framework === undefined ? [] : [{ framework, requirement }],
    },
    described,
  )
}

function* fileFinding(
  row: Row,
  asset: string,
  described: Set<string>,
  rule: { id: string; title: string; category: string; path: string | undefined; text?: string | undefined },
) {
  const control_id = `deepfence-threatmapper:${rule.id}`
  const severity = parseSeverity(firstText(row, 'Severity')) ?? undefined
  if (!described.has(control_id)) {
    described.add(control_id)
    const description = cutText(rule.text)
    yield {
      kind: 'control',
      control_id,
      title: rule.title,
      severity,
      category: rule.category,
      ...(description && { description }),
    } as const
  }
  yield {
    kind: 'finding',
    asset,
    control_id,
    severity,
    title: rule.title,
    ...(rule.path && { component: { name: rule.path, type: 'file' }, place: rule.path }),
  } as const
}

/** A file that a YARA rule matches. The scanner unpacks each container to a folder of its own, whose name is left out. */
export function* fromMalware(row: Row, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const rule = firstText(row, 'Rule Name')
  if (rule === undefined) {
    yield { kind: 'skipped', at, reason: 'Expected a Rule Name' }
    return
  }
  const path = firstText(row, 'File Name')?.replace(/^\/tmp\/Deepfence\/YaraHunter\/[^/]+(?=\/)/, '')
  yield* fileFinding(row, asset, described, {
    id: `malware-${rule}`,
    title: `Malware rule ${rule}`,
    category: firstText(row, 'Class') ?? 'Malware',
    path,
    text: firstText(row, 'Summary'),
  })
}

/** A secret in a file: its rule and place, never `Content`. */
export function* fromSecret(row: Row, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const rule = firstText(row, 'Rule') ?? firstText(row, 'Name')
  if (rule === undefined) {
    yield { kind: 'skipped', at, reason: 'Expected a Rule' }
    return
  }
  yield* fileFinding(row, asset, described, {
    id: `secret-${rule}`,
    title: `Secret in a file: ${firstText(row, 'Name') ?? rule}`,
    category: 'Secrets',
    path: firstText(row, 'Filename'),
  })
}

/** A vulnerability of a package, `libsepol:2.5-8.1`. */
export function* fromVulnerability(row: Row, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const component = firstText(row, 'cve_caused_by_package') ?? ''
  const [, name = component, version] = /^(.+?):((?:\d{1,3}:)?[^:]+)$/.exec(component) ?? []
  // In lower case; a spreadsheet may have made dates of the scores.
  const vector = firstText(row, 'cve_attack_vector')?.toUpperCase().replace(/\bAU:/, 'Au:')
  const score = numberOf(firstText(row, 'cve_cvss_score'))
  yield* scannerItem(
    {
      source: 'deepfence-threatmapper',
      asset,
      at,
      ids: [firstText(row, 'cve_id')],
      description: firstText(row, 'cve_description'),
      severity: firstText(row, 'cve_severity'),
      ratings: [{ score: score === 0 ? undefined : score, vector }],
      urls: [firstText(row, 'cve_link')],
      component: { name, version, type: firstText(row, 'cve_type') },
      fixed_version: firstText(row, 'cve_fixed_in'),
    },
    described,
  )
}
