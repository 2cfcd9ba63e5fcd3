import { z } from 'zod'
import { UserError } from '../../../errors.ts'
import { firstOf } from '../../../model/first-of.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import { packageName } from '../../../model/package-url.ts'
import type { FileRecord } from '../../../model/record.ts'
import { severityOfCvss } from '../../../model/severity.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { type Head, type Importer, reads, type Source, type Told } from '../../importer.ts'
import { bestRating } from '../../readers/cvss.ts'
import { jsonOutline, readJson } from '../../readers/json.ts'
import { Amount, listOf, maybe, Text } from '../../readers/lenient.ts'
import { peek } from '../../readers/peek.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const ASSET = 'application'

const Issue = z.object({
  reference: z.string().trim().min(1),
  /** A CVSS score. */
  severity: Amount,
  status: Text,
  url: Text,
  cvssVector: Text,
})

const Component = z.object({
  packageUrl: Text,
  displayName: Text,
  hash: Text,
  componentIdentifier: maybe(z.object({ format: Text, coordinates: z.record(z.string(), z.unknown()).nullish().catch(null) })),
  pathnames: listOf(z.string()),
  securityData: maybe(z.object({ securityIssues: z.array(z.unknown()).nullish().catch(null) })),
})
type Component = z.infer<typeof Component>

function detect({ text }: Head): boolean {
  const outline = jsonOutline(text)
  const components = outline?.members.get('components')
  if (!outline || outline.list || typeof components !== 'object' || components === null || !components.text.startsWith('[')) return false
  const summary = outline.members.get('matchSummary')
  if (typeof summary === 'object' && summary !== null) return true
  const first = jsonOutline(components.text)?.members
  return first !== undefined && ['componentIdentifier', 'matchState', 'proprietary'].every((name) => first.has(name))
}

/** Sonatype Lifecycle's raw report of an application. Format: https://help.sonatype.com/en/report-related-rest-apis.html */
export const sonatype: Importer = reads({
  id: 'sonatype',
  title: 'Sonatype Lifecycle / Nexus IQ (raw application report)',
  version: 1,
  detect,

  async *parse(file: Source): AsyncGenerator<Told> {
    const { text, bytes } = await peek(file.bytes(), 64 * 1024)
    if (!jsonOutline(text)?.members.has('components'))
      throw new UserError('unreadable_report', 'Expected a Sonatype report with "components" and "matchSummary"')
    yield { kind: 'report', source: 'sonatype', tool: 'Sonatype Lifecycle', tool_version: null, observed_at: null }
    yield { kind: 'asset', asset: ASSET, type: 'application', name: '', names: [] }
    yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
    yield { kind: 'coverage', asset: ASSET, subject: 'software' }
    const described = new Set<string>()
    yield* readJson(bytes, ['$.components[*]']).tell(function* (matches) {
      for (const { at, value } of matches) yield* readComponent(value, at, described)
    })
  },
})

/** The name and version that the coordinates of any format give. */
function identify({ componentIdentifier, displayName, pathnames, hash }: Component): {
  name: string
  version?: string | undefined
  type?: string | undefined
} {
  const { format, coordinates } = componentIdentifier ?? {}
  const word = (...names: string[]) =>
    names
      .map((name) => (coordinates && Object.hasOwn(coordinates, name) ? coordinates[name] : undefined))
      .find((one): one is string => typeof one === 'string' && one !== '')
  const name = word('artifactId', 'packageId', 'name')
  const type = format === 'a-name' ? undefined : format
  return name
    ? { name: packageName(word('groupId', 'namespace'), name, format), version: word('version'), type }
    : { name: displayName ?? pathnames[0]?.split('/').at(-1) ?? hash ?? 'unnamed' }
}

function* readComponent(value: unknown, at: string, described: Set<string>): Generator<FileRecord> {
  const read = safeParse(Component, value)
  if (!read.success) {
    yield { kind: 'skipped', at, reason: z.prettifyError(read.error) }
    return
  }
  const { packageUrl, pathnames, securityData } = read.data
  const known = identify(read.data)
  const place = firstOf(pathnames)
  yield {
    kind: 'software',
    asset: ASSET,
    name: known.name,
    ...(known.version && { version: known.version }),
    ...(packageUrl && { purl: packageUrl }),
    ...(place && { place }),
  }
  for (const [index, one] of (securityData?.securityIssues ?? []).entries()) {
    const issue = safeParse(Issue, one)
    const where = `${at}.securityData.securityIssues[${index}]`
    if (!issue.success) yield { kind: 'skipped', at: where, reason: z.prettifyError(issue.error) }
    else if (/^not applicable$/i.test(issue.data.status ?? ''))
      yield { kind: 'skipped', at: where, reason: `${issue.data.reference} in ${known.name}: not applicable, as set in the tool` }
    else {
      const { reference, severity, url, cvssVector } = issue.data
      const rating = bestRating([{ score: severity, vector: cvssVector, version: 3 }])
      yield* packageFinding(
        {
          asset: ASSET,
          about: vulnerabilityIds([reference], `sonatype:${reference}`)!,
          severity: rating ? severityOfCvss(rating.cvss) : undefined,
          rating,
          url,
          component: { ...known, purl: packageUrl },
          place,
        },
        described,
      )
    }
  }
}
