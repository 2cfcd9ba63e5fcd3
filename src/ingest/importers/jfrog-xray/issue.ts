import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Fields, fieldsOf, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { scannerItem } from '../../readers/package-finding.ts'
import type { XrayComponent } from './component.ts'

/** One issue of one component, in words common to all of Xray's exports; '' is what an export does not tell. */
export interface XrayIssue {
  asset: string
  at: string
  /** XRAY-12345; not all exports have it. */
  id: string
  cves: unknown
  summary: string
  description: string
  severity: string
  /** security; license and others for rules that are no vulnerability. */
  type?: string
  created?: string
  references?: readonly string[]
  component: XrayComponent
  fixed_version: string | undefined
  place?: string | undefined
}

/** The records of one issue. */
export function* readIssue(issue: XrayIssue, described: Set<string>): Generator<FileRecord> {
  const { asset, component, fixed_version, place } = issue
  if (issue.type && issue.type !== 'security') {
    const control_id = `jfrog-xray:${issue.type}`
    const severity = parseSeverity(issue.severity) ?? undefined
    if (!described.has(control_id)) {
      described.add(control_id)
      yield { kind: 'control', control_id, title: `Xray policy: ${issue.type.replaceAll('_', ' ')}`, category: issue.type }
    }
    yield {
      kind: 'finding',
      asset,
      control_id,
      severity,
      title: issue.summary || issue.id || undefined,
      component,
      ...(place && { place }),
    }
    return
  }
  const cves = listOf(issue.cves).map(fieldsOf)
  const ids = [...cves.map((cve) => textOf(cve['cve'])), issue.id].filter((id) => id !== '')
  yield* scannerItem(
    {
      source: 'jfrog-xray',
      asset,
      at: issue.at,
      // What has no id at all is known by its summary.
      ids: ids.length > 0 ? ids : [issue.summary],
      title: issue.summary,
      description: issue.description || issue.summary,
      severity: issue.severity,
      ratings: cves.length === 1 ? ratingsOf(cves[0]!) : [],
      ratings_by_id: new Map(cves.map((cve) => [textOf(cve['cve']).toUpperCase(), ratingsOf(cve)])),
      published_at: parseInstant(issue.created ?? ''),
      urls: issue.references ?? [],
      component,
      fixed_version,
      place,
    },
    described,
  )
}

/** Either score and vector apart, or as one text: `7.5/CVSS:3.0/AV:N/…`. Xray writes v2 vectors behind `CVSS:2.0/`, which no standard has. */
function ratingsOf(cve: Fields) {
  return ([3, 2] as const).flatMap((version) => {
    const [, score, joined] = /^(\d{1,2}(?:\.\d{1,2})?)\/(.*)$/s.exec(textOf(cve[`cvss_v${version}`])) ?? []
    const vector = joined ?? textOf(cve[`cvss_v${version}_vector`])
    return [{ score: numberOf(score) ?? numberOf(cve[`cvss_v${version}_score`]), vector: vector.replace(/^CVSS:2\.0\//, ''), version }]
  })
}
