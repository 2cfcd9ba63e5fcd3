import type { Told } from '../../importer.ts'
import { trackLowest } from '../../../model/lowest-severity.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { fieldsOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { readComponent, readVersions } from './component.ts'
import { readIssue } from './issue.ts'

/**
 * A vulnerabilities report: rows about many artifacts, filtered as its author chose, which it does not tell. It covers the artifacts in it for reports
 * alike, down to the lowest severity in it, and nothing when it is only a page of the rows.
 * Format: https://jfrog.com/help/r/xray-rest-apis/vulnerabilities-report
 */
export async function* readRows(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'jfrog-xray', tool: 'JFrog Xray', tool_version: null, observed_at: null }
  const described = new Set<string>()
  const assets = new Set<string>()
  let total: number | null = null
  let rows = 0
  const lowest = trackLowest()
  yield* readJson(bytes, ['$.total_rows', '$.rows[*]']).tell(function* (matches) {
    for (const { path, at, value } of matches) {
      if (path === '$.total_rows') {
        total = numberOf(value)
        continue
      }
      rows++
      const row = fieldsOf(value)
      const place = textOf(row['path']).replace(/\/+$/, '')
      const artifact = textOf(row['impacted_artifact'])
      if (place === '' && artifact === '') {
        yield { kind: 'skipped', at, reason: 'Expected a row with path or impacted_artifact' }
        continue
      }
      const asset = [artifact, place].join(' ')
      if (!assets.has(asset)) {
        assets.add(asset)
        const time = textOf(row['artifact_scan_time'])
        const observed_at = time === '' ? null : parseInstant(time)
        yield {
          kind: 'asset',
          asset,
          type: artifact.startsWith('docker://') ? 'image' : 'application',
          name: artifact.replace(/^[a-z]+:\/\//, '') || place,
          names: [{ type: 'label', name: `jfrog-xray/${place || artifact}` }],
          ...(observed_at !== null && { observed_at }),
        }
      }
      lowest.add(parseSeverity(textOf(row['severity'])))
      const fixed = readVersions(textsIn(row['fixed_versions']))
      yield* readIssue(
        {
          asset,
          at,
          id: textOf(row['issue_id']),
          cves: row['cves'],
          summary: textOf(row['summary']),
          description: textOf(row['description']),
          severity: textOf(row['severity']),
          created: textOf(row['published']),
          references: textsIn(row['references']),
          component: readComponent(textOf(row['vulnerable_component'])),
          fixed_version: fixed,
        },
        described,
      )
    }
  })

  if (total !== null && total > rows) return
  const min_severity = lowest.min_severity()
  for (const asset of assets)
    yield { kind: 'coverage', asset, subject: 'vulnerability', checks: 'report', ...(min_severity && { min_severity }) }
}
