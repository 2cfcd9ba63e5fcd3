import type { Told } from '../../importer.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { AssetRecord } from '../../../model/record.ts'
import { fieldsOf, isFields, listOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { readJson } from '../../readers/json.ts'
import { readComponent, readVersions } from './component.ts'
import { readIssue } from './issue.ts'

/** On-demand scans of files by `jf scan` and `jf docker scan`. Format: https://docs.jfrog-applications.jfrog.io/jfrog-applications/jfrog-cli */
export async function* readScans(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'jfrog-xray', tool: 'JFrog Xray', tool_version: null, observed_at: null }
  const described = new Set<string>()
  let number = 0
  yield* readJson(bytes, ['$[*]']).tell(function* (matches) {
    for (const { value, at } of matches) {
      const scan = value
      if (!isFields(scan)) {
        yield { kind: 'skipped', at, reason: 'Expected a scan with scan_id and vulnerabilities' }
        continue
      }
      const asset = `scan ${++number}`
      yield assetOf(textOf(scan['component_id']), asset)
      const status = textOf(scan['status'])
      if (status === '' || status === 'completed') yield { kind: 'coverage', asset, subject: 'vulnerability' }
      else yield { kind: 'skipped', at, reason: `The scan is not completed but ${status}` }
      for (const [index, one] of listOf(scan['vulnerabilities']).entries()) {
        const issue = fieldsOf(one)
        const components = Object.entries(fieldsOf(issue['components']))
        for (const [id, more] of components.length > 0 ? components : ([['', null]] as const)) {
          const path = fieldsOf(listOf(listOf(fieldsOf(more)['impact_paths'])[0]).at(-1))
          yield* readIssue(
            {
              asset,
              at: `${at}.vulnerabilities[${index}]`,
              id: textOf(issue['issue_id']),
              cves: issue['cves'],
              summary: textOf(issue['summary']),
              description: '',
              severity: textOf(issue['severity']),
              references: textsIn(issue['references']),
              component: readComponent(id),
              fixed_version: readVersions(textsIn(fieldsOf(more)['fixed_versions'])),
              place: textOf(path['full_path']),
            },
            described,
          )
        }
      }
    }
  })
}

/** An image by the name that was asked for, a package by its coordinates; a bare file is only a path on the scanning machine. */
function assetOf(id: string, asset: string): AssetRecord {
  const [, scheme, rest = ''] = /^([a-z]+):\/\/(.*)$/s.exec(id) ?? []
  if (scheme === 'docker') return imageAsset(asset, { references: [rest] })
  const name = scheme === undefined || scheme === 'generic' ? '' : readComponent(id).name
  return {
    kind: 'asset',
    asset,
    type: 'application',
    name,
    names: name === '' ? [] : [{ type: 'label', name: `jfrog-xray/${scheme}://${name}` }],
  }
}

/** The export of one artifact's issues in the web page of Xray 2: it names no artifact, and may be only a page of them. */
export async function* readExport(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const described = new Set<string>()
  const hold = new Waiting('Xray')
  let total: number | null = null
  let items = 0
  for await (const matches of readJson(bytes, ['$.total_count', '$.data[*]']).batches)
    for (const { path, at, value } of matches) {
      if (path === '$.total_count') {
        total = numberOf(value)
        continue
      }
      items++
      const issue = fieldsOf(value)
      const versions = fieldsOf(issue['component_versions'])
      const more = fieldsOf(versions['more_details'])
      hold.addAll(
        readIssue(
          {
            asset: 'artifact',
            at,
            id: textOf(issue['id']),
            cves: more['cves'],
            summary: textOf(issue['summary']),
            description: textOf(more['description']),
            severity: textOf(issue['severity']),
            type: textOf(issue['issue_type']),
            component: readComponent(textOf(issue['source_comp_id']) || textOf(issue['component'])),
            fixed_version: readVersions(textsIn(versions['fixed_versions'])),
          },
          described,
        ),
      )
    }
  yield { kind: 'report', source: 'jfrog-xray', tool: 'JFrog Xray', tool_version: null, observed_at: null }
  yield { kind: 'asset', asset: 'artifact', type: 'application', name: '', names: [] }
  if (total === null || total <= items) yield { kind: 'coverage', asset: 'artifact', subject: 'vulnerability' }
  yield hold.take()
}
