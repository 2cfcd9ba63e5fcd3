import { UserError } from '../../../errors.ts'
import { repositoryName } from '../../../model/asset-name.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { fieldsOf, isFields, listOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'

const CONTROL = 'xeol:end-of-life'

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const matches = outline?.members.get('matches')
  if (!outline || outline.list || typeof matches !== 'object' || matches === null) return false
  const descriptor = outline.members.get('descriptor')
  if (typeof descriptor === 'object' && descriptor !== null && jsonOutline(descriptor.text)?.members.get('name') === 'xeol') return true
  return jsonOutline(matches.text)?.members.has('Cycle') ?? false
}

/** Software that has reached the end of its life, by Xeol. Format: https://github.com/xeol-io/xeol */
export const xeol: Importer = reads({
  id: 'xeol',
  title: 'Xeol, software past its end of life (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const hold = new Waiting('Xeol')
    const told: Record<string, unknown> = {}
    let any = false
    for await (const batch of readJson(file.bytes(), ['$.matches[*]', '$.source', '$.distro', '$.descriptor']).batches)
      for (const { path, at, value } of batch) {
        any = true
        if (path === '$.matches[*]') hold.addAll(readMatch(value, at))
        else told[path.slice(2)] = value
      }
    if (!any) throw new UserError('unreadable_report', 'Expected a Xeol report with matches, source and descriptor; none of them is there')
    const descriptor = fieldsOf(told['descriptor'])
    const time = textOf(descriptor['timestamp'])
    const version = textOf(descriptor['version'])
    yield {
      kind: 'report',
      source: 'xeol',
      tool: 'Xeol',
      tool_version: version === '' || version.startsWith('[') ? null : version,
      observed_at: time === '' ? null : parseInstant(time),
    }
    const distro = fieldsOf(told['distro'])
    yield assetOf(told['source'], [textOf(distro['name']), textOf(distro['version'])].filter(Boolean).join(' '))
    const lookahead = textOf(fieldsOf(descriptor['configuration'])['lookahead'])
    yield { kind: 'coverage', asset: 'target', subject: 'control', checks: `end of life${lookahead ? ` within ${lookahead}` : ''}` }
    yield {
      kind: 'control',
      control_id: CONTROL,
      title: 'Software is supported by its makers',
      category: 'End of life',
      description: 'Software past its end of life gets no more fixes.',
      remediation: 'Update to a release that is supported.',
    }
    yield hold.take()
  },
})

/** An image by its name; a folder or a file is only a path on the scanning machine. */
function assetOf(value: unknown, os: string): AssetRecord {
  const source = fieldsOf(value)
  const target = fieldsOf(source['target'])
  if (textOf(source['type']) === 'image') {
    const digests = textsIn(target['repoDigests'])
    return imageAsset('target', {
      references: [
        textOf(target['userInput']).replace(/^(?:docker|podman|registry|containerd):(?!\d+(?:\/|$))/, ''),
        ...textsIn(target['tags']),
        ...digests,
      ],
      digest: digests[0]?.split('@')[1] ?? textOf(target['manifestDigest']),
      id: textOf(target['imageID']),
      os,
    })
  }
  const repository = repositoryName(textOf(source['target']))
  return {
    kind: 'asset',
    asset: 'target',
    type: repository !== null || textOf(source['type']) === 'directory' ? 'repository' : 'application',
    name: repository?.replace('https://', '') ?? '',
    names: repository === null ? [] : [{ type: 'repository', name: repository }],
  }
}

function* readMatch(value: unknown, at: string): Generator<FileRecord> {
  const match = fieldsOf(value)
  const cycle = match['Cycle']
  const artifact = fieldsOf(match['artifact'])
  const name = textOf(artifact['name'])
  if (!isFields(cycle) || name === '') {
    yield { kind: 'skipped', at, reason: 'Expected a match with Cycle and artifact' }
    return
  }
  const eol = textOf(cycle['Eol'])
  const end = eol === '' ? null : parseInstant(eol)
  const version = textOf(artifact['version'])
  const purl = textOf(artifact['purl'])
  const type = textOf(artifact['type'])
  const place = textOf(fieldsOf(listOf(artifact['locations'])[0])['path'])
  const product = [textOf(cycle['ProductName']) || name, textOf(cycle['ReleaseCycle'])].filter(Boolean).join(' ')
  yield {
    kind: 'software',
    asset: 'target',
    name,
    ...(version && { version }),
    ...(purl && { purl }),
    ...(type && { place: type }),
    ...(end !== null && { end_of_support_at: end }),
  }
  yield {
    kind: 'finding',
    asset: 'target',
    control_id: CONTROL,
    title: `${product}: ${end === null ? 'past its end of life' : `end of life ${eol}`}`,
    component: { name, ...(version && { version }), ...(purl && { purl }), ...(type && { type }) },
    ...(textOf(cycle['LatestRelease']) && { fixed_version: textOf(cycle['LatestRelease']) }),
    ...(place && { place }),
  }
}
