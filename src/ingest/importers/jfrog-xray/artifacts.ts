import type { Told } from '../../importer.ts'
import { readDigest } from '../../../model/image-asset.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { type Fields, fieldsOf, isFields, listOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { readComponent, type XrayComponent } from './component.ts'
import { readIssue } from './issue.ts'

/** The summary of artifacts that the API gives: all issues of each. Format: https://jfrog.com/help/r/xray-rest-apis/artifact-summary */
export async function* readArtifacts(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  yield { kind: 'report', source: 'jfrog-xray', tool: 'JFrog Xray', tool_version: null, observed_at: null }
  const described = new Set<string>()
  let number = 0
  yield* readJson(bytes, ['$.artifacts[*]']).tell(function* (matches) {
    for (const { value, at } of matches) {
      const artifact = fieldsOf(value)
      const { general } = artifact
      if (!isFields(general)) {
        yield { kind: 'skipped', at, reason: 'Expected an artifact with general' }
        continue
      }
      const asset = `artifact ${++number}`
      yield assetOf(general, asset)
      yield { kind: 'coverage', asset, subject: 'vulnerability' }
      for (const [index, one] of listOf(artifact['issues']).entries())
        yield* readArtifactIssue(one, asset, `${at}.issues[${index}]`, described)
    }
  })
}

function assetOf(general: Fields, asset: string): AssetRecord {
  const path = (textOf(general['path']) || textOf(general['component_id'])).replace(/\/+$/, '')
  const docker = textOf(general['pkg_type']).toLowerCase() === 'docker'
  const digest = docker ? readDigest(textOf(general['sha256'])) : null
  return {
    kind: 'asset',
    asset,
    type: docker ? 'image' : 'application',
    name: textOf(general['name']) || path,
    names: path === '' ? [] : [{ type: 'label', name: `jfrog-xray/${path}` }],
    attributes: digest === null ? {} : { image_digest: digest },
  }
}

/** One issue may be in several components: a finding for each, since each is fixed by itself. */
function* readArtifactIssue(value: unknown, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const issue = fieldsOf(value)
  const components = new Map<string, { component: XrayComponent; place: string }>()
  for (const path of textsIn(issue['impact_path'])) {
    const component = readComponent(path.slice(path.lastIndexOf('/') + 1))
    if (!components.has(component.name)) components.set(component.name, { component, place: path })
  }
  const found = components.size > 0 ? [...components.values()] : [{ component: { name: '' }, place: '' }]
  for (const { component, place } of found)
    yield* readIssue(
      {
        asset,
        at,
        id: textOf(issue['issue_id']),
        cves: issue['cves'],
        summary: textOf(issue['summary']),
        description: textOf(issue['description']),
        severity: textOf(issue['severity']),
        type: textOf(issue['issue_type']),
        created: textOf(issue['created']),
        component,
        fixed_version: undefined,
        place,
      },
      described,
    )
}
