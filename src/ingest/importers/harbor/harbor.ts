import { UserError } from '../../../errors.ts'
import { imageAsset, readDigest } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, listOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'

/** The report's media type, under which the API answers: application/vnd.security.vulnerability.report; version=1.1 */
const MEDIA_TYPE = /^application\/vnd\.(?:security\.vulnerability\.report|scanner\.adapter\.vuln\.report)/

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  if (!outline || outline.list) return false
  const { members } = outline
  const [first] = members
  if (first && MEDIA_TYPE.test(first[0])) return true
  return members.has('generated_at') && members.has('scanner') && members.has('vulnerabilities')
}

/**
 * What Harbor's scanner found in an artifact: the answer of its API, by media type or bare.
 * Format: https://github.com/goharbor/pluggable-scanner-spec/blob/master/api/spec/scanner-adapter-openapi-v1.1.yaml
 */
export const harbor: Importer = reads({
  id: 'harbor',
  title: 'Harbor, vulnerabilities of an artifact (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const header = ['generated_at', 'scanner', 'artifact']
    const paths = [...header, 'vulnerabilities[*]'].flatMap((name) => [`$.${name}`, `$.*.${name}`])
    const told: Record<string, unknown> = {}
    const digests = new Set<string>()
    const described = new Set<string>()
    const hold = new Waiting('Harbor')
    let any = false
    for await (const matches of readJson(file.bytes(), paths).batches)
      for (const { path, at, value } of matches) {
        any = true
        const name = path.slice(path.lastIndexOf('.') + 1)
        if (name !== 'vulnerabilities[*]') {
          told[name] = value
          continue
        }
        for (const digest of textsIn(fieldsOf(value)['artifact_digests'])) digests.add(readDigest(digest) ?? '')
        hold.addAll(readItem(value, at, described))
      }
    if (!any)
      throw new UserError(
        'unreadable_report',
        'Expected a Harbor report with generated_at, scanner and vulnerabilities; none of them is there',
      )
    const scanner = fieldsOf(told['scanner'])
    const time = textOf(told['generated_at'])
    yield {
      kind: 'report',
      source: 'harbor',
      tool: textOf(scanner['name']) === '' ? 'Harbor' : `Harbor (${textOf(scanner['name'])})`,
      tool_version: textOf(scanner['version']) || null,
      observed_at: time === '' ? null : parseInstant(time),
    }
    const artifact = fieldsOf(told['artifact'])
    // Digests of several artifacts belong to an index of images, whose own digest the report does not tell.
    const digest = textOf(artifact['digest']) || (digests.size === 1 ? [...digests][0] : undefined)
    yield imageAsset('image', { references: [], digest })
    yield { kind: 'coverage', asset: 'image', subject: 'vulnerability' }
    yield hold.take()
  },
})

function* readItem(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const found = fieldsOf(value)
  const preferred = fieldsOf(found['preferred_cvss'])
  const vendors = fieldsOf(fieldsOf(found['vendor_attributes'])['CVSS'])
  const links = listOf(found['links'])
  yield* scannerItem(
    {
      source: 'harbor',
      asset: 'image',
      at,
      ids: [textOf(found['id'])],
      description: textOf(found['description']),
      severity: textOf(found['severity']),
      ratings: [
        { score: numberOf(preferred['score_v3']), vector: textOf(preferred['vector_v3']), version: 3 },
        { score: numberOf(preferred['score_v2']), vector: textOf(preferred['vector_v2']), version: 2 },
        ...ratingsOf(vendors),
      ],
      urls: links.map(textOf),
      component: { name: textOf(found['package']), version: textOf(found['version']) },
      fixed_version: textOf(found['fix_version']),
    },
    described,
  )
}

/** What the scanner says of other sources' ratings: NVD first, then as they stand. */
function ratingsOf(vendors: Fields) {
  return ['nvd', ...Object.keys(vendors)].flatMap((source) => {
    const cvss = fieldsOf(vendors[source])
    return [
      { score: numberOf(cvss['V40Score']), vector: textOf(cvss['V40Vector']), version: 4 as const },
      { score: numberOf(cvss['V3Score']), vector: textOf(cvss['V3Vector']), version: 3 as const },
      { score: numberOf(cvss['V2Score']), vector: textOf(cvss['V2Vector']), version: 2 as const },
    ]
  })
}
