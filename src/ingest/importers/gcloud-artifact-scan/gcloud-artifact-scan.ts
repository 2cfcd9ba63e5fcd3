import { UserError } from '../../../errors.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant, type Instant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'

const versions = new Map<string, 2 | 3>([
  ['CVSS_VERSION_2', 2],
  ['CVSS_VERSION_3', 3],
])

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  return (
    outline !== null &&
    !outline.list &&
    outline.members.has('image_summary') &&
    (outline.members.has('package_vulnerability_summary') || outline.members.has('discovery_summary'))
  )
}

/**
 * What Google's Artifact Analysis found in an image of Artifact Registry. Formats:
 * https://cloud.google.com/sdk/gcloud/reference/artifacts/docker/images/describe and
 * https://cloud.google.com/container-analysis/docs/reference/rest/v1/projects.occurrences
 */
export const gcloudArtifactScan: Importer = reads({
  id: 'gcloud-artifact-scan',
  title: 'Google Artifact Analysis (gcloud, JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const items = '$.package_vulnerability_summary.vulnerabilities.*[*]'
    const told: Record<string, unknown> = {}
    const described = new Set<string>()
    const hold = new Waiting('Artifact Analysis')
    for await (const matches of readJson(file.bytes(), ['$.image_summary', '$.discovery_summary', items]).batches)
      for (const { path, at, value } of matches) {
        if (path === items) hold.addAll(readOccurrence(value, at, described))
        else told[path.slice(2)] = value
      }
    const image = told['image_summary']
    if (!isFields(image))
      throw new UserError(
        'unreadable_report',
        'Expected the answer of gcloud artifacts docker images describe with image_summary; it is not there',
      )
    const discoveries = listOf(fieldsOf(told['discovery_summary'])['discovery']).map((one) => fieldsOf(fieldsOf(one)['discovery']))
    yield {
      kind: 'report',
      source: 'gcloud-artifact-scan',
      tool: 'Google Artifact Analysis',
      tool_version: null,
      observed_at: newest(discoveries.map((one) => textOf(one['lastScanTime']))),
    }
    const whole = textOf(image['fully_qualified_digest'])
    const asset = imageAsset('image', { references: [whole], digest: textOf(image['digest']) })
    yield { ...asset, attributes: { ...asset.attributes, cloud_provider: 'gcp' } }
    // A scan that failed, runs yet or does not support the image found nothing, but looked for nothing either.
    if (discoveries.some((one) => textOf(one['analysisStatus']) === 'FINISHED_SUCCESS'))
      yield { kind: 'coverage', asset: 'image', subject: 'vulnerability' }
    yield hold.take()
  },
})

function newest(texts: string[]): Instant | null {
  const times = texts.flatMap((text) => parseInstant(text) ?? [])
  return times.length > 0 ? Math.max(...times) : null
}

/** One occurrence; where it affects packages of several names, a finding for each. */
function* readOccurrence(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const occurrence = fieldsOf(value)
  const vulnerability = fieldsOf(occurrence['vulnerability'])
  const note = textOf(occurrence['noteName']).split('/').at(-1)
  const named = new Map<string, Fields>()
  for (const issue of listOf(vulnerability['packageIssue']).map(fieldsOf)) {
    const name = textOf(issue['affectedPackage'])
    if (!named.has(name)) named.set(name, issue)
  }
  if (named.size === 0) named.set('', {})
  const text = textOf(vulnerability['longDescription'])
  const severity = textOf(vulnerability['effectiveSeverity']) || textOf(vulnerability['severity'])
  const v3 = fieldsOf(vulnerability['cvssv3'])
  const v2 = fieldsOf(vulnerability['cvssv2'])
  for (const [name, issue] of named) {
    const fixed = fieldsOf(issue['fixedVersion'])
    yield* scannerItem(
      {
        source: 'gcloud-artifact-scan',
        asset: 'image',
        at,
        ids: [textOf(vulnerability['shortDescription']), note],
        description: text,
        // Google's word for what is less than low.
        severity: severity === 'MINIMAL' ? 'informational' : severity,
        ratings: [
          { score: numberOf(v3['baseScore']), vector: /CVSS:3\.[01]\/[A-Z:/]{20,60}/.exec(text)?.[0] ?? null, version: 3 },
          { score: numberOf(v2['baseScore']), version: 2 },
          { score: numberOf(vulnerability['cvssScore']), version: versions.get(textOf(vulnerability['cvssVersion'])) ?? null },
        ],
        urls: listOf(vulnerability['relatedUrls']).map((url) => textOf(fieldsOf(url)['url'])),
        component: {
          name,
          version: textOf(fieldsOf(issue['affectedVersion'])['fullName']),
          type: textOf(issue['packageType']).toLowerCase(),
        },
        // MAXIMUM stands for "there is none".
        fixed_version: textOf(fixed['kind']) === 'MAXIMUM' ? undefined : textOf(fixed['fullName']),
        place: textOf(fieldsOf(listOf(issue['fileLocation'])[0])['filePath']),
      },
      described,
    )
  }
}
