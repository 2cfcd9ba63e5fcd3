import type { Told } from '../../importer.ts'
import { closedItems } from '../../../model/closed-item.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { bestRating } from '../../readers/cvss.ts'
import { cutText, type Fields, fieldsOf, firstInstant, given, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { toldOnce } from '../../readers/told-once.ts'
import { SOURCE } from './issue.ts'

/** A page of `GET /rest/orgs/{org}/issues`. https://docs.snyk.io/snyk-api/reference/issues */
export async function* readApiIssues(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const once = toldOnce()
  yield { kind: 'report', source: SOURCE, tool: 'Snyk', tool_version: null, observed_at: null }
  yield* readJson(bytes, ['$.data[*]']).tell(function* (matches) {
    for (const { value, at } of matches) {
      const item = fieldsOf(value)
      const issue = fieldsOf(item.attributes)
      const project = textOf(fieldsOf(fieldsOf(fieldsOf(item.relationships).scan_item).data).id)
      const reason =
        project === ''
          ? 'Expected the project of the issue'
          : issue.ignored === true && textOf(issue.status) !== 'resolved'
            ? 'Ignored by a policy of Snyk'
            : null
      if (reason !== null) {
        yield { kind: 'skipped', at, reason }
        continue
      }
      const records = [...issueRecords(issue, project)]
      if (records.length === 0) {
        yield { kind: 'skipped', at, reason: 'Expected an issue with "key" or "title"' }
        continue
      }
      yield* once({
        kind: 'asset',
        asset: project,
        type: 'repository',
        name: `Snyk project ${project}`,
        names: [{ type: 'agent_id', name: `${SOURCE}:${project}` }],
      })
      if (textOf(issue.status) === 'resolved') {
        yield* closedItems(records, { reason: 'resolved', at, closed_at: firstInstant(fieldsOf(issue.resolution).resolved_at) })
        continue
      }
      for (const record of records) {
        if (record.kind === 'finding') yield record
        else if (record.kind === 'vulnerability' || record.kind === 'control' || record.kind === 'coverage') yield* once(record)
      }
    }
  })
}

function* issueRecords(issue: Fields, asset: string): Generator<FileRecord> {
  const severity = parseSeverity(textOf(issue.effective_severity_level)) ?? undefined
  const title = cutText(textOf(issue.title))
  const place = fieldsOf(fieldsOf(listOf(fieldsOf(listOf(issue.coordinates)[0]).representations)[0]))
  // An issue is seen with all that Snyk has; a page of issues closes none.
  const listed = { access: 'remote', checks: 'listed' } as const
  if (textOf(issue.type) === 'package_vulnerability') {
    const key = textOf(issue.key)
    const ids = listOf(issue.problems).map((problem) => textOf(fieldsOf(problem).id))
    const cves = [...new Set(ids.filter((id) => /^CVE-\d{4}-\d{4,}$/i.test(id)).map((id) => id.toUpperCase()))]
    const advisory = ids.find((id) => id.startsWith('GHSA-'))
    const vulnerability_ids = cves.length > 0 ? cves : advisory ? [advisory] : key ? [/^SNYK-/i.test(key) ? key : `${SOURCE}:${key}`] : []
    if (vulnerability_ids.length === 0) return
    const rating = bestRating(
      listOf(issue.severities).map((one) => {
        const { score, vector } = fieldsOf(one)
        return { score: numberOf(score), vector: textOf(vector) }
      }),
    )
    const dependency = fieldsOf(place.dependency)
    const name = textOf(dependency.package_name)
    yield { kind: 'coverage', asset, subject: 'vulnerability', ...listed }
    for (const vulnerability_id of vulnerability_ids)
      yield {
        kind: 'vulnerability',
        vulnerability_id,
        ...given({ title, severity, description: cutText(textOf(issue.description)) }),
        ...(vulnerability_ids.length === 1 && rating),
        ...(vulnerability_ids.length === 1 && key && key !== vulnerability_id && { aliases: [key] }),
      }
    yield {
      kind: 'finding',
      asset,
      vulnerability_ids,
      access: 'full',
      ...given({ severity, cvss: rating?.cvss, title }),
      ...(name && { component: { name, ...given({ version: textOf(dependency.package_version) }) } }),
    }
    return
  }
  if (!title) return
  const source = fieldsOf(place.sourceLocation)
  const file = textOf(source.file)
  const line = textOf(fieldsOf(fieldsOf(source.region).start).line)
  const control_id = `${SOURCE}:${textOf(issue.type) || 'issue'}:${title.slice(0, 200)}`
  yield { kind: 'coverage', asset, subject: 'control', ...listed }
  yield { kind: 'control', control_id, title, ...given({ severity, description: cutText(textOf(issue.description)) }) }
  yield {
    kind: 'finding',
    asset,
    control_id,
    access: 'full',
    ...given({ severity, title }),
    ...(file && { component: { name: file.slice(0, 500), type: 'file' }, place: line ? `${file}:${line}` : file }),
  }
}
