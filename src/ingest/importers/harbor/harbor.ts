import { UserError } from '../../../errors.ts'
import { imageAsset, readDigest } from '../../../model/image-asset.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import type { Head, Importer, Source } from '../../importer.ts'
import { asFields, asList, asNumber, asText, asTexts } from '../../readers/fields.ts'
import { Waiting } from '../../readers/waiting.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/scanner-item.ts'

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
export const harbor: Importer = {
  id: 'harbor',
  title: 'Harbor, vulnerabilities of an artifact (JSON)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<FileRecord> {
    const header = ['generated_at', 'scanner', 'artifact']
    const paths = [...header, 'vulnerabilities[*]'].flatMap((name) => [`$.${name}`, `$.*.${name}`])
    const told: Record<string, unknown> = {}
    const digests = new Set<string>()
    const described = new Set<string>()
    const hold = new Waiting('Harbor')
    let any = false
    for await (const { path, at, value } of readJson(file.bytes(), paths)) {
      any = true
      const name = path.slice(path.lastIndexOf('.') + 1)
      if (name !== 'vulnerabilities[*]') {
        told[name] = value
        continue
      }
      for (const digest of asTexts(asFields(value)?.['artifact_digests'])) digests.add(readDigest(digest) ?? '')
      hold.addAll(readItem(value, at, described))
    }
    if (!any)
      throw new UserError(
        'unreadable_report',
        'Expected a Harbor report with generated_at, scanner and vulnerabilities; none of them is there',
      )
    const scanner = asFields(told['scanner'])
    const time = asText(told['generated_at'])
    yield {
      kind: 'report',
      source: 'harbor',
      tool: asText(scanner?.['name']) === undefined ? 'Harbor' : `Harbor (${asText(scanner?.['name'])})`,
      tool_version: asText(scanner?.['version']) ?? null,
      observed_at: time === undefined ? null : parseInstant(time),
    }
    const artifact = asFields(told['artifact'])
    // Digests of several artifacts belong to an index of images, whose own digest the report does not tell.
    const digest = asText(artifact?.['digest']) ?? (digests.size === 1 ? [...digests][0] : undefined)
    yield imageAsset('image', { references: [], digest })
    yield { kind: 'coverage', asset: 'image', subject: 'vulnerability' }
    yield* hold.take()
  },
}

function* readItem(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const found = asFields(value)
  const preferred = asFields(found?.['preferred_cvss'])
  const vendors = asFields(asFields(found?.['vendor_attributes'])?.['CVSS'])
  const links = asList(found?.['links'])
  yield* scannerItem(
    {
      source: 'harbor',
      asset: 'image',
      at,
      ids: [asText(found?.['id'])],
      description: asText(found?.['description']),
      severity: asText(found?.['severity']),
      ratings: [
        { score: asNumber(preferred?.['score_v3']), vector: asText(preferred?.['vector_v3']), version: 3 as const },
        { score: asNumber(preferred?.['score_v2']), vector: asText(preferred?.['vector_v2']), version: 2 as const },
        ...ratingsOf(vendors),
      ].filter(({ score, vector }) => vector !== undefined || score !== undefined),
      urls: links.map(asText),
      component: { name: asText(found?.['package']) ?? '', version: asText(found?.['version']) },
      fixed_version: asText(found?.['fix_version']),
    },
    described,
  )
}

/** What the scanner says of other sources' ratings: NVD first, then as they stand. */
function ratingsOf(vendors: Record<string, unknown> | null) {
  return ['nvd', ...Object.keys(vendors ?? {})].flatMap((source) => {
    const cvss = asFields(vendors?.[source])
    return ([40, 3, 2] as const).map((number) => ({
      score: asNumber(cvss?.[`V${number}Score`]),
      vector: asText(cvss?.[`V${number}Vector`]),
      version: number === 40 ? (4 as const) : number,
    }))
  })
}
