import { UserError } from '../../../errors.ts'
import { imageAsset, readDigest } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, listOf, numberOf, textOf, textsIn } from '../../readers/json-fields.ts'
import { AfterHead } from '../../readers/after-head.ts'
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
    const after = new AfterHead('Harbor', () => headOf(told, digests))
    let any = false
    yield* readJson(file.bytes(), paths).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        any = true
        const name = path.slice(path.lastIndexOf('.') + 1)
        if (name !== 'vulnerabilities[*]') {
          told[name] = value
          continue
        }
        const known = header.every((one) => told[one] !== undefined) && textOf(fieldsOf(told['artifact'])['digest']) !== ''
        if (!known) for (const digest of textsIn(fieldsOf(value)['artifact_digests'])) digests.add(readDigest(digest) ?? '')
        yield* after.tell(readItem(value, at, described), known)
      }
    })
    if (!any)
      throw new UserError(
        'unreadable_report',
        'Expected a Harbor report with generated_at, scanner and vulnerabilities; none of them is there',
      )
    yield after.end()
  },
})

/** The report, its image and what it covers, by what was read of the members that say so. */
function headOf(told: Record<string, unknown>, digests: Set<string>): FileRecord[] {
  const scanner = fieldsOf(told['scanner'])
  const time = textOf(told['generated_at'])
  // Digests of several artifacts belong to an index of images, whose own digest the report does not tell.
  const digest = textOf(fieldsOf(told['artifact'])['digest']) || (digests.size === 1 ? [...digests][0] : undefined)
  return [
    {
      kind: 'report',
      source: 'harbor',
      tool: textOf(scanner['name']) === '' ? 'Harbor' : `Harbor (${textOf(scanner['name'])})`,
      tool_version: textOf(scanner['version']) || null,
      observed_at: time === '' ? null : parseInstant(time),
    },
    imageAsset('image', { references: [], digest }),
    { kind: 'coverage', asset: 'image', subject: 'vulnerability' },
  ]
}

function readItem(value: unknown, at: string, described: Set<string>): FileRecord[] {
  const found = fieldsOf(value)
  const preferred = fieldsOf(found['preferred_cvss'])
  const vendors = fieldsOf(fieldsOf(found['vendor_attributes'])['CVSS'])
  const links = listOf(found['links'])
  return scannerItem(
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
function ratingsOf(vendors: Fields): Rating[] {
  const ratings: Rating[] = []
  addRatings(ratings, vendors['nvd'])
  for (const source in vendors) if (source !== 'nvd') addRatings(ratings, vendors[source])
  return ratings
}

interface Rating {
  score: number | null
  vector: string
  version: 2 | 3 | 4
}

function addRatings(ratings: Rating[], value: unknown): void {
  const cvss = fieldsOf(value)
  ratings.push(
    { score: numberOf(cvss['V40Score']), vector: textOf(cvss['V40Vector']), version: 4 },
    { score: numberOf(cvss['V3Score']), vector: textOf(cvss['V3Vector']), version: 3 },
    { score: numberOf(cvss['V2Score']), vector: textOf(cvss['V2Vector']), version: 2 },
  )
}
