import type { Told } from '../../importer.ts'
import { UserError } from '../../../errors.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { fieldsOf, isFields, listOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'
import { fixedIn, readCompliance, stageOf } from './item.ts'

/** What `twistcli images scan --output-file` writes: the whole of each image. */
export async function* readResults(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Told> {
  const described = new Set<string>()
  let number = 0
  yield* readJson(bytes, ['$.results[*]']).tell(function* (matches) {
    for (const { value, at } of matches) {
      if (number++ === 0) yield reportRecord
      yield* readResult(value, `image ${number}`, at, described)
    }
  })

  if (number === 0) throw new UserError('unreadable_report', 'Expected the JSON of twistcli with results; there is none')
}

const reportRecord = {
  kind: 'report',
  source: 'prisma-cloud',
  tool: 'Prisma Cloud Compute',
  tool_version: null,
  observed_at: null,
} as const

function* readResult(result: unknown, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  if (!isFields(result)) {
    yield { kind: 'skipped', at, reason: 'Expected the result of an image' }
    return
  }
  const time = textOf(result['scanTime'])
  const observed_at = time === '' ? null : parseInstant(time)
  const image = imageAsset(asset, {
    references: [textOf(result['name'])],
    digest: textOf(result['digest']),
    id: textOf(result['id']),
    os: textOf(result['distro']),
  })
  yield { ...image, ...(observed_at !== null && { observed_at }) }
  yield { kind: 'coverage', asset, subject: 'vulnerability' }
  yield { kind: 'coverage', asset, subject: 'control' }
  const packages = listOf(result['packages'])
  if (packages.length > 0) yield { kind: 'coverage', asset, subject: 'software' }
  for (const [one, place] of [
    ...packages.map((item) => [item, textOf(fieldsOf(item)['type'])] as const),
    ...listOf(result['applications']).map((item) => [item, textOf(fieldsOf(item)['path'])] as const),
  ]) {
    const name = textOf(fieldsOf(one)['name'])
    const version = textOf(fieldsOf(one)['version'])
    if (name !== '') yield { kind: 'software', asset, name, ...(version && { version }), ...(place && { place }) }
  }
  for (const [index, one] of listOf(result['vulnerabilities']).entries())
    yield* readVulnerability(one, asset, `${at}.vulnerabilities[${index}]`, described)
  for (const [index, one] of listOf(result['compliances']).entries()) {
    const found = fieldsOf(one)
    const title = textOf(found['title'])
    if (title === '') {
      yield { kind: 'skipped', at: `${at}.compliances[${index}]`, reason: 'Expected a compliance issue with title' }
      continue
    }
    yield* readCompliance(
      {
        asset,
        id: textOf(found['id']),
        title,
        severity: textOf(found['severity']),
        category: textOf(found['category']),
        description: textOf(found['description']),
        cause: textOf(found['cause']),
      },
      described,
    )
  }
}

function* readVulnerability(one: unknown, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const found = fieldsOf(one)
  const published = textOf(found['publishedDate'])
  const factors = found['riskFactors']
  yield* scannerItem(
    {
      source: 'prisma-cloud',
      asset,
      at,
      ids: [textOf(found['id'])],
      description: textOf(found['description']),
      severity: textOf(found['severity']),
      ratings: [{ score: numberOf(found['cvss']), vector: textOf(found['vector']) }],
      published_at: published === '' ? null : parseInstant(published),
      urls: [textOf(found['link'])],
      component: { name: textOf(found['packageName']), version: textOf(found['packageVersion']) },
      fixed_version: fixedIn(textOf(found['status'])),
      place: textOf(found['packagePath']),
      // A list, or in older versions an object whose names are the factors.
      exploit_stage: stageOf(Array.isArray(factors) ? textsIn(factors) : Object.keys(fieldsOf(factors))),
    },
    described,
  )
}
