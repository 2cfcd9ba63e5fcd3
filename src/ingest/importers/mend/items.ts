import { z } from 'zod'
import { packageFinding } from '../../readers/package-finding.ts'
import type { FileRecord } from '../../../model/record.ts'
import { parseSeverity } from '../../../model/severity.ts'
import { parseInstant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { bestRating } from '../../readers/cvss.ts'
import { Amount, listOf, maybe, Text, Word } from '../../readers/lenient.ts'

const Fix = maybe(z.object({ type: Text, fixResolution: Text }))

/** A vulnerability in the words of the API 1.x and of the unified agent. */
export const Vulnerability = z.object({
  name: z.string().trim().min(1),
  severity: Text,
  score: Amount,
  cvss3_severity: Text,
  cvss3_score: Amount,
  scoreMetadataVector: Text,
  publishDate: Text,
  url: Text,
  description: Text,
  topFix: Fix,
  locations: listOf(z.object({ path: Text })),
})
export type Vulnerability = z.infer<typeof Vulnerability>

const Coordinates = z.object({ groupId: Text, artifactId: Text, name: Text, filename: Text, version: Word, type: Text })

export const Listed = Vulnerability.extend({ project: Text, product: Text, library: Coordinates })

export const Library = Coordinates.extend({ vulnerabilities: z.array(z.unknown()).nullish() })

export const Vitals = z.object({ productName: Text, name: Text, lastUpdatedDate: Text })

/** A finding of the platform's API 3: https://api-docs.mend.io/platform/3.0 */
export const PlatformFinding = z.object({
  name: z.string().trim().min(1),
  project: maybe(z.object({ uuid: Text, name: Text })),
  application: maybe(z.object({ name: Text })),
  component: maybe(Coordinates.extend({ libraryType: Text, path: Text })),
  vulnerability: maybe(
    z.object({
      description: Text,
      severity: Text,
      score: Amount,
      publishDate: Text,
      vulnerabilityScoring: listOf(z.object({ score: Amount, severity: Text, type: Text })),
    }),
  ),
  topFix: Fix,
  findingInfo: maybe(z.object({ status: Text })),
})

/** The same in the words of the API 1.x. */
export function fromPlatform({ name, vulnerability, topFix, component }: z.infer<typeof PlatformFinding>): Vulnerability {
  const v3 = vulnerability?.vulnerabilityScoring.find(({ type }) => /cvss_?3/i.test(type ?? ''))
  return {
    name,
    severity: vulnerability?.severity,
    score: vulnerability?.score,
    cvss3_severity: v3?.severity,
    cvss3_score: v3?.score,
    scoreMetadataVector: undefined,
    publishDate: vulnerability?.publishDate,
    url: undefined,
    description: vulnerability?.description,
    topFix,
    locations: component?.path ? [{ path: component.path }] : [],
  }
}

/** The package's name out of coordinates that often carry file names and versions: `lru-cache-5.1.1.tgz` is lru-cache. */
export function libraryName({ groupId, artifactId, name, filename, version, type }: Partial<z.infer<typeof Coordinates>>): string {
  const bare = (text: string | undefined) => {
    const file = text?.replace(/\.(?:jar|war|tgz|whl|tar\.gz|nupkg|gem|zip|dll|js)$/i, '')
    return version && file?.endsWith(`-${version}`) ? file.slice(0, -version.length - 1) : file
  }
  const [group, artifact] = [bare(groupId), bare(artifactId)]
  // Maven's own coordinates may be alike; those of a file that was matched by its name are that name twice.
  const stated = groupId === group && artifactId === artifact && /maven/i.test(type ?? '')
  if (!artifact || !group || (group === artifact && !stated)) return artifact ?? group ?? bare(name) ?? bare(filename) ?? 'unnamed'
  if (/node|npm/i.test(type ?? '')) return group.startsWith('@') && !group.includes('/') ? `${group}/${artifact}` : group
  return `${group}${/maven|java/i.test(type ?? '') ? ':' : '/'}${artifact}`
}

/** "Upgrade to version LibSass - 3.6.0", "Upgrade To Version 4.3.5,4.0.2"; other kinds of fixes name files and no version. */
const fixOf = (fix: Vulnerability['topFix']): string | undefined =>
  fix?.type && !/upgrade/i.test(fix.type)
    ? undefined
    : /^Upgrade to version\s+(?:[\w.]{1,100} - )?(.{1,200})$/i.exec(fix?.fixResolution ?? '')?.[1]

export function* readItem(
  item: Vulnerability,
  library: Partial<z.infer<typeof Coordinates>>,
  asset: string,
  described: Set<string>,
): Generator<FileRecord> {
  yield* packageFinding(
    {
      asset,
      about: vulnerabilityIds([item.name], `mend:${item.name}`)!,
      description: item.description,
      severity: parseSeverity(item.cvss3_severity) ?? parseSeverity(item.severity) ?? undefined,
      rating: bestRating([
        { score: item.cvss3_score, vector: item.scoreMetadataVector, version: 3 },
        { score: item.score, version: 2 },
      ]),
      published_at: item.publishDate ? parseInstant(item.publishDate) : null,
      url: item.url,
      component: { name: libraryName(library), version: library.version, type: library.type?.toLowerCase() },
      fixed_version: fixOf(item.topFix),
      place: item.locations[0]?.path ?? library.filename,
    },
    described,
  )
}
