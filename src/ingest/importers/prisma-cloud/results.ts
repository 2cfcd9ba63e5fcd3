import { UserError } from '../../../errors.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { asFields, asList, asNumber, asText, asTexts } from '../../readers/fields.ts'
import { readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/scanner-item.ts'
import { fixedIn, readCompliance, stageOf } from './item.ts'

/** What `twistcli images scan --output-file` writes: the whole of each image. */
export async function* readResults(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<FileRecord> {
  const described = new Set<string>()
  let number = 0
  for await (const { value, at } of readJson(bytes, ['$.results[*]'])) {
    if (number++ === 0) yield reportRecord
    yield* readResult(value, `image ${number}`, at, described)
  }
  if (number === 0) throw new UserError('unreadable_report', 'Expected the JSON of twistcli with results; there is none')
}

const reportRecord = {
  kind: 'report',
  source: 'prisma-cloud',
  tool: 'Prisma Cloud Compute',
  tool_version: null,
  observed_at: null,
} as const

function* readResult(value: unknown, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const result = asFields(value)
  if (!result) {
    yield { kind: 'skipped', at, reason: 'Expected the result of an image' }
    return
  }
  const time = asText(result['scanTime'])
  const observed_at = time === undefined ? null : parseInstant(time)
  const image = imageAsset(asset, {
    references: [asText(result['name'])],
    digest: asText(result['digest']),
    id: asText(result['id']),
    os: asText(result['distro']),
  })
  yield { ...image, ...(observed_at !== null && { observed_at }) }
  yield { kind: 'coverage', asset, subject: 'vulnerability' }
  yield { kind: 'coverage', asset, subject: 'control' }
  const packages = asList(result['packages'])
  if (packages.length > 0) yield { kind: 'coverage', asset, subject: 'software' }
  for (const [one, place] of [
    ...packages.map((item) => [item, asText(asFields(item)?.['type'])] as const),
    ...asList(result['applications']).map((item) => [item, asText(asFields(item)?.['path'])] as const),
  ]) {
    const name = asText(asFields(one)?.['name'])
    const version = asText(asFields(one)?.['version'])
    if (name !== undefined) yield { kind: 'software', asset, name, ...(version && { version }), ...(place && { place }) }
  }
  for (const [index, one] of asList(result['vulnerabilities']).entries())
    yield* readVulnerability(one, asset, `${at}.vulnerabilities[${index}]`, described)
  for (const [index, one] of asList(result['compliances']).entries()) {
    const found = asFields(one)
    const title = asText(found?.['title'])
    if (title === undefined) {
      yield { kind: 'skipped', at: `${at}.compliances[${index}]`, reason: 'Expected a compliance issue with title' }
      continue
    }
    yield* readCompliance(
      {
        asset,
        id: asText(found?.['id']),
        title,
        severity: asText(found?.['severity']),
        category: asText(found?.['category']),
        description: asText(found?.['description']),
        cause: asText(found?.['cause']),
      },
      described,
    )
  }
}

function* readVulnerability(one: unknown, asset: string, at: string, described: Set<string>): Generator<FileRecord> {
  const found = asFields(one)
  const published = asText(found?.['publishedDate'])
  const factors = found?.['riskFactors']
  yield* scannerItem(
    {
      source: 'prisma-cloud',
      asset,
      at,
      ids: [asText(found?.['id'])],
      description: asText(found?.['description']),
      severity: asText(found?.['severity']),
      ratings: [{ score: asNumber(found?.['cvss']), vector: asText(found?.['vector']) }],
      published_at: published === undefined ? null : parseInstant(published),
      urls: [asText(found?.['link'])],
      component: { name: asText(found?.['packageName']) ?? '', version: asText(found?.['packageVersion']) },
      fixed_version: fixedIn(asText(found?.['status'])),
      place: asText(found?.['packagePath']),
      // A list, or in older versions an object whose names are the factors.
      exploit_stage: stageOf(Array.isArray(factors) ? asTexts(factors) : Object.keys(asFields(factors) ?? {})),
    },
    described,
  )
}
