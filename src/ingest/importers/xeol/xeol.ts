import { UserError } from '../../../errors.ts'
import { repositoryName } from '../../../model/asset-name.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { AssetRecord, FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import type { Head, Importer, Source } from '../../importer.ts'
import { asFields, asList, asText, asTexts } from '../../readers/fields.ts'
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
export const xeol: Importer = {
  id: 'xeol',
  title: 'Xeol, software past its end of life (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<FileRecord> {
    const hold = new Waiting('Xeol')
    const told: Record<string, unknown> = {}
    let any = false
    for await (const { path, at, value } of readJson(file.bytes(), ['$.matches[*]', '$.source', '$.distro', '$.descriptor'])) {
      any = true
      if (path === '$.matches[*]') hold.addAll(readMatch(value, at))
      else told[path.slice(2)] = value
    }
    if (!any) throw new UserError('unreadable_report', 'Expected a Xeol report with matches, source and descriptor; none of them is there')
    const descriptor = asFields(told['descriptor'])
    const time = asText(descriptor?.['timestamp'])
    const version = asText(descriptor?.['version'])
    yield {
      kind: 'report',
      source: 'xeol',
      tool: 'Xeol',
      tool_version: version === undefined || version.startsWith('[') ? null : version,
      observed_at: time === undefined ? null : parseInstant(time),
    }
    const distro = asFields(told['distro'])
    yield assetOf(told['source'], [asText(distro?.['name']), asText(distro?.['version'])].filter(Boolean).join(' '))
    const lookahead = asText(asFields(descriptor?.['configuration'])?.['lookahead'])
    yield { kind: 'coverage', asset: 'target', subject: 'control', checks: `end of life${lookahead ? ` within ${lookahead}` : ''}` }
    yield {
      kind: 'control',
      control_id: CONTROL,
      title: 'Software is supported by its makers',
      category: 'End of life',
      description: 'Software past its end of life gets no more fixes.',
      remediation: 'Update to a release that is supported.',
    }
    yield* hold.take()
  },
}

/** An image by its name; a folder or a file is only a path on the scanning machine. */
function assetOf(value: unknown, os: string): AssetRecord {
  const source = asFields(value)
  const target = asFields(source?.['target'])
  if (asText(source?.['type']) === 'image') {
    const digests = asTexts(target?.['repoDigests'])
    return imageAsset('target', {
      references: [
        asText(target?.['userInput'])?.replace(/^(?:docker|podman|registry|containerd):(?!\d+(?:\/|$))/, ''),
        ...asTexts(target?.['tags']),
        ...digests,
      ],
      digest: digests[0]?.split('@')[1] ?? asText(target?.['manifestDigest']),
      id: asText(target?.['imageID']),
      os,
    })
  }
  const repository = repositoryName(asText(source?.['target']) ?? '')
  return {
    kind: 'asset',
    asset: 'target',
    type: repository !== null || asText(source?.['type']) === 'directory' ? 'repository' : 'application',
    name: repository?.replace('https://', '') ?? '',
    names: repository === null ? [] : [{ type: 'repository', name: repository }],
  }
}

function* readMatch(value: unknown, at: string): Generator<FileRecord> {
  const match = asFields(value)
  const cycle = asFields(match?.['Cycle'])
  const artifact = asFields(match?.['artifact'])
  const name = asText(artifact?.['name'])
  if (!cycle || name === undefined) {
    yield { kind: 'skipped', at, reason: 'Expected a match with Cycle and artifact' }
    return
  }
  const eol = asText(cycle['Eol'])
  const end = eol === undefined ? null : parseInstant(eol)
  const version = asText(artifact?.['version'])
  const purl = asText(artifact?.['purl'])
  const type = asText(artifact?.['type'])
  const place = asText(asFields(asList(artifact?.['locations'])[0])?.['path'])
  const product = [asText(cycle['ProductName']) ?? name, asText(cycle['ReleaseCycle'])].filter(Boolean).join(' ')
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
    ...(asText(cycle['LatestRelease']) && { fixed_version: asText(cycle['LatestRelease']) }),
    ...(place && { place }),
  }
}
