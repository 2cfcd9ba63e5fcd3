import { UserError } from '../../../errors.ts'
import { imageAsset } from '../../../model/image-asset.ts'
import { splitPackage } from '../../../model/package-version.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseInstant } from '../../../model/time.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { type Fields, fieldsOf, isFields, listOf, numberOf, textOf } from '../../readers/json-fields.ts'
import { AfterHead } from '../../readers/after-head.ts'
import { isEmptyList, jsonOutline, readJson } from '../../readers/json.ts'
import { scannerItem } from '../../readers/package-finding.ts'
import { peek } from '../../readers/peek.ts'

type Layout = 'engine' | 'list' | 'evaluation'

function layoutOf(text: string): Layout | null {
  const outline = jsonOutline(text)
  if (!outline) return null
  const { members } = outline
  if (outline.list) {
    return members.has('vuln') && (members.has('feedGroup') || members.has('packageCpe') || members.has('feed_group')) ? 'list' : null
  }
  const isList = (name: string) => {
    const value = members.get(name)
    return typeof value === 'object' && value !== null && value.text.startsWith('[')
  }
  if (isList('securityEvaluation') && members.has('metadata')) return 'evaluation'
  if (!isList('vulnerabilities')) return null
  const names = (members.has('imageDigest') || members.has('image_digest')) && typeof members.get('vulnerability_type') === 'string'
  return names || mentionsFeed(members.get('vulnerabilities')) ? 'engine' : null
}

function mentionsFeed(value: unknown): boolean {
  const text = textOf(fieldsOf(value)['text'])
  const first = text === '' ? null : jsonOutline(text)
  return first?.list === true && first.members.has('vuln') && first.members.has('feed_group')
}

/**
 * Vulnerabilities of an image as Anchore Engine and Anchore Enterprise list them: the API's answer, anchorectl's list, and the export of a
 * security evaluation. Formats: https://docs.anchore.com/current/docs/integration/api_usage/ and https://docs.anchore.com/current/docs/deployment/anchorectl/
 */
export const anchoreVulnerabilities: Importer = reads({
  id: 'anchore-vulnerabilities',
  title: 'Anchore Enterprise and Engine, vulnerabilities (JSON)',
  version: 1,
  detect: ({ text }: Head) => layoutOf(text) !== null,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    const layout = layoutOf(text) ?? (isEmptyList(text) ? 'list' : null)
    if (layout === null)
      throw new UserError(
        'unreadable_report',
        'Expected an Anchore report: an object with imageDigest and vulnerabilities, a list of vulnerabilities with feedGroup, or securityEvaluation',
      )
    const header = ['$.imageDigest', '$.image_digest', '$.imageFullTag', '$.vulnerability_type', '$.metadata']
    const items = { engine: '$.vulnerabilities[*]', list: '$[*]', evaluation: '$.securityEvaluation[*]' }[layout]
    const told: Record<string, unknown> = {}
    const described = new Set<string>()
    const after = new AfterHead('Anchore', () => headOf(told))
    yield* readJson(bytes, [...header, items]).tell(function* (matches) {
      for (const { path, at, value } of matches) {
        if (path !== items) told[path.slice(2)] = value
        else yield* after.tell(readItem(value, at, described), layout === 'list' || told['metadata'] !== undefined)
      }
    })
    yield after.end()
  },
})

/** The report, its image and what it covers, by what was read of the members that say so. */
function headOf(told: Record<string, unknown>): FileRecord[] {
  const metadata = fieldsOf(told['metadata'])
  const repository = [textOf(metadata['registry']), textOf(metadata['repository'])].filter(Boolean).join('/')
  const tag = textOf(metadata['tag'])
  const time = textOf(metadata['timestamp'])
  const type = textOf(told['vulnerability_type'])
  return [
    { kind: 'report', source: 'anchore', tool: 'Anchore', tool_version: null, observed_at: time === '' ? null : parseInstant(time) },
    imageAsset('image', {
      references: [textOf(told['imageFullTag']), repository && tag ? `${repository}:${tag}` : repository],
      digest: textOf(told['imageDigest']) || textOf(told['image_digest']) || textOf(metadata['imageDigest']),
    }),
    // "os" and "non-os" are halves of "all".
    { kind: 'coverage', asset: 'image', subject: 'vulnerability', ...(type !== '' && type !== 'all' && { checks: type }) },
  ]
}

/** Anchore writes "None" and "N/A" where it knows nothing. */
const NOTHING = /^(?:none|n\/a|unknown)$/i

/** The first of the members that says something. */
function firstOf(found: Fields, ...names: string[]): string | undefined {
  for (const name of names) {
    const text = textOf(found[name])
    if (text !== '' && (text.length > 'unknown'.length || !NOTHING.test(text))) return text
  }
  return undefined
}

function readItem(value: unknown, at: string, described: Set<string>): FileRecord[] {
  const found = fieldsOf(value)
  const extra = fieldsOf(found['extra'])
  const ids = [firstOf(found, 'vuln', 'vulnerabilityId'), firstOf(found, 'cves')]
  const ratings: Rating[] = []
  for (const list of [found['nvd_data'], found['nvdData'], extra['nvd_data']])
    for (const one of listOf(list)) {
      const nvd = fieldsOf(one)
      ids.push(textOf(nvd['id']))
      addRatings(ratings, nvd)
    }
  ratings.push({ score: numberOf(found['nvdCvssBaseScore']) })
  let name = firstOf(found, 'package_name', 'packageName')
  let version = firstOf(found, 'package_version', 'packageVersion')
  if (name === undefined || version === undefined) {
    const whole = firstOf(found, 'package')
    const split = whole === undefined ? { name: '' } : splitPackage(whole)
    name ??= split.name
    version ??= split.version
  }
  const path = firstOf(found, 'package_path', 'packagePath', 'path')
  return scannerItem(
    {
      source: 'anchore',
      asset: 'image',
      at,
      ids,
      description: firstOf(found, 'description') ?? textOf(extra['description']),
      severity: textOf(found['severity']),
      ratings,
      urls: [firstOf(found, 'url', 'link')],
      component: { name, version, type: firstOf(found, 'package_type', 'packageType')?.toLowerCase() },
      fixed_version: firstOf(found, 'fix', 'fixAvailable'),
      // pkgdb is the database of the system's packages.
      place: path === 'pkgdb' ? undefined : path,
    },
    described,
  )
}

interface Rating {
  score: number | null
  vector?: string
  version?: 2 | 3
}

/** A score of -1 means that there is none; `bestRating` takes none outside of 0 to 10. */
function addRatings(ratings: Rating[], nvd: Fields): void {
  for (const version of [3, 2] as const) {
    const cvss = [nvd[`cvss_v${version}`], nvd[`cvssV${version}`]].find(isFields)
    if (cvss)
      ratings.push({ score: numberOf(cvss['base_score']) ?? numberOf(cvss['baseScore']), vector: textOf(cvss['vector_string']), version })
  }
}
