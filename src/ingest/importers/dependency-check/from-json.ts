import { z } from 'zod'
import { parseInstant } from '../../../model/time.ts'
import { Amount, listOf, maybe, Text } from '../../readers/lenient.ts'
import { type Dependency, type Project, vectorOf } from './records.ts'
import { safeParse } from '../../readers/safe-parse.ts'

const Info = z.object({ engineVersion: Text, name: Text, groupID: Text, artifactID: Text, reportDate: Text })

const V2 = z.object({
  score: Amount,
  accessVector: Text,
  accessComplexity: Text,
  authentication: Text,
  // Both are how versions of the tool write it.
  authenticationr: Text,
  'authenticationr>': Text,
  confidentialImpact: Text,
  confidentialityImpact: Text,
  integrityImpact: Text,
  availabilityImpact: Text,
})

const V3 = z.object({
  baseScore: Amount,
  attackVector: Text,
  attackComplexity: Text,
  privilegesRequired: Text,
  userInteraction: Text,
  scope: Text,
  confidentialityImpact: Text,
  integrityImpact: Text,
  availabilityImpact: Text,
})

const Vulnerability = z.object({
  name: Text,
  severity: Text,
  cvssv2: maybe(V2),
  cvssv3: maybe(V3),
  cvssv4: maybe(z.object({ baseScore: Amount, vectorString: Text })),
  description: Text,
  notes: Text,
  references: listOf(z.object({ url: Text })),
  knownExploitedVulnerability: maybe(z.object({})),
})

const Dependency = z.object({
  fileName: Text,
  filePath: Text,
  packages: listOf(z.object({ id: z.string() })),
  vulnerabilities: listOf(Vulnerability),
  suppressedVulnerabilities: listOf(Vulnerability),
})

/** Adds what `scanInfo` or `projectInfo` says. */
export function projectFromJson(project: Project, value: unknown): Project {
  const info = safeParse(Info, value).data
  if (!info) return project
  return {
    name: info.groupID && info.artifactID ? `${info.groupID}:${info.artifactID}` : (info.name ?? project.name),
    version: info.engineVersion ?? project.version,
    observed_at: info.reportDate === undefined ? project.observed_at : parseInstant(info.reportDate),
  }
}

/** Null for one without a file name. */
export function dependencyFromJson(value: unknown): Dependency | null {
  const dependency = safeParse(Dependency, value).data
  const fileName = dependency?.fileName ?? dependency?.filePath
  if (!dependency || fileName === undefined) return null
  return {
    fileName,
    filePath: dependency.filePath,
    packages: dependency.packages.map(({ id }) => id),
    vulnerabilities: dependency.vulnerabilities.map((one) => ({
      name: one.name ?? '',
      severity: one.severity,
      ratings: ratingsOf(one),
      description: one.description,
      url: one.references.find(({ url }) => url?.startsWith('https://'))?.url,
      exploited: one.knownExploitedVulnerability !== undefined,
    })),
    suppressed: dependency.suppressedVulnerabilities.map(({ name, notes }) => ({ name: name ?? 'a vulnerability without a name', notes })),
  }
}

function ratingsOf({ cvssv2: v2, cvssv3: v3, cvssv4: v4 }: z.infer<typeof Vulnerability>) {
  return [
    { score: v4?.baseScore, vector: v4?.vectorString, version: 4 as const },
    {
      score: v3?.baseScore,
      vector: vectorOf(3, {
        AV: v3?.attackVector,
        AC: v3?.attackComplexity,
        PR: v3?.privilegesRequired,
        UI: v3?.userInteraction,
        S: v3?.scope,
        C: v3?.confidentialityImpact,
        I: v3?.integrityImpact,
        A: v3?.availabilityImpact,
      }),
      version: 3 as const,
    },
    {
      score: v2?.score,
      vector: vectorOf(2, {
        AV: v2?.accessVector,
        AC: v2?.accessComplexity,
        Au: v2?.authentication ?? v2?.authenticationr ?? v2?.['authenticationr>'],
        C: v2?.confidentialImpact ?? v2?.confidentialityImpact,
        I: v2?.integrityImpact,
        A: v2?.availabilityImpact,
      }),
      version: 2 as const,
    },
  ]
}
