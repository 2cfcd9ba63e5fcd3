import { imageAsset } from '../../../model/image-asset.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { asFields, asList, asNumber, asText, asTexts } from '../../readers/fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { readJson } from '../../readers/json.ts'
import { readComponent, readVersions } from './component.ts'
import { readIssue } from './issue.ts'

/** On-demand scans of files by `jf scan` and `jf docker scan`. Format: https://docs.jfrog-applications.jfrog.io/jfrog-applications/jfrog-cli */
export async function* readScans(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
  yield { kind: 'report', source: 'jfrog-xray', tool: 'JFrog Xray', tool_version: null, observed_at: null }
  const described = new Set<string>()
  let number = 0
  for await (const { value, at } of readJson(bytes, ['$[*]'])) {
    const scan = asFields(value)
    if (!scan) {
      yield { kind: 'skipped', at, reason: 'Expected a scan with scan_id and vulnerabilities' }
      continue
    }
    const asset = `scan ${++number}`
    yield assetOf(asText(scan['component_id']), asset)
    const status = asText(scan['status'])
    if (status === undefined || status === 'completed') yield { kind: 'coverage', asset, subject: 'vulnerability' }
    else yield { kind: 'skipped', at, reason: `The scan is not completed but ${status}` }
    for (const [index, one] of asList(scan['vulnerabilities']).entries()) {
      const issue = asFields(one)
      const components = Object.entries(asFields(issue?.['components']) ?? {})
      for (const [id, more] of components.length > 0 ? components : ([['', null]] as const)) {
        const path = asFields(asList(asList(asFields(more)?.['impact_paths'])[0]).at(-1))
        yield* readIssue(
          {
            asset,
            at: `${at}.vulnerabilities[${index}]`,
            id: asText(issue?.['issue_id']),
            cves: issue?.['cves'],
            summary: asText(issue?.['summary']),
            description: undefined,
            severity: asText(issue?.['severity']),
            references: asTexts(issue?.['references']),
            component: readComponent(id),
            fixed_version: readVersions(asTexts(asFields(more)?.['fixed_versions'])),
            place: asText(path?.['full_path']),
          },
          described,
        )
      }
    }
  }
}

/** An image by the name that was asked for, a package by its coordinates; a bare file is only a path on the scanning machine. */
function assetOf(id: string | undefined, asset: string): AssetRecord {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/s.exec(id ?? '') ?? []
  if (scheme === 'docker') return imageAsset(asset, { references: [rest] })
  const name = scheme === undefined || scheme === 'generic' ? '' : readComponent(id!).name
  return {
    kind: 'asset',
    asset,
    type: 'application',
    name,
    names: name === '' ? [] : [{ type: 'label', name: `jfrog-xray/${scheme}://${name}` }],
  }
}

/** The export of one artifact's issues in the web page of Xray 2: it names no artifact, and may be only a page of them. */
export async function* readExport(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
  const described = new Set<string>()
  const hold = new Waiting('Xray')
  let total: number | undefined
  let items = 0
  for await (const { path, at, value } of readJson(bytes, ['$.total_count', '$.data[*]'])) {
    if (path === '$.total_count') {
      total = asNumber(value)
      continue
    }
    items++
    const issue = asFields(value)
    const versions = asFields(issue?.['component_versions'])
    const more = asFields(versions?.['more_details'])
    hold.addAll(
      readIssue(
        {
          asset: 'artifact',
          at,
          id: asText(issue?.['id']),
          cves: more?.['cves'],
          summary: asText(issue?.['summary']),
          description: asText(more?.['description']),
          severity: asText(issue?.['severity']),
          type: asText(issue?.['issue_type']),
          component: readComponent(asText(issue?.['source_comp_id']) ?? asText(issue?.['component']) ?? ''),
          fixed_version: readVersions(asTexts(versions?.['fixed_versions'])),
        },
        described,
      ),
    )
  }
  yield { kind: 'report', source: 'jfrog-xray', tool: 'JFrog Xray', tool_version: null, observed_at: null }
  yield { kind: 'asset', asset: 'artifact', type: 'application', name: '', names: [] }
  if (total === undefined || total <= items) yield { kind: 'coverage', asset: 'artifact', subject: 'vulnerability' }
  yield* hold.take()
}
