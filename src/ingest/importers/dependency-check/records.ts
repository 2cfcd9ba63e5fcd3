import type { FileRecord } from '../../../model/record.ts'
import { packageFinding } from '../../readers/package-finding.ts'
import { packageOfUrl } from '../../../model/package-url.ts'
import { parseSeverity, severityOfCvss } from '../../../model/severity.ts'
import type { Instant } from '../../../model/time.ts'
import { vulnerabilityIds } from '../../../model/vulnerability-id.ts'
import { bestRating } from '../../readers/cvss.ts'

const ASSET = 'project'

/** What a report says of itself. */
export interface Project {
  /** `groupId:artifactId` of a Maven project, else the name given with `--project`; null when there is none. */
  name: string | null
  /** Version of Dependency-Check. */
  version: string | null
  observed_at: Instant | null
}

/** A dependency in the words of the JSON form. Absent: not stated. */
export interface Dependency {
  fileName: string
  filePath?: string | undefined
  /** Package URLs or Maven coordinates (`org.owasp:library:6.7.8`, of old reports). */
  packages: string[]
  vulnerabilities: Vulnerability[]
  suppressed: { name: string; notes?: string | undefined }[]
}

export interface Vulnerability {
  name: string
  severity?: string | undefined
  ratings: Parameters<typeof bestRating>[0]
  description?: string | undefined
  url?: string | undefined
  /** It stands in CISA's list of known exploited vulnerabilities. */
  exploited: boolean
}

/** Report, asset and coverage. `whole`: the report lists every dependency, not only the vulnerable ones. */
export function* begin(project: Project, whole: boolean): Generator<FileRecord> {
  const { name } = project
  yield {
    kind: 'report',
    source: 'dependency-check',
    tool: 'Dependency-Check',
    tool_version: project.version,
    observed_at: project.observed_at,
  }
  yield {
    kind: 'asset',
    asset: ASSET,
    type: 'application',
    name: name ?? '',
    names: name ? [{ type: 'label', name: `dependency-check/${name}` }] : [],
  }
  yield { kind: 'coverage', asset: ASSET, subject: 'vulnerability' }
  if (whole) yield { kind: 'coverage', asset: ASSET, subject: 'software' }
}

/** The package, its vulnerabilities, and a skipped item for each suppressed one. `at`: its place in the file. */
export function* readDependency(dependency: Dependency, described: Set<string>, at: string): Generator<FileRecord> {
  const { fileName, filePath } = dependency
  const found = dependency.packages.map((text) => packageOfUrl(text) ?? readCoordinates(text)).find((each) => each !== null)
  const component = found ?? { name: fileName, type: 'file' }
  if (found) yield { kind: 'software', asset: ASSET, name: found.name, version: found.version, purl: found.purl, place: filePath }
  for (const vulnerability of dependency.vulnerabilities) {
    const rating = bestRating(vulnerability.ratings)
    const about = vulnerabilityIds([vulnerability.name], `dependency-check:${vulnerability.name}`)
    if (!about) {
      yield { kind: 'skipped', at, reason: `a vulnerability without a name in ${fileName}` }
      continue
    }
    yield* packageFinding(
      {
        asset: ASSET,
        about,
        description: vulnerability.description,
        severity: parseSeverity(vulnerability.severity) ?? (rating ? severityOfCvss(rating.cvss) : undefined),
        rating,
        url: vulnerability.url,
        component,
        place: filePath ?? fileName,
        exploit_stage: vulnerability.exploited ? 'known_exploited' : undefined,
      },
      described,
    )
  }
  for (const { name, notes } of dependency.suppressed)
    yield { kind: 'skipped', at, reason: `${name} in ${fileName}: suppressed in the scan${notes ? ` (${notes.slice(0, 300)})` : ''}` }
}

function readCoordinates(text: string): { name: string; version?: string; type: string; purl?: string } | null {
  const parts = /^([\w.-]{1,200}):([\w.-]{1,200}):([\w.+-]{1,100})$/.exec(text)
  return parts ? { name: `${parts[1]}:${parts[2]}`, version: parts[3]!, type: 'maven' } : null
}

/** The base vector out of the words of its metrics ("NETWORK", "LOW" …), which all differ in their first letter; null when one is missing. */
export function vectorOf(version: 2 | 3, words: Record<string, string | undefined>): string | null {
  const letters = Object.entries(words).map(([metric, word]) => `${metric}:${word?.trim().charAt(0).toUpperCase() ?? ''}`)
  return letters.every((each) => /:[A-Z]$/.test(each)) ? `${version === 3 ? 'CVSS:3.1/' : ''}${letters.join('/')}` : null
}
