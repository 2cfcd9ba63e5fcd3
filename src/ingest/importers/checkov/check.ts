import type { ControlRecord, FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { bestRating } from '../../readers/cvss.ts'
import { type Fields, fieldsOf, httpsOf, lineOf, listOf, textOf } from '../../readers/json-fields.ts'

/** One entry of passed_checks, failed_checks or skipped_checks. */
export interface Check {
  control: ControlRecord
  /** File and resource. */
  part: string
  place: string
  /** Why it was suppressed; ''. */
  suppressed: string
}

const MAX_TEXT = 4000

/** A path inside of the repository, without the slash that Checkov puts before it. */
const relative = (path: string) => path.replaceAll('\\', '/').replace(/^\/+/, '')

/** Reads a check; null without an id. */
export function checkOf(item: Fields): Check | null {
  const id = textOf(item['check_id'])
  if (id === '') return null
  const severity = parseSeverity(textOf(item['severity']))
  const category = textOf(item['bc_category']) || (/^checkov\.([a-z_]+)\./.exec(textOf(item['check_class']))?.[1] ?? '')
  const url = httpsOf(item['guideline'])
  const remediation = textOf(item['fixed_definition'])
  const frameworks = Object.entries(fieldsOf(item['benchmarks'])).flatMap(([framework, list]) =>
    listOf(list)
      .slice(0, 100)
      .map((one) => ({ framework: framework.slice(0, 100), requirement: textOf(fieldsOf(one)['name']).slice(0, 100) }))
      .filter(({ requirement }) => requirement !== ''),
  )
  const paths = [textOf(item['repo_file_path']), textOf(item['file_path'])].map(relative).filter(Boolean)
  const file = paths[0] ?? ''
  const line = lineOf(listOf(item['file_line_range'])[0])
  const resource = textOf(item['resource_address']) || textOf(item['resource'])
  return {
    control: {
      kind: 'control',
      control_id: `checkov:${id.slice(0, 200)}`,
      title: (textOf(item['check_name']) || textOf(item['short_description']) || id).slice(0, 500),
      ...(severity && { severity }),
      ...(category && { category }),
      ...(textOf(item['description']) && { description: textOf(item['description']).slice(0, MAX_TEXT) }),
      ...(remediation && { remediation: remediation.slice(0, MAX_TEXT) }),
      ...(url && { url }),
      ...(frameworks.length > 0 && { frameworks }),
    },
    // Of Dockerfiles and the like the resource is the file once more.
    part: [file, paths.some((path) => relative(resource).startsWith(path)) ? '' : resource].filter(Boolean).join(' '),
    place: line ? `${file}:${line}` : file,
    suppressed: textOf(fieldsOf(item['check_result'])['suppress_comment']).slice(0, 300),
  }
}

/** Whether a check of the frameworks sca_package and sca_image is about a vulnerability; otherwise it is about a licence. */
export const isPackage = (item: Fields): boolean => textOf(fieldsOf(item['vulnerability_details'])['id']) !== ''

const CVE = /^CVE-\d{4}-\d{4,12}$/

/** A vulnerable package: id, package and versions stand in `vulnerability_details`. */
export function* packageRecords(item: Fields, asset: string, described: Set<string>, part: string, at: string): Generator<FileRecord> {
  const details = fieldsOf(item['vulnerability_details'])
  const raw = textOf(details['id']).slice(0, 100)
  const id =
    CVE.test(raw.toUpperCase()) || /^GHSA(?:-[0-9a-z]{4}){3}$/i.test(raw) ? raw.toUpperCase().replace(/^GHSA.*/, raw) : `checkov:${raw}`
  const severity = parseSeverity(textOf(details['severity']) || textOf(item['severity']))
  const score = details['cvss']
  const rating = bestRating([
    { score: typeof score === 'number' ? score : undefined, vector: textOf(details['vector']) || undefined, version: 3 },
  ])
  const name = textOf(details['package_name'])
  if (name === '') {
    yield { kind: 'skipped', at, reason: `${raw}: expected a package_name in vulnerability_details` }
    return
  }
  if (!described.has(id)) {
    described.add(id)
    const published = parseInstant(textOf(details['published_date']))
    const url = httpsOf(details['link'])
    yield {
      kind: 'vulnerability',
      vulnerability_id: id,
      ...(textOf(details['description']) && { description: textOf(details['description']).slice(0, MAX_TEXT) }),
      ...(severity && { severity }),
      ...rating,
      ...(published !== null && { published_at: published }),
      ...(url && { url }),
    }
  }
  const version = textOf(details['package_version'])
  const fixed = textOf(details['lowest_fixed_version']) || /^fixed in (\S+)/i.exec(textOf(details['status']))?.[1] || ''
  yield {
    kind: 'finding',
    asset,
    vulnerability_ids: [id],
    ...(severity && { severity }),
    ...(rating?.cvss !== undefined && { cvss: rating.cvss }),
    component: { name, ...(version && { version }) },
    ...(fixed && { fixed_version: fixed }),
    ...(part && { place: part.split(' ')[0]! }),
  }
}
